//! The options of `mingzhang serve` that say how callers are let in.

use crate::cli::failure::Failure;
use crate::faces::tls::{Tls, TlsFiles};
use crate::faces::who::Access;
use clap::Args;
use std::path::PathBuf;

/// How callers are let in.
#[derive(Args, Clone, Debug)]
pub struct AccessArgs {
    /// Certificate of this server, in PEM, with those between it and its authority: connections are encrypted. Files are read again
    /// when they change
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, in PEM, which only you may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Certificates of the authorities that sign those of callers, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    client_ca: Option<PathBuf>,
    /// What these authorities revoked, in PEM: the lists of all that sign callers themselves
    #[arg(long, value_name = "FILE", requires = "client_ca")]
    client_crl: Option<PathBuf>,
    /// For demonstrations: believe callers what they call themselves although the ledger is founded; on loopback only
    #[arg(long)]
    believe_names: bool,
}

impl AccessArgs {
    /// What is read of the files.
    pub(super) fn access(&self) -> Result<Access, Failure> {
        let believe_names = self.believe_names;
        let Some((cert, key)) = self.tls_cert.clone().zip(self.tls_key.clone()) else {
            return Ok(Access { tls: None, believe_names });
        };
        let (client_ca, client_crl) = (self.client_ca.clone(), self.client_crl.clone());
        let tls = Tls::open(TlsFiles { cert, key, client_ca, client_crl });
        Ok(Access { tls: Some(tls.map_err(|error| Failure::Usage(error.to_string()))?), believe_names })
    }
}
