//! A rebuild while the ledger runs: it goes on recording, folding and answering. Only at the end the fold is held for a
//! moment, to compare what changed last. How pages are made is in `next`, how they are compared in `compare`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

use super::compare::{Comparison, same_tally};
use super::next::NextGeneration;
use super::{Only, RebuildError, Rebuilt, Step};
use crate::engine::Engine;
use crate::engine::live::LiveState;
use crate::limits::{REBUILD_BEHIND, REBUILD_ROUNDS};

/// Where rebuilds and the end of the engine meet.
#[derive(Default)]
pub(in crate::engine) struct Rebuilding {
    /// Held while a rebuild is under way.
    one: Mutex<()>,
    ending: AtomicBool,
}

impl Rebuilding {
    /// Ends a rebuild that is under way and waits for its end. There is none after it.
    pub(in crate::engine) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
        drop(self.one.lock());
    }
}

impl Engine {
    /// Makes all pages once more from the record, or one kind, beside those in use; compares what comes of it with the
    /// ledger as it is then, and swaps them. Needs the memory of a second ledger. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The record gives something else than what is in use, or cannot be read; `step` said no. Nothing was swapped then.
    pub fn rebuild(&self, only: Option<Only>, step: Step<'_>) -> Result<Rebuilt, RebuildError> {
        let Some(_one) = self.rebuilding.one.try_lock() else { return Err(RebuildError::UnderWay) };
        self.alive()?;
        let ending = &self.rebuilding.ending;
        let in_use = InUse { live: &self.live, record: self.single.dir() };
        let rebuilt = in_use.rebuild(only, &mut |done, total| !ending.load(Ordering::Relaxed) && step(done, total));
        rebuilt.map_err(|error| match error {
            RebuildError::Engine(error) => RebuildError::Engine(self.live.noted(error)),
            other => other,
        })
    }

    /// Has a rebuild end soon that is under way, without waiting for it. None can begin any more.
    pub fn end_rebuild(&self) {
        self.rebuilding.ending.store(true, Ordering::Relaxed);
    }
}

/// The ledger whose pages are made.
struct InUse<'a> {
    live: &'a LiveState,
    record: &'a Path,
}

impl InUse<'_> {
    fn rebuild(&self, only: Option<Only>, step: Step<'_>) -> Result<Rebuilt, RebuildError> {
        let (generations, ledger) = self.live.pages().generations().ok_or(RebuildError::NoPages)?;
        let mut next = NextGeneration::begin(generations, ledger, self.record, only)?;
        self.follow_up(&mut next, step)?;
        let comparison = match only {
            Some(Only::Entries) => None,
            _ => Some(Comparison::begin(self.live.state(), &mut next.state, step)?),
        };
        self.follow_up(&mut next, step)?;
        let paused = self.live.pages().pause(self.live.state())?.ok_or(RebuildError::NoPages)?;
        next.fold_to(paused.entries(), step)?;
        next.keep(Some(&paused.store()))?;
        if !next.store()?.same_pages(&paused.store()) {
            // The state in memory is still to be compared; if it is right, this mends what the next start would read.
            tracing::warn!("pages of the state on disk are not what the record gives; they will be replaced");
        }
        self.follow_up(&mut next, step)?;
        let held_us = self.hold(&mut next, comparison, step)?;
        let store = next.put_in_use()?;
        paused.replace(next.number(), store);
        next.settle();
        let (generation, entries, digest) = (next.number(), next.state.entries, next.state.digest());
        Ok(Rebuilt { generation, entries, digest, compared: true, held_us })
    }

    /// Folds what was recorded meanwhile, until little is left.
    fn follow_up(&self, next: &mut NextGeneration, step: Step<'_>) -> Result<(), RebuildError> {
        for _ in 0..REBUILD_ROUNDS {
            let folded = self.live.read().entries;
            next.fold_to(folded.max(next.state.entries), step)?;
            if self.live.read().entries - next.state.entries < REBUILD_BEHIND {
                break;
            }
        }
        Ok(())
    }

    /// Holds the fold, comes to the same entry and compares. Says how long it took, in microseconds.
    fn hold(
        &self,
        next: &mut NextGeneration,
        comparison: Option<Comparison>,
        step: Step<'_>,
    ) -> Result<u64, RebuildError> {
        let _turn = self.live.turn().lock();
        let since = Instant::now();
        let folded = self.live.read().entries;
        next.fold_to(folded, step)?;
        same_tally(&self.live.pages().outcomes().tally(), &next.tally())?;
        if let Some(comparison) = comparison {
            comparison.end(self.live.state(), &mut next.state)?;
        }
        Ok(u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}
