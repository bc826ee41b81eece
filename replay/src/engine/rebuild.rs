//! Projections made anew while the ledger runs: it goes on recording, folding and answering. Only at the end the fold is
//! held for a moment, to compare what changed last. How pages are made and compared stands in `rebuild`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::{Mutex, MutexGuard};

use super::{Engine, Shared};
use crate::engine::rebuilding::{Anew, Comparison, Only, RebuildError, Rebuilt, Step, same_tally};
use crate::limits::{REBUILD_BEHIND, REBUILD_ROUNDS};

/// Where the fold, a rebuild and the end of the engine meet.
#[derive(Default)]
pub(super) struct Rebuilding {
    /// Whoever has it folds, or keeps others from folding.
    turn: Mutex<()>,
    /// Held while a rebuild is under way.
    one: Mutex<()>,
    ending: AtomicBool,
}

impl Rebuilding {
    /// To be held while a frame is folded. Those who read the state do not wait for it.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock()
    }

    /// Ends a rebuild that is under way and waits for its end. There is none after it.
    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
        drop(self.one.lock());
    }
}

impl Engine {
    /// Makes all projections anew from the record, or one, beside those in use; compares what comes of it with the ledger
    /// as it stands then, and swaps them. Needs the memory of a second ledger. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The record gives something else than what is in use, or cannot be read; `step` said no. Nothing was swapped then.
    pub fn rebuild(&self, only: Option<Only>, step: Step<'_>) -> Result<Rebuilt, RebuildError> {
        let Some(_one) = self.shared.rebuilding.one.try_lock() else { return Err(RebuildError::UnderWay) };
        self.alive()?;
        let ending = &self.shared.rebuilding.ending;
        self.shared.rebuild(only, &mut |done, total| !ending.load(Ordering::Relaxed) && step(done, total))
    }

    /// Has a rebuild end soon that is under way, without waiting for it. None can begin any more.
    pub fn end_rebuild(&self) {
        self.shared.rebuilding.ending.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn rebuild(&self, only: Option<Only>, step: Step<'_>) -> Result<Rebuilt, RebuildError> {
        let (generations, ledger) = self.pages.generations().ok_or(RebuildError::NoPages)?;
        let mut anew = Anew::begin(generations, ledger, self.single.dir(), only)?;
        self.follow_up(&mut anew, step)?;
        let comparison = match only {
            Some(Only::Entries) => None,
            _ => Some(Comparison::begin(&self.state, &mut anew.state, step)?),
        };
        self.follow_up(&mut anew, step)?;
        let paused = self.pages.pause(&self.state)?.ok_or(RebuildError::NoPages)?;
        anew.fold_to(paused.entries(), step)?;
        anew.keep(Some(&paused.store()))?;
        if !anew.store()?.same_pages(&paused.store()) {
            // The state in memory is still to be compared; if it is right, this mends what the next start would read.
            tracing::warn!("pages of the state on disk are not what the record gives; they will be replaced");
        }
        self.follow_up(&mut anew, step)?;
        let held_us = self.hold(&mut anew, comparison, step)?;
        let store = anew.put_in_use()?;
        paused.replace(anew.number(), store);
        anew.settle();
        let (generation, entries, digest) = (anew.number(), anew.state.entries, anew.state.digest());
        Ok(Rebuilt { generation, entries, digest, compared: true, held_us })
    }

    /// Folds what was recorded meanwhile, until little is left.
    fn follow_up(&self, anew: &mut Anew, step: Step<'_>) -> Result<(), RebuildError> {
        for _ in 0..REBUILD_ROUNDS {
            let folded = self.state.read().entries;
            anew.fold_to(folded.max(anew.state.entries), step)?;
            if self.state.read().entries - anew.state.entries < REBUILD_BEHIND {
                break;
            }
        }
        Ok(())
    }

    /// Holds the fold, comes to the same entry and compares. Says how long it took, in microseconds.
    fn hold(&self, anew: &mut Anew, comparison: Option<Comparison>, step: Step<'_>) -> Result<u64, RebuildError> {
        let _turn = self.rebuilding.turn();
        let since = Instant::now();
        let folded = self.state.read().entries;
        anew.fold_to(folded, step)?;
        same_tally(&self.pages.tally(), &anew.tally())?;
        if let Some(comparison) = comparison {
            comparison.end(&self.state, &mut anew.state)?;
        }
        Ok(u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
#[path = "rebuild_tests.rs"]
mod tests;
