//! A certificate that a client showed: by which fingerprint it is known, and whether it is still good. It was checked when it was shown,
//! and connections last: so it is checked again now and then, and as soon as other files are read.

use super::Tls;
use ledger::hash::{Hash, sha256};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::ParsedCertificate;

/// How long it is good without being looked at.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// What is no certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it holds no certificate that can be read")]
pub struct NoCertificate;

/// A certificate that was shown on a connection, and checked.
pub struct Presented {
    chain: Vec<CertificateDer<'static>>,
    fingerprint: Hash,
    tls: Arc<Tls>,
    /// By which files it was found good, and when.
    checked: Mutex<(u64, Instant)>,
}

impl Presented {
    /// What was shown and found good by the files of this number; nothing if it is no certificate.
    pub(in crate::faces) fn new(tls: &Arc<Tls>, number: u64, chain: &[CertificateDer<'_>]) -> Option<Self> {
        let fingerprint = of(chain.first()?)?;
        let chain = chain.iter().map(|one| one.clone().into_owned()).collect();
        let checked = Mutex::new((number, Instant::now()));
        Some(Self { chain, fingerprint, tls: Arc::clone(tls), checked })
    }

    /// By this whoever holds its key is known.
    pub(in crate::faces) fn fingerprint(&self) -> Hash {
        self.fingerprint
    }

    /// Why it is not good any more, if it is not.
    pub(in crate::faces) fn check(&self) -> Result<(), String> {
        let number = self.tls.number();
        let mut checked = self.checked.lock();
        if checked.0 != number || checked.1.elapsed() > GOOD_FOR {
            self.tls.check(&self.chain)?;
            *checked = (number, Instant::now());
        }
        Ok(())
    }
}

/// The fingerprint of the first certificate in a text of PEM: SHA-256 of its SubjectPublicKeyInfo, so that a certificate renewed for the
/// same key is the same credential.
///
/// # Errors
/// There is none in it.
pub fn fingerprint(pem: &[u8]) -> Result<Hash, NoCertificate> {
    let certificate = CertificateDer::from_pem_slice(pem).map_err(|_| NoCertificate)?;
    of(&certificate).ok_or(NoCertificate)
}

fn of(certificate: &CertificateDer<'_>) -> Option<Hash> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    Some(sha256([parsed.subject_public_key_info().as_ref()]))
}
