//! Why nothing was exported. What to do about it is said with each.

use std::path::{Path, PathBuf};

use crate::engine::EngineError;
use crate::proof::checkpoint::CheckpointError;
use crate::proof::checkpoint_files::KeptError;
use crate::proof::tiles::TileError;

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The record could not be read or folded.
    #[error(transparent)]
    Record(#[from] EngineError),
    /// The place is taken.
    #[error("{} exists already; name another --out, or remove it first", .0.display())]
    Taken(PathBuf),
    /// A checkpoint every no entries.
    #[error("checkpoints need at least one entry between them; name a number above zero")]
    Every,
    /// There is nothing signed to export under.
    #[error(
        "there is no signed checkpoint to export under; serve the ledger with --key, name one with --checkpoint FILE, or \
         pass --unsigned"
    )]
    NoCheckpoint,
    /// The record is not what was signed.
    #[error(
        "the record does not lead to the root signed over {size} entries (it has {entries} of them); verify it with \
         `replay verify`"
    )]
    Unsigned {
        /// Entries of the checkpoint.
        size: u64,
        /// Entries found, at most that many.
        entries: u64,
    },
    /// An outcome does not fit the format of tiled logs.
    #[error("the outcome of entry {index} is longer than readers of tiled logs take")]
    TooLong {
        /// Of which entry.
        index: u64,
    },
    /// The checkpoint is none.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Checkpoints could not be read.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// A tile could not be written.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// The file system refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

pub(super) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> ExportError {
    ExportError::Io { doing, path: path.to_owned(), source }
}
