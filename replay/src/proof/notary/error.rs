//! Why checkpoints are not signed or proofs not given. What is done about it is in `signing`.

use std::sync::Arc;

use ledger::tree::proof::Unprovable;

use crate::proof::checkpoint::CheckpointError;
use crate::proof::checkpoint_files::KeptError;
use crate::proof::cosignature_error::CosignatureError;
use crate::proof::tiles::TileError;
use crate::record::error::LogError;

/// Why checkpoints are not signed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The ledger has no key.
    #[error("this ledger signs no checkpoints; make a key with `mingzhang keygen` and serve with --key FILE")]
    NoKey,
    /// The key is a witness's.
    #[error("the key {0} is a witness's key; a ledger needs one of its own, made by `mingzhang keygen`")]
    WrongRole(String),
    /// Only the writer signs.
    #[error("a follower signs nothing and shows what its writer signed last; ask the writer for a fresh checkpoint")]
    Follower,
    /// The writer's checkpoints were not compared yet.
    #[error("this follower has not compared a checkpoint of its writer yet; ask again in a moment, or ask the writer")]
    Uncompared,
    /// What is on record is not what was signed.
    #[error(
        "the record does not fit the checkpoint over {size} entries that was signed before: {why}; nothing is served. \
         Verify the record with `replay verify` and restore it from a copy that fits"
    )]
    Differs {
        /// Entries of that checkpoint.
        size: u64,
        /// What does not fit.
        why: String,
    },
    /// The record announces its successor.
    #[error(
        "the key {key} signs nothing after entry {entry}, which announces the next one: serve with the key announced there. What is \
         recorded until then is signed by that one"
    )]
    KeyEnded {
        /// The key, as text.
        key: String,
        /// The entry.
        entry: u64,
    },
    /// The key that signs now was announced later than the balances asked for stood so.
    #[error(
        "the key that signs now was announced at entry {}, so it does not sign how accounts stood after {asked}, and nothing that was \
         signed of that is kept here; ask as of that entry or later, or as of a closing whose root is kept", from.saturating_sub(1)
    )]
    KeyTurned {
        /// After how many entries they stood so.
        asked: u64,
        /// Over so many entries and more it signs.
        from: u64,
    },
    /// What was signed of balances suffered in its file, and the key that signs now was announced later.
    #[error(
        "what was signed of how accounts stood after {asked} entries was damaged, and the key that signs now was announced later; the file \
         is to be put back from a backup"
    )]
    BalancesLost {
        /// After how many entries they stood so.
        asked: u64,
    },
    /// What was signed of balances before is not what they come to now.
    #[error(
        "the root kept over all balances after {entries} entries is not what they come to now; keep that file, it is the evidence"
    )]
    OtherBalances {
        /// After how many entries they stood so.
        entries: u64,
    },
    /// Another key signed before, and this one was not announced under it.
    #[error(
        "checkpoints were signed by another key up to {size} entries, and the record does not announce the key {key} under it; serve \
         with the old key and announce the new one with `mingzhang announce-key`"
    )]
    NotAnnounced {
        /// The key, as text.
        key: String,
        /// Entries of the last checkpoint of the other key.
        size: u64,
    },
    /// The record says which key signs now, and it is another.
    #[error(
        "by what the record announces the key {present} signs now, and not the key {key}: serve with that one; to change to another, announce \
         it then with `mingzhang announce-key`"
    )]
    OtherAnnounced {
        /// The key, as text.
        key: String,
        /// The one that signs, as text.
        present: String,
    },
    /// The name of a ledger's key is the ledger's: under another one nobody takes its checkpoints for the same ledger's.
    #[error(
        "the checkpoints before are those of {origin}, which is not the name of the key {key}; \
         make one with `mingzhang keygen --origin {origin}`"
    )]
    OtherName {
        /// The key, as text.
        key: String,
        /// Whose the checkpoints are.
        origin: String,
    },
    /// Nothing of this size was signed or recorded.
    #[error("{asked} is beyond the tree of {size} entries")]
    OutOfRange {
        /// What was asked for.
        asked: u64,
        /// Entries there are.
        size: u64,
    },
    /// The record is known to be damaged.
    #[error("nothing is signed over a damaged record: {0}")]
    Damaged(Arc<LogError>),
    /// What a witness sent is not taken, or is asked for and not there.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
    /// A tile suffered, by which it would be proved.
    #[error("{0}")]
    Tile(Arc<str>),
    /// Files, or the thread that signs, failed.
    #[error("checkpoints cannot be signed, or those that were cannot be read: {0}")]
    Ended(Arc<str>),
}

impl From<TileError> for SigningError {
    fn from(error: TileError) -> Self {
        match error {
            TileError::Damaged { .. } => Self::Tile(error.to_string().into()),
            _ => Self::Ended(error.to_string().into()),
        }
    }
}

impl From<KeptError> for SigningError {
    fn from(error: KeptError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<CheckpointError> for SigningError {
    fn from(error: CheckpointError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<LogError> for SigningError {
    fn from(error: LogError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<Unprovable<TileError>> for SigningError {
    fn from(error: Unprovable<TileError>) -> Self {
        match error {
            Unprovable::OutOfRange { asked, size } => Self::OutOfRange { asked, size },
            Unprovable::Hash(error) => error.into(),
        }
    }
}
