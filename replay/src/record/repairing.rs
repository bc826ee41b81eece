//! The mark `repairing` in a ledger's directory: its record is being repaired or restored and has not proved itself yet.
//! While it is there nobody serves or writes the record. What repairs or restores sets it and takes it away; not here.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::files::{remove, replace};
use crate::record::error::LogError;

/// Name of the file.
pub(crate) const MARKER: &str = "repairing";

/// Sets the mark, durably, with a line that says what is being done.
///
/// # Errors
/// It cannot be written.
pub fn set(data: &Path, doing: &str) -> Result<(), LogError> {
    let path = path(data);
    replace(&path, format!("{doing}\n").as_bytes()).map_err(|e| LogError::io("marking", &path, e))
}

/// What is being done to the record, if it is marked.
///
/// # Errors
/// The mark cannot be read.
pub fn read(data: &Path) -> Result<Option<String>, LogError> {
    let path = path(data);
    match fs::read_to_string(&path) {
        Ok(doing) => Ok(Some(doing.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::io("reading", &path, error)),
    }
}

/// Refuses a record that is marked.
///
/// # Errors
/// It is, or the mark cannot be read.
pub(crate) fn refuse(data: &Path) -> Result<(), LogError> {
    match read(data)? {
        None => Ok(()),
        Some(doing) => Err(LogError::Unproved { path: path(data), doing }),
    }
}

/// Takes the mark away, durably: the record has proved itself.
///
/// # Errors
/// It cannot be removed.
pub fn clear(data: &Path) -> Result<(), LogError> {
    let path = path(data);
    remove(&path).map_err(|e| LogError::io("removing", &path, e))
}

fn path(data: &Path) -> PathBuf {
    data.join(MARKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_record_is_refused_until_the_mark_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        assert!(refuse(dir.path()).is_ok());
        set(dir.path(), "restore from a copy").unwrap();
        let why = refuse(dir.path()).unwrap_err().to_string();
        assert!(why.contains("restore from a copy"), "{why}");
        let options = crate::engine::Options::file(dir.path());
        assert!(crate::engine::Engine::open(&options, &mut |_| {}).is_err());
        clear(dir.path()).unwrap();
        clear(dir.path()).unwrap();
        assert_eq!(read(dir.path()).unwrap(), None);
    }
}
