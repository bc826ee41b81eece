//! The mark `following` in a ledger's directory: what is there is a follower's copy, and the record's writer is elsewhere. A repair
//! that took the copy for the writer's archive would make the stream anew under the writer. Who follows is not known here.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::files::{make_dir, remove, replace};
use crate::record::error::LogError;

/// Name of the file.
const MARK: &str = "following";

/// Sets the mark, durably, with a line that says who writes.
pub(crate) fn set(data: &Path, writer: &str) -> Result<(), LogError> {
    let text = format!("a follower's copy; recorded by {writer}\n");
    if read(data)?.as_deref() == Some(text.trim()) {
        return Ok(());
    }
    make_dir(data).map_err(|e| LogError::io("creating directory", data, e))?;
    replace(&path(data), text.as_bytes()).map_err(|e| LogError::io("marking", &path(data), e))
}

/// Takes the mark away, durably: from now on the record is written here.
pub(crate) fn clear(data: &Path) -> Result<(), LogError> {
    remove(&path(data)).map_err(|e| LogError::io("removing", &path(data), e))
}

/// Refuses to write files where a follower's copy is.
pub(crate) fn refuse(data: &Path) -> Result<(), LogError> {
    match read(data)? {
        Some(mark) => Err(LogError::FollowersCopy { data: data.to_owned(), mark }),
        None => Ok(()),
    }
}

/// What the mark says, if there is one.
///
/// # Errors
/// It cannot be read.
pub fn read(data: &Path) -> Result<Option<String>, LogError> {
    match fs::read_to_string(path(data)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::io("reading", &path(data), error)),
    }
}

fn path(data: &Path) -> PathBuf {
    data.join(MARK)
}
