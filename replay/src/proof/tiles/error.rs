//! Why tiles cannot be written or read. What they are is in `tree`.

use std::path::PathBuf;

/// Why tiles could not be written or read. The record has all they hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// The file system refused.
    #[error("{doing} tile {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A tile is not there or has not 256 hashes.
    #[error("tile {} is missing or damaged; remove the directory of tiles and start again", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// The hash asked for lies beyond the tree.
    #[error("the tree has no complete subtree {index} of level {level}")]
    Beyond {
        /// Level of the subtree.
        level: u32,
        /// Its number on that level.
        index: u64,
    },
}
