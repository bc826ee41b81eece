//! The files of TLS, and what is made of them.

use replay::files::secret::{SecretError, read_secret};
use replay::files::small::{TEXT_BYTES, read_at_most};
use std::io::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// What a client and the server speak over TLS.
const ALPN: &[u8] = b"h2";

/// Where what TLS needs stands.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The server's certificate, and those between it and its authority, in PEM.
    pub cert: PathBuf,
    /// Its key, in PEM, which only its owner may read.
    pub key: PathBuf,
    /// The authorities that sign clients' certificates.
    pub client_ca: Option<PathBuf>,
    /// What those authorities revoked: lists of all that sign clients themselves.
    pub client_crl: Option<PathBuf>,
}

/// Why the files are of no use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: Error,
    },
    /// The key cannot be read, or others may read it.
    #[error(transparent)]
    Key(#[from] SecretError),
    /// One holds nothing of what it is for.
    #[error("{}: it holds no {what} in PEM", path.display())]
    Empty {
        /// Which.
        path: PathBuf,
        /// What it is for.
        what: &'static str,
    },
    /// What they hold does not fit.
    #[error("{}: {why}", path.display())]
    Bad {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
}

/// What stands in the files: bytes, as times of files say little.
#[derive(PartialEq, Eq)]
pub(super) struct Read {
    cert: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
    client_crl: Option<Vec<u8>>,
}

/// What the server speaks, and who says which clients' certificates are good.
type Config = (Arc<ServerConfig>, Option<Arc<dyn ClientCertVerifier>>);

impl TlsFiles {
    pub(super) fn read(&self) -> Result<Read, TlsError> {
        let plain =
            |path: &Path| read_at_most(path, TEXT_BYTES).map_err(|source| TlsError::Io { path: path.into(), source });
        Ok(Read {
            cert: plain(&self.cert)?,
            key: read_secret(&self.key)?,
            client_ca: self.client_ca.as_deref().map(plain).transpose()?,
            client_crl: self.client_crl.as_deref().map(plain).transpose()?,
        })
    }

    pub(super) fn config(&self, read: &Read) -> Result<Config, TlsError> {
        let chain = pem::<CertificateDer<'static>>(&read.cert, &self.cert, "certificate")?;
        // What is wrong with a key is not said in words that might hold some of it.
        let key = PrivateKeyDer::from_pem_slice(&read.key).map_err(|_| self.no_key())?;
        let clients = self.clients(read)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| self.bad(&self.cert, &error))?;
        let builder = match &clients {
            Some(clients) => builder.with_client_cert_verifier(Arc::clone(clients)),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| self.bad(&self.cert, &error))?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        // Nobody comes back by what was found of his certificate before.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok((Arc::new(config), clients))
    }

    /// A client may show a certificate, or something else in its calls.
    fn clients(&self, read: &Read) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
        let Some((path, bytes)) = self.client_ca.as_ref().zip(read.client_ca.as_ref()) else { return Ok(None) };
        let mut roots = RootCertStore::empty();
        for authority in pem::<CertificateDer<'static>>(bytes, path, "certificate")? {
            roots.add(authority).map_err(|error| self.bad(path, &error))?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
        let builder = builder.allow_unauthenticated();
        let Some((path, bytes)) = self.client_crl.as_ref().zip(read.client_crl.as_ref()) else {
            return builder.build().map(Some).map_err(|error| self.bad(path, &error));
        };
        let lists = pem::<CertificateRevocationListDer<'static>>(bytes, path, "list of revoked certificates")?;
        // Who is signed by an authority of whose lists none is given may have been revoked.
        let builder = builder.with_crls(lists).only_check_end_entity_revocation();
        builder.build().map(Some).map_err(|error: VerifierBuilderError| self.bad(path, &error))
    }

    fn no_key(&self) -> TlsError {
        TlsError::Empty { path: self.key.clone(), what: "private key" }
    }

    fn bad(&self, path: &Path, error: &dyn std::error::Error) -> TlsError {
        TlsError::Bad { path: path.to_owned(), why: error.to_string() }
    }
}

/// All of a kind that a file holds, at least one.
fn pem<T: PemObject>(bytes: &[u8], path: &Path, what: &'static str) -> Result<Vec<T>, TlsError> {
    let empty = || TlsError::Empty { path: path.to_owned(), what };
    let all = T::pem_slice_iter(bytes).collect::<Result<Vec<T>, _>>().map_err(|_| empty())?;
    if all.is_empty() { Err(empty()) } else { Ok(all) }
}
