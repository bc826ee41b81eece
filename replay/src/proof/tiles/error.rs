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
    /// A tile is not there, or its hashes are not those that the tile above it was made of.
    #[error(
        "the tile of hashes in bytes {from} to {to} of {} is missing or damaged, and nothing is proved by it; that says nothing against the \
         record, from which tiles are made: start again, and they are made anew", path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where in it the tile begins.
        from: u64,
        /// Where it ends.
        to: u64,
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
