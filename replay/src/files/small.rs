//! Files that are read whole, and so must be small. What is in them, and what an error means, is for the caller to say.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Bytes of a key, a note or an address.
pub const SMALL_BYTES: u64 = 64 * 1024;

/// Bytes of a file of policies or terms, or of a receipt.
pub const TEXT_BYTES: u64 = 4 * 1024 * 1024;

/// The whole of a plain file that has so many bytes at most.
///
/// # Errors
/// It cannot be read, is no plain file, or is larger.
pub fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>> {
    // Asked before it is opened: a device has no end, and opening a pipe waits for whoever writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is no plain file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let why = format!("it has more than {most} bytes, which no file of its kind has: is it the right one?");
        return Err(Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// Whether what kept a file from being read lies in the file, or in the disk where it lies.
pub(crate) fn is_damage(error: &Error) -> bool {
    const BAD_SECTOR: i32 = 5;
    let of_file = matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::FileTooLarge | ErrorKind::InvalidData);
    of_file || error.raw_os_error() == Some(BAD_SECTOR)
}

/// The same as text.
///
/// # Errors
/// As [`read_at_most`], or it is no UTF-8.
pub fn text_at_most(path: &Path, most: u64) -> Result<String> {
    String::from_utf8(read_at_most(path, most)?).map_err(|_| Error::new(ErrorKind::InvalidData, "it is no UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_large_or_has_no_end_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, [b'x'; 8]).unwrap();
        assert_eq!(text_at_most(&path, 8).unwrap(), "xxxxxxxx");
        let error = read_at_most(&path, 7).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("more than 7 bytes"), "{error}");
        assert_eq!(read_at_most(Path::new("/dev/zero"), 8).unwrap_err().kind(), ErrorKind::InvalidInput);
        fs::write(&path, [0xff]).unwrap();
        assert_eq!(text_at_most(&path, 8).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
