//! A past state, and the state a question is answered from. How one is had is in `asking`.

use std::ops::Deref;
use std::sync::Arc;

use ledger::state::State;
use parking_lot::RwLockReadGuard;

use crate::engine::{EngineError, Recorded};
use crate::point::Point;
use crate::record::log::Tip;

/// A state that was folded from the entries of a point.
#[derive(Clone)]
pub struct Past {
    /// What is remembered of them.
    pub state: State,
    /// The point.
    pub point: Point,
    /// Entries left out because they are effective after the day.
    pub withheld: u64,
    /// Of the others, those that came out differently because of it: the answer leans on facts of later days.
    pub changed: u64,
    /// The random bytes of all entries read, exclusive-or.
    pub(in crate::engine) salts: u128,
    /// Where in the record to go on reading, should more entries be wanted.
    pub(super) tip: Tip,
    /// Entries there were when the day was last settled.
    pub(super) settled: u64,
    /// Entries the ledger posted that are refused as of the day, for a reason that what is told later may take away.
    pub(super) waiting: Vec<Recorded>,
}

/// The state a question is answered from.
pub enum View<'a> {
    /// Everything known now.
    Now(RwLockReadGuard<'a, State>),
    /// As it was.
    Past(Arc<Past>),
}

impl Deref for View<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        match self {
            Self::Now(state) => state,
            Self::Past(past) => &past.state,
        }
    }
}

/// Why there is no such past.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PastError {
    /// More entries than there are.
    #[error("entry {asked} is not on record yet: {entries} entries are folded")]
    Beyond {
        /// Entries asked for.
        asked: u64,
        /// Entries there are.
        entries: u64,
    },
    /// It is being folded.
    #[error("the ledger as it was is being folded: {done} of {total} entries; ask again in a moment")]
    Folding {
        /// Entries folded.
        done: u64,
        /// Entries to fold.
        total: u64,
    },
    /// The record cannot be read.
    #[error(transparent)]
    Engine(Arc<EngineError>),
}

impl From<EngineError> for PastError {
    fn from(error: EngineError) -> Self {
        Self::Engine(Arc::new(error))
    }
}
