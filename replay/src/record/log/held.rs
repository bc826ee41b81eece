//! Whether the directory of a record is still the one its writer locked. Whoever renames or replaces it, or one above it, takes the record
//! away from under a writer that goes on: what it writes then is found by no start. The files in it are looked at in `file_scrub`.

use std::fs;
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use crate::record::error::LogError;

/// Device and number of a file, by which it is known from another of the same name while somebody has it open.
pub(super) type FileId = (u64, u64);

/// A directory, with the lock in it that its writer has open.
#[derive(Clone, Debug)]
pub(crate) struct HeldDir {
    pub(super) dir: PathBuf,
    pub(super) lock: FileId,
}

impl HeldDir {
    /// An error that is damage if another directory, or none, is where it was.
    pub(super) fn there(&self) -> Result<(), LogError> {
        let lock = self.dir.join("lock");
        let why = match fs::metadata(&lock) {
            Ok(data) if id(&data) == self.lock => return Ok(()),
            Ok(_) => "another directory, or another file `lock` in it, has its name",
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) && self.dir.is_dir() => {
                "the file `lock` in it is not the one this writer holds any more"
            }
            Err(error) if matches!(error.kind(), NotFound | NotADirectory) => "it was removed or renamed",
            Err(error) => return Err(LogError::io("looking at", &lock, error)),
        };
        Err(LogError::Moved { dir: self.dir.clone(), why })
    }
}

pub(super) fn id(data: &fs::Metadata) -> FileId {
    (data.dev(), data.ino())
}
