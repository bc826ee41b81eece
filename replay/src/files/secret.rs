//! Files with secrets: only their owner may read them, wherever they are read or made. What is in them is for the caller to say, and is
//! in no error.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Result as IoResult, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::small::{SMALL_BYTES, read_at_most};

/// Where a container finds its secrets: mounted for it alone, with the mode they have outside.
const MOUNTED: &str = "/run/secrets";

/// Names the directory in which a service manager puts secrets for a service alone.
const MANAGED: &str = "CREDENTIALS_DIRECTORY";

/// Why a file with a secret was not read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file system refused, or it is no such file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: Error,
    },
    /// Others may read it.
    #[error("{} may be read by others; make it yours alone with `chmod 600 {}`", .0.display(), .0.display())]
    Open(PathBuf),
}

/// A secret as it stands in its file.
///
/// # Errors
/// It cannot be read, is no plain file, has more than 64 KiB, or others may read it.
pub fn read_secret(path: &Path) -> Result<Vec<u8>, SecretError> {
    let fail = |source| SecretError::Io { path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(fail)?;
    if about.is_file() && about.permissions().mode() & 0o077 != 0 && !is_handed_over(path) {
        return Err(SecretError::Open(path.to_owned()));
    }
    read_at_most(path, SMALL_BYTES).map_err(fail)
}

/// The same as text.
///
/// # Errors
/// As [`read_secret`], or it is no UTF-8.
pub fn read_secret_text(path: &Path) -> Result<String, SecretError> {
    let fail = |_| Error::new(ErrorKind::InvalidData, "it is no UTF-8 text");
    String::from_utf8(read_secret(path)?)
        .map_err(fail)
        .map_err(|source| SecretError::Io { path: path.to_owned(), source })
}

/// Makes a file that only its owner may read. Replaces nothing.
///
/// # Errors
/// The file exists or cannot be written.
pub fn write_secret(path: &Path, bytes: &[u8]) -> IoResult<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Whether whoever runs this program put it where no other program looks.
fn is_handed_over(path: &Path) -> bool {
    let managed = std::env::var_os(MANAGED).map(PathBuf::from).filter(|dir| dir.is_absolute());
    path.starts_with(MOUNTED) || managed.is_some_and(|dir| path.starts_with(dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_its_owner_alone_may_read_is_a_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_secret(&path, b"planted").unwrap();
        assert_eq!(read_secret(&path).unwrap(), b"planted");
        assert_eq!(write_secret(&path, b"other").unwrap_err().kind(), ErrorKind::AlreadyExists);
        for (mode, is_secret) in [(0o400, true), (0o604, false), (0o640, false), (0o644, false), (0o601, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let read = read_secret(&path);
            assert_eq!(read.is_ok(), is_secret, "{mode:o}");
            assert!(is_secret || read.unwrap_err().to_string().contains("chmod 600"), "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_small_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_secret(&path, &vec![b'x'; SMALL_BYTES as usize + 1]).unwrap();
        assert!(read_secret(&path).unwrap_err().to_string().contains("more than 65536 bytes"));
        for path in [Path::new("/dev/zero"), dir.path(), &dir.path().join("none")] {
            assert!(matches!(read_secret(path), Err(SecretError::Io { .. })), "{}", path.display());
        }
        let text = dir.path().join("text");
        write_secret(&text, &[0xff]).unwrap();
        let error = read_secret_text(&text).unwrap_err().to_string();
        assert!(error.contains("UTF-8"), "{error}");
    }
}
