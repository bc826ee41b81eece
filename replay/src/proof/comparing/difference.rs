//! A difference between a follower and its writer, and the mark it leaves in the follower's directory so that nothing is
//! served from it again unnoticed. How one is found is in `claim`.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::files::replace;
use crate::record::error::LogError;

/// Name of the mark.
pub const DIFFERS: &str = "differs";

/// What the writer signed and what was found here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Entries the checkpoint is over.
    pub size: u64,
    /// What differs.
    pub what: String,
    /// As the writer signed it.
    pub signed: String,
    /// As it was found here.
    pub here: String,
    /// Both signed notes: the writer's word, for anybody to check.
    pub notes: String,
}

impl std::error::Error for Difference {}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, what, signed, here, .. } = self;
        write!(
            f,
            "this follower and its writer differ over the first {size} entries in {what}: signed {signed}, here {here}. \
             Nothing is answered here; run `replay verify` over both records to see which of them is wrong"
        )
    }
}

/// Leaves the mark, durably, with the evidence.
pub(crate) fn keep(data: &Path, difference: &Difference) -> Result<(), LogError> {
    let path = data.join(DIFFERS);
    let text = format!("{difference}\n\n{}", difference.notes);
    replace(&path, text.as_bytes()).map_err(|error| LogError::io("writing", &path, error))
}

/// Refuses a directory that bears the mark.
pub(crate) fn refuse(data: &Path) -> Result<(), LogError> {
    let path = data.join(DIFFERS);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(LogError::io("reading", &path, error)),
        Ok(text) => {
            let why = text.lines().next().unwrap_or_default().to_owned();
            Err(LogError::Differed { path, why })
        }
    }
}

/// Takes the mark away, and the caches with it: pages and tiles are made again from the record, so that what a wrong
/// program made of it is gone too. The next checkpoint is compared as any other.
///
/// # Errors
/// Something cannot be removed.
pub fn forget(data: &Path) -> Result<(), LogError> {
    for name in ["pages", "tiles"] {
        let path = data.join(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(LogError::io("removing", &path, error)),
            _ => {}
        }
    }
    let path = data.join(DIFFERS);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(LogError::io("removing", &path, error)),
        _ => Ok(()),
    }
}
