//! TLS as the gRPC face speaks it: certificate and key from files that are read again when they change, and clients' certificates, checked
//! when they are shown and for as long as they are in use. TLS 1.2 and 1.3, by ring alone. Not here: whose a certificate is.

mod files;
mod presented;

pub use files::{TlsError, TlsFiles};
pub use presented::{NoCertificate, Presented, fingerprint};

use files::Read;
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;

/// How often it is seen whether the files changed.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How connections are secured now. What is in the files may change; who holds this sees it.
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Current>,
    /// Why the files as they are now are not used.
    wrong: Mutex<Option<String>>,
}

/// What was read of the files.
struct Current {
    config: Arc<ServerConfig>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    read: Read,
    /// How often something else was read.
    number: u64,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// One of them cannot be read, or they do not fit.
    pub fn open(files: TlsFiles) -> Result<Arc<Self>, TlsError> {
        let read = files.read()?;
        let (config, clients) = files.config(&read)?;
        let current = RwLock::new(Current { config, clients, read, number: 0 });
        Ok(Arc::new(Self { files, current, wrong: Mutex::default() }))
    }

    /// Takes connections as the files say now, and the number of these.
    pub(super) fn acceptor(&self) -> (TlsAcceptor, u64) {
        let current = self.current.read();
        (TlsAcceptor::from(Arc::clone(&current.config)), current.number)
    }

    /// What is wrong with the files, while those before are in use.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        self.wrong.lock().clone()
    }

    /// Looks whether the files changed, and goes by them from now on if they are whole. Blocks.
    pub fn look(&self) {
        let wrong = self.renewed().err().map(|error| format!("TLS goes on as before: {error}"));
        let mut known = self.wrong.lock();
        if let Some(why) = wrong.as_ref().filter(|why| known.as_ref() != Some(why)) {
            tracing::warn!("{why}");
        }
        *known = wrong;
    }

    fn renewed(&self) -> Result<(), TlsError> {
        let read = self.files.read()?;
        if read == self.current.read().read {
            return Ok(());
        }
        let (config, clients) = self.files.config(&read)?;
        let mut current = self.current.write();
        let number = current.number + 1;
        *current = Current { config, clients, read, number };
        tracing::info!("the files of TLS changed and are in use");
        Ok(())
    }

    /// Looks again and again, for as long as the server runs.
    pub(super) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let tls = Arc::clone(&self);
            // It ends unexpectedly only where it panicked, which the log has.
            let _ = tokio::task::spawn_blocking(move || tls.look()).await;
        }
    }

    /// How often something else was read: what was checked before is to be checked again.
    fn number(&self) -> u64 {
        self.current.read().number
    }

    /// Whether a client's certificate is one as the authority's are now.
    fn check(&self, chain: &[CertificateDer<'static>]) -> Result<(), String> {
        let clients = self.current.read().clients.clone();
        let (clients, (first, rest)) =
            clients.zip(chain.split_first()).ok_or_else(|| "no authority of clients is named".to_owned())?;
        clients.verify_client_cert(first, rest, UnixTime::now()).map(drop).map_err(|error| error.to_string())
    }
}
