//! A pause in keeping: for a while the store holds exactly what a rebuild makes from the record, so that another store can take its
//! place. Postings are folded meanwhile; what they change waits in memory.

use std::sync::Arc;
use std::time::Duration;

use ledger::state::State;
use parking_lot::RwLock;

use super::keeping::{Keeper, Kept};
use crate::pages::error::PagesError;
use crate::pages::store::Store;
use crate::pause::poll;

/// While it lives nothing is kept.
pub(crate) struct Paused<'a> {
    kept: &'a Kept,
    entries: u64,
}

impl Keeper {
    /// Keeps what was folded by now, then nothing until the pause ends. `None` if no pages are kept at all.
    pub(crate) fn pause(&self, state: &RwLock<State>) -> Result<Option<Paused<'_>>, PagesError> {
        let Some(kept) = &self.kept else { return Ok(None) };
        let mut progress = kept.handover.progress.lock();
        progress.paused = true;
        let mut paused = Paused { kept, entries: 0 };
        while progress.under_way {
            kept.handover.changed.wait(&mut progress);
        }
        drop(progress);
        // The fold takes these two in the same order.
        let batch = {
            let mut state = state.write();
            let mut progress = kept.handover.progress.lock();
            self.settle(&mut progress, &mut state).transpose()?;
            let batch = self.collect(&kept.store.read(), &mut state);
            progress.taken = batch.entries();
            batch
        };
        paused.entries = batch.entries();
        let written = kept.store.read().write(&batch);
        self.end(batch, written, &mut state.write())?;
        Ok(Some(paused))
    }
}

impl Paused<'_> {
    /// Postings the store knows.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// The store as it stays for now.
    pub(crate) fn store(&self) -> Arc<Store> {
        Arc::clone(&self.kept.store.read())
    }

    /// Keeps in another store from now on, one that holds the same. Ends when nobody reads the one before any more, so that
    /// its files may go.
    pub(crate) fn replace(self, number: u64, store: Arc<Store>) {
        *self.kept.generation.lock() = number;
        let replaced = std::mem::replace(&mut *self.kept.store.write(), store);
        // Pages are kept again meanwhile: whoever asks for much may read for a while.
        drop(self);
        poll(Duration::MAX, Duration::from_millis(1), || (Arc::strong_count(&replaced) == 1).then_some(()));
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.kept.handover.progress.lock().paused = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::PAGES_LAG_MAX;
    use crate::pages::generations::Generations;
    use crate::proof::tally::Tallying;

    #[test]
    fn who_waited_for_the_batch_before_takes_none_into_a_pause() {
        let dir = tempfile::tempdir().unwrap();
        let generations = Generations::of(dir.path());
        let (number, store) = generations.open([7; 16]).unwrap();
        let keeper = Keeper::over(generations, number, store, 0, Tallying::default()).unwrap();
        let handover = &keeper.kept.as_ref().unwrap().handover;
        let mut progress = handover.progress.lock();
        progress.under_way = true;
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| {
                let mut state = State::default();
                state.entries = PAGES_LAG_MAX;
                keeper.keep_sometimes(&mut state).unwrap();
            });
            // It came to where it waits once it let go of what is waited with.
            while !handover.changed.notify_one() {
                parking_lot::MutexGuard::bump(&mut progress);
            }
            (progress.paused, progress.under_way) = (true, false);
            drop(progress);
            handover.changed.notify_all();
            waits.join().unwrap();
        });
        let progress = handover.progress.lock();
        assert_eq!((progress.taken, progress.under_way), (0, false));
    }
}
