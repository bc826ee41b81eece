//! Directories made and read, and what the file system said as an error of a copy. What files hold is not known here.

use std::path::Path;

use super::error::BackupError;
use crate::record::error::LogError;

pub(super) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> BackupError {
    BackupError::Log(LogError::io(doing, path, source))
}

pub(super) fn make_dir(path: &Path) -> Result<(), BackupError> {
    crate::files::make_dir(path).map_err(|error| io("creating directory", path, error))
}

/// Names in a directory, none if it is not there.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, BackupError> {
    let fail = |error| io("reading directory", dir, error);
    let found = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.map_err(fail)?,
    };
    let mut names = Vec::new();
    for item in found {
        names.push(item.map_err(fail)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
