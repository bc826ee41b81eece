//! Why a ledger does not open, does not record or does not answer. Refusals of events are no errors and are not here.

use std::sync::Arc;

use crate::pages::error::PagesError;
use crate::proof::comparing::Difference;
use crate::proof::notary::SigningError;
use crate::record::error::LogError;

/// Why the ledger does not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The record cannot be opened, or its writer ended.
    #[error(transparent)]
    Log(Arc<LogError>),
    /// Too much waits already. Nothing of this call was recorded.
    #[error("too many events wait to be recorded; nothing of this call was recorded, retry in a moment")]
    Busy,
    /// An event does not fit an entry.
    #[error("event {position} of the call has {bytes} bytes with its principal, more than an entry holds")]
    TooLong {
        /// Which event.
        position: usize,
        /// Its size.
        bytes: usize,
    },
    /// The ledger was stopped.
    #[error("the ledger is stopped; whether the last events were recorded shows after the next start")]
    Stopped,
    /// Stopping did not come to its end.
    #[error(
        "the ledger did not end within {ms} ms, as where its directory `pages` was removed; what was acknowledged is kept, start \
         again"
    )]
    StopsTooLong {
        /// How long it was given.
        ms: u64,
    },
    /// This engine only follows.
    #[error("this is a follower, which records nothing; record at {writer}")]
    Follower {
        /// Where its writer is.
        writer: String,
    },
    /// This engine writes, so there is nobody to compare with.
    #[error("this ledger is written here and follows nobody")]
    NotFollowing,
    /// The follower arrived at something else than its writer signed.
    #[error(transparent)]
    Differs(Box<Difference>),
    /// Something ended the ledger earlier.
    #[error(transparent)]
    Halted(Arc<EngineError>),
    /// An entry of the record that this program must not guess about.
    #[error("entry {index}: {why}")]
    Unreadable {
        /// Which entry.
        index: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The record is shorter than what was made of it.
    #[error("the pages know more entries than the record holds: the record lost its end, restore it")]
    LostEnd,
    /// What the pages hold of outcomes is not what the record gives.
    #[error("the pages hold other outcomes than the record gives; `replay rebuild` makes them anew")]
    OtherOutcomes,
    /// An outcome made once more is not the one in the tree.
    #[error(
        "what this ledger makes of entry {index} now is not the outcome in its tree, so nothing is proved of it; verify the record with \
         `replay verify`"
    )]
    OutcomeDiffers {
        /// Which entry.
        index: u64,
    },
    /// The pages could not be kept or read.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// Checkpoints cannot be signed, or the record does not fit those that were.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A thread panicked, which is a fault of this program.
    #[error("{0} panicked; what was recorded is kept, start again")]
    Panicked(&'static str),
    /// The fold panicked over an entry, which is a fault of this program, and will at each start.
    #[error(
        "the fold panicked over entry {index}: {why}. The record is whole, and nothing is answered. `replay verify \
         --hashes-only` and `replay backup` work as ever; serve with a version of the program that takes the entry"
    )]
    FoldPanicked {
        /// Which entry.
        index: u64,
        /// What the panic said.
        why: String,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

impl From<LogError> for EngineError {
    fn from(error: LogError) -> Self {
        Self::Log(Arc::new(error))
    }
}

impl EngineError {
    /// An entry that this program must not guess about, with what it says against it.
    pub(crate) fn unreadable(index: u64, why: &dyn std::fmt::Display) -> Self {
        Self::Unreadable { index, why: why.to_string() }
    }

    /// Whether the record, or what was made of it, is known to be wrong: then nothing may be answered from it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Differs(_) | Self::FoldPanicked { .. } => true,
            Self::Halted(error) => error.is_damage(),
            Self::Log(error) => error.is_damage(),
            _ => false,
        }
    }
}
