//! Copies of a ledger taken while it runs, and their way back: the record, checkpoints, public keys. A copy that comes
//! back proves itself by its last checkpoint before it is served. Mending a damaged record is `repair`'s business.
//!
//! A copy is laid out like a ledger's own directory, so that `replay verify --data` reads it too. What counts is what its
//! `MANIFEST` names: it is replaced in one step, last of all, so that a run that is cut short leaves the copy as it was.

mod beside;
mod manifest;
mod restore;
mod segments;
mod take;

use std::path::{Path, PathBuf};

use ledger::tree::merkle::Hash;

use crate::proof::checkpoint_files::KeptError;
use crate::proof::key_files::KeyError;
use crate::record::error::LogError;

pub use manifest::MANIFEST;
pub use restore::{Proof, Restore, Restored, restore};
pub use take::{Backup, Taken, backup};

/// Why a copy was not taken or did not come back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The record cannot be read or the copy not written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A checkpoint cannot be read.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The directory is not a copy's.
    #[error("{} is not empty and holds no copy; name another directory", .0.display())]
    Taken(PathBuf),
    /// There is no copy.
    #[error("{} holds no copy of a ledger: it has no {MANIFEST}", .0.display())]
    NoCopy(PathBuf),
    /// The list of what the copy holds cannot be believed.
    #[error("{}: {why}; the copy cannot be used, take another", path.display())]
    Manifest {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file is not what was copied.
    #[error("{}: {why}; the copy is damaged, take another", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// The copy is of another record than the one it should go on with.
    #[error("{} is not a copy of this record: {why}. Take a new copy elsewhere and find out which of the two is the ledger", out.display())]
    Diverged {
        /// The copy.
        out: PathBuf,
        /// What differs.
        why: String,
    },
    /// A checkpoint does not fit the record, or nobody known signed it.
    #[error("{}: {why}; nothing is served from this copy", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// Nobody has signed for any of the record.
    #[error(
        "{} holds no signed checkpoint over any entry, so nobody vouches for its record: every frame fits the one before, and that is all. \
         Pass --without-checkpoint if that is enough", .0.display()
    )]
    NoCheckpoint(PathBuf),
    /// Nobody knows whose signature to ask for.
    #[error("{} holds a signed checkpoint but no public key; pass --key FILE with the ledger's public key", .0.display())]
    NoKey(PathBuf),
    /// The place is taken.
    #[error("{} is not empty; restore into a new directory", .0.display())]
    NotEmpty(PathBuf),
    /// By the caller.
    #[error("interrupted; {what}")]
    Interrupted {
        /// How to go on.
        what: &'static str,
    },
}

/// What a record comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Frames, void ones too.
    pub frames: u64,
    /// Entries.
    pub entries: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
    /// Recorded time of the last frame, milliseconds since 1970.
    pub recorded_ms: i64,
}

impl Extent {
    fn of(tip: &crate::record::log::Tip) -> Self {
        let root = tip.frontier.root();
        Self { frames: tip.frames, entries: tip.next_index(), root, recorded_ms: tip.recorded_ms }
    }
}

/// Directory of the segments, in a copy as in a ledger.
const RECORD: &str = "record";
/// Directory of the checkpoints.
const CHECKPOINTS: &str = "checkpoints";
/// Directory of public keys.
const KEYS: &str = "keys";

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> BackupError {
    BackupError::Log(LogError::io(doing, path, source))
}

fn make_dir(path: &Path) -> Result<(), BackupError> {
    std::fs::create_dir_all(path).map_err(|error| io("creating directory", path, error))
}

/// Names in a directory, none if it is not there.
fn names(dir: &Path) -> Result<Vec<String>, BackupError> {
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
