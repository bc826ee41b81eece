//! Key files: the secret one only its owner may read, outside the record; the public one beside it for everybody.

use crate::files::secret::{SecretError, read_secret_text, write_secret};
use crate::files::small::{SMALL_BYTES, text_at_most};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::proof::signed_note::{NoteError, Signer, Verifier};

/// Why a key file could not be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file system refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds no key.
    #[error("{}: {source}", path.display())]
    Bad {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: NoteError,
    },
    /// The secret cannot be read, or is none as others may read it.
    #[error("reading key {0}")]
    Secret(#[from] SecretError),
}

/// The file of the public part of a key file.
#[must_use]
pub(crate) fn public_path(secret: &Path) -> PathBuf {
    let mut name = secret.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// Writes a new key: the secret to `path`, the public part beside it with `.pub` appended. Replaces nothing.
///
/// # Errors
/// One of the files exists or cannot be written.
pub fn write(path: &Path, signer: &Signer) -> Result<PathBuf, KeyError> {
    let public = public_path(path);
    if public.exists() {
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(KeyError::Io { doing: "creating", path: public, source });
    }
    put(path, &signer.secret_text(), write_secret)?;
    put(&public, &signer.verifier().to_string(), |path, line| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(path)?;
        file.write_all(line).and_then(|()| file.sync_all())
    })?;
    Ok(public)
}

fn put(path: &Path, text: &str, write: impl FnOnce(&Path, &[u8]) -> std::io::Result<()>) -> Result<(), KeyError> {
    let fail = |source| KeyError::Io { doing: "creating", path: path.to_owned(), source };
    write(path, format!("{text}\n").as_bytes()).map_err(fail)
}

/// Reads a secret key.
///
/// # Errors
/// It is not there, is no key, or others may read it.
pub fn read(path: &Path) -> Result<Signer, KeyError> {
    let text = read_secret_text(path)?;
    Signer::parse(&text).map_err(|source| KeyError::Bad { path: path.to_owned(), source })
}

/// A public key, given as text or as the name of its file.
///
/// # Errors
/// It is neither.
pub fn public(text_or_file: &str) -> Result<Verifier, KeyError> {
    let path = Path::new(text_or_file);
    let text = if path.is_file() {
        text_at_most(path, SMALL_BYTES).map_err(|source| KeyError::Io {
            doing: "reading key",
            path: path.to_owned(),
            source,
        })?
    } else {
        text_or_file.to_owned()
    };
    Verifier::parse(&text).map_err(|source| KeyError::Bad { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::Role;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_written_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.key");
        let signer = Signer::generate("example.gov.cn/ledger", Role::Author).unwrap();
        let public_file = write(&path, &signer).unwrap();
        assert_eq!(read(&path).unwrap().verifier(), signer.verifier());
        assert_eq!(&public(public_file.to_str().unwrap()).unwrap(), signer.verifier());
        assert_eq!(&public(&signer.verifier().to_string()).unwrap(), signer.verifier());
        assert!(write(&path, &signer).is_err());
        assert!(!fs::read_to_string(public_file).unwrap().contains("PRIVATE"));
    }

    #[test]
    fn a_secret_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.key");
        write(&path, &Signer::generate("here", Role::Author).unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(KeyError::Secret(SecretError::Open(_)))));
    }
}
