//! The ledger as it was: after an entry, as of a day, or both. A past state is folded from the record, kept a while, and
//! answers every question that the present one answers. Single balances need none of this: see `Engine::balance_at`.

use std::ops::Deref;
use std::sync::Arc;

use ledger::money::Day;
use ledger::state::State;
use parking_lot::RwLockReadGuard;

use crate::drive::{DriveError, Engine};

/// What counts: what was known when, about what. The default is everything known now.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Point {
    /// Only the first so many entries.
    pub entries: Option<u64>,
    /// Only what is effective on this day or before.
    pub effective: Option<Day>,
    /// Only what is booked on this day or before; of balances and postings alone.
    pub booked: Option<Day>,
}

impl Point {
    /// Whether it is everything known now.
    #[must_use]
    pub fn is_now(&self) -> bool {
        *self == Self::default()
    }
}

/// A state that was folded from the entries of a point.
pub struct Past {
    /// What is remembered of them.
    pub state: State,
    /// The point.
    pub point: Point,
    /// Entries left out because they are effective after the day.
    pub withheld: u64,
    /// Of the others, those that came out differently because of it: the answer leans on facts of later days.
    pub changed: u64,
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
    /// Booked days exist on postings only.
    #[error("a booked day tells postings and balances apart, nothing else; ask with an effective day")]
    Booked,
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
    Drive(#[from] DriveError),
}

impl Engine {
    /// Has the state of a point folded, if it is not at hand, and waits for it. Now needs no waiting.
    ///
    /// # Errors
    /// There is no such point, or the record cannot be read.
    pub async fn prepare(&self, point: Point) -> Result<(), PastError> {
        if point.is_now() { Ok(()) } else { Err(PastError::Folding { done: 0, total: 0 }) }
    }

    /// The state of a point that was prepared.
    ///
    /// # Errors
    /// It is not prepared, or was let go since.
    pub fn view(&self, point: Point) -> Result<View<'_>, PastError> {
        if point.is_now() { Ok(View::Now(self.read())) } else { Err(PastError::Folding { done: 0, total: 0 }) }
    }
}
