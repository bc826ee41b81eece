//! The ledger as it was: after an entry, as of a day, or both. A past state is folded from the record, kept a while, and
//! answers every question that the present one answers. Single balances need none of this: see `Engine::balance_at`.

mod between;
mod cache;
mod folding;

use std::ops::Deref;
use std::sync::Arc;

use ledger::state::State;
use parking_lot::RwLockReadGuard;

use crate::engine::{Engine, EngineError};
use crate::point::Point;
use crate::record::log::Tip;
pub use between::{Alone, Between};
use cache::Asked;
pub(crate) use cache::Pasts;
use folding::Folding;

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
    /// Where in the record to go on reading, should more entries be wanted.
    tip: Tip,
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
    Engine(Arc<EngineError>),
}

impl From<EngineError> for PastError {
    fn from(error: EngineError) -> Self {
        Self::Engine(Arc::new(error))
    }
}

impl Engine {
    /// Has the state of a point folded, if it is not at hand, and waits for it. Now needs no waiting. Whoever stops waiting
    /// does not stop the fold: the next to ask finds it further on.
    ///
    /// # Errors
    /// There is no such point, or the record cannot be read.
    pub async fn prepare(&self, point: Point) -> Result<(), PastError> {
        self.past(point).await.map(drop)
    }

    /// The same, giving what was folded, which stays while it is held; `None` if the live state answers.
    ///
    /// # Errors
    /// As [`Engine::prepare`].
    pub async fn past(&self, point: Point) -> Result<Option<Arc<Past>>, PastError> {
        let entries = self.read().entries;
        let wanted = wanted(point, entries)?;
        if point.effective.is_none() && wanted == entries {
            return Ok(None);
        }
        let mut ended = self.pasts.subscribe();
        let mut mine: Option<Arc<Folding>> = None;
        loop {
            ended.borrow_and_update();
            match self.pasts.ask(&self.live, point, wanted)? {
                Asked::Ready(past) => return Ok(Some(past)),
                Asked::Folding(folding) => mine = Some(folding),
                Asked::Neither => {}
            }
            // The sender lives in the engine, which outlives this.
            let _ = ended.changed().await;
            // What was folded for this caller may have been let go for others in the meantime.
            match mine.as_ref().and_then(|folding| folding.ended.get()) {
                Some(Ok(past)) if past.state.entries >= wanted => return Ok(Some(Arc::clone(past))),
                Some(Ok(_)) => mine = None,
                Some(Err(error)) => return Err(PastError::Engine(Arc::clone(error))),
                None => {}
            }
        }
    }

    /// The state of a point that was prepared.
    ///
    /// # Errors
    /// It is not prepared, or was let go since.
    pub fn view(&self, point: Point) -> Result<View<'_>, PastError> {
        self.view_through(self.read(), point)
    }

    /// The same for whoever views another point already: it does not queue behind a fold that waits for that view.
    ///
    /// # Errors
    /// As [`Engine::view`].
    pub fn view_beside(&self, _held: &View<'_>, point: Point) -> Result<View<'_>, PastError> {
        self.view_through(self.read_again(), point)
    }

    fn view_through<'a>(&self, live: RwLockReadGuard<'a, State>, point: Point) -> Result<View<'a>, PastError> {
        let wanted = wanted(point, live.entries)?;
        if point.effective.is_none() && wanted == live.entries {
            return Ok(View::Now(live));
        }
        drop(live);
        match self.pasts.at_hand(point) {
            Asked::Ready(past) => Ok(View::Past(past)),
            Asked::Folding(folding) => Err(PastError::Folding { done: folding.done(), total: folding.total }),
            Asked::Neither => Err(PastError::Folding { done: 0, total: wanted }),
        }
    }
}

/// How many entries a point takes in.
fn wanted(point: Point, entries: u64) -> Result<u64, PastError> {
    if point.booked.is_some() {
        return Err(PastError::Booked);
    }
    let asked = point.entries.unwrap_or(entries);
    if asked > entries { Err(PastError::Beyond { asked, entries }) } else { Ok(asked) }
}
