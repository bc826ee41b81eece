//! How a past state is asked for: made ready first, which may take a while, then looked at. How it is folded is in `folding`.

use std::sync::Arc;

use ledger::state::State;
use parking_lot::RwLockReadGuard;

use super::cache::Asked;
use super::folding::Folding;
use super::view::{Past, PastError, View};
use crate::engine::Engine;
use crate::point::Point;

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
    let asked = point.entries.unwrap_or(entries);
    if asked > entries { Err(PastError::Beyond { asked, entries }) } else { Ok(asked) }
}
