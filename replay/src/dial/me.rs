//! The file that says who calls: an API key in a line, or a certificate with its key in PEM. Only its owner may read it.

use super::api_key::{ApiKey, BEGIN};
use crate::files::secret::{SecretError, read_secret_text};
use std::fmt;
use std::path::{Path, PathBuf};
use tonic::metadata::{Ascii, MetadataValue};

/// How a certificate begins in a file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// How its key ends the line with which it begins, of whatever kind it is.
const KEY: &str = "PRIVATE KEY-----";

/// Who calls.
#[derive(Clone)]
pub enum Me {
    /// Whoever holds this.
    Key(ApiKey),
    /// Whom a certificate names, in PEM with its key.
    Certificate(String),
}

impl fmt::Debug for Me {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Me")
    }
}

/// Why a file does not say who calls.
#[derive(Debug, thiserror::Error)]
pub enum MeError {
    /// It cannot be read, or others can read it too.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// An API key that was mistyped.
    #[error("{}: the API key in it was mistyped or cut, as its check says; copy it whole", .0.display())]
    Mistyped(PathBuf),
    /// Half of what is needed.
    #[error("{}: a certificate and its key belong into it, both in PEM; one of them is missing", .0.display())]
    Half(PathBuf),
    /// Nothing that shows anything.
    #[error("{}: it holds neither an API key ({BEGIN}...) nor a certificate with its key in PEM", .0.display())]
    Neither(PathBuf),
}

impl Me {
    /// Who a file says.
    ///
    /// # Errors
    /// It cannot be read, others may read it, or it says nobody.
    pub fn read(path: &Path) -> Result<Self, MeError> {
        let text = read_secret_text(path)?;
        let line = text.trim();
        match (holds_certificate(text.as_bytes()), text.contains(KEY)) {
            (true, true) => Ok(Self::Certificate(text)),
            (true, false) | (false, true) => Err(MeError::Half(path.to_owned())),
            (false, false) if line.starts_with(BEGIN) => {
                ApiKey::parse(line).map(Self::Key).ok_or_else(|| MeError::Mistyped(path.to_owned()))
            }
            (false, false) => Err(MeError::Neither(path.to_owned())),
        }
    }

    /// Whether it is shown in each call.
    pub(super) fn is_key(&self) -> bool {
        matches!(self, Self::Key(_))
    }

    /// What each call shows. Marked, so that no program on the way writes it down.
    pub(super) fn header(&self) -> Option<MetadataValue<Ascii>> {
        let Self::Key(key) = self else { return None };
        let mut value = MetadataValue::try_from(format!("Bearer {}", key.expose())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// What the connection shows.
    pub(super) fn pem(&self) -> Option<&str> {
        match self {
            Self::Key(_) => None,
            Self::Certificate(pem) => Some(pem),
        }
    }
}

/// Whether it holds a certificate in PEM.
pub(super) fn holds_certificate(bytes: &[u8]) -> bool {
    bytes.windows(CERTIFICATE.len()).any(|window| window == CERTIFICATE.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::secret::write_secret;

    #[test]
    fn a_file_says_who_calls_and_an_error_does_not_say_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let (key, path) = (ApiKey::draw().unwrap(), dir.path().join("me"));
        let said = |text: &str| {
            let _ = std::fs::remove_file(&path);
            write_secret(&path, text.as_bytes()).unwrap();
            Me::read(&path)
        };
        for around in ["", "\n", " \r\n"] {
            assert!(matches!(said(&format!("{}{around}", key.expose())), Ok(Me::Key(read)) if read == key));
        }
        let pem = "-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n";
        let both = format!("{pem}-----BEGIN EC PRIVATE KEY-----\nplanted\n-----END EC PRIVATE KEY-----\n");
        let me = said(&both).unwrap();
        assert_eq!((me.pem(), format!("{me:?}").as_str()), (Some(both.as_str()), "Me"));
        assert!(matches!(said(&key.expose()[..70]), Err(MeError::Mistyped(_))));
        assert!(matches!(said(pem), Err(MeError::Half(_))));
        assert!(matches!(said("planted"), Err(MeError::Neither(_))));
        for text in [&key.expose()[..70], pem, "planted"] {
            let error = said(text).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(!told.contains("planted") && !told.contains(&key.expose()[5..20]), "{told}");
        }
        let value = said(key.expose()).unwrap().header().unwrap();
        assert!(value.is_sensitive() && !format!("{value:?}").contains(key.expose()));
    }
}
