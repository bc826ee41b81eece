//! Keeps pages and answers from them: what is folded waits in memory until a thread has written it. A pause in keeping is in
//! `paused`, opening what was kept in `unread`.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use ledger::entry::Entry;
use ledger::money::Fen;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::tree::outcome_leaf::EntryMark;
use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockWriteGuard};

use crate::kill_points;
use crate::limits::{PAGES_EVERY, PAGES_LAG_MAX};
use crate::pages::error::PagesError;
use crate::pages::generations::Generations;
use crate::pages::posting_row::{AccountPlace, EntryRow};
use crate::pages::postings::Postings;
use crate::pages::store::{Batch, Store};
use crate::point::Booked;
use crate::proof::outcomes::OutcomeLog;
use crate::proof::tally::{Noted, Tallying};

/// Keeps pages of the state and the postings of each account.
pub(crate) struct Keeper {
    entries: RwLock<Postings>,
    pub(super) kept: Option<Kept>,
    outcomes: Arc<OutcomeLog>,
    /// A single pass over a record remembers no postings.
    remembers: bool,
    /// Whether pages of the state are kept. A rebuild of the postings alone takes those there are.
    tables: bool,
}

/// What there is where pages are kept.
pub(super) struct Kept {
    generations: Generations,
    /// The number of the one in use.
    pub(super) generation: Mutex<u64>,
    pub(super) store: RwLock<Arc<Store>>,
    pub(super) handover: Arc<Handover>,
    to_thread: Mutex<Option<SyncSender<Work>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Why the last batch was not written.
    doubt: Mutex<Option<String>>,
}

/// A batch, and where it belongs.
type Work = (Arc<Store>, Batch);

/// Where the folding thread and the storing thread meet.
#[derive(Default)]
pub(super) struct Handover {
    pub(super) progress: Mutex<Storing>,
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct Storing {
    /// Postings of the last batch taken from the state.
    pub(super) taken: u64,
    pub(super) under_way: bool,
    /// Somebody needs the store to stay as it is for a moment.
    pub(super) paused: bool,
    ended: Option<(Batch, Result<(), PagesError>)>,
}

impl Keeper {
    /// Keeps nothing and remembers nothing: for a single pass over a record.
    pub(crate) fn none() -> Self {
        Self { entries: RwLock::default(), kept: None, outcomes: Arc::default(), remembers: false, tables: true }
    }

    /// Keeps pages in a store that knows so many entries already.
    pub(crate) fn over(
        generations: Generations,
        number: u64,
        store: Store,
        entries: u64,
        tally: Tallying,
    ) -> Result<Self, PagesError> {
        let (to_thread, batches) = sync_channel(1);
        let handover = Arc::new(Handover::default());
        handover.progress.lock().taken = entries;
        let reporting = Arc::clone(&handover);
        let thread = std::thread::Builder::new()
            .name("pages".to_owned())
            .spawn(move || write_all(&reporting, &batches))
            .map_err(PagesError::Thread)?;
        let (store, generation) = (RwLock::new(Arc::new(store)), Mutex::new(number));
        let (to_thread, thread) = (Mutex::new(Some(to_thread)), Mutex::new(Some(thread)));
        let doubt = Mutex::default();
        let kept = Some(Kept { generations, generation, store, handover, to_thread, thread, doubt });
        let entries = RwLock::new(Postings::from(entries));
        Ok(Self { entries, kept, outcomes: Arc::new(tally.into()), remembers: true, tables: true })
    }

    /// With only a part of what is kept: postings, or pages of the state.
    pub(crate) fn only(self, postings: bool, tables: bool) -> Self {
        Self { remembers: postings, tables, ..self }
    }

    /// The generations there are, and whose.
    pub(crate) fn generations(&self) -> Option<(Generations, [u8; 16])> {
        self.kept.as_ref().map(|kept| (kept.generations.clone(), kept.store.read().ledger()))
    }

    /// Whoever opened the pages has the record now: others may go.
    pub(crate) fn settle_generation(&self) -> Result<(), PagesError> {
        let Some(kept) = &self.kept else { return Ok(()) };
        kept.generations.settle(*kept.generation.lock())
    }

    /// The store in use. Rows that were in memory before it was asked for are either still there or in it.
    pub(crate) fn store(&self) -> Option<Arc<Store>> {
        self.kept.as_ref().map(|kept| Arc::clone(&kept.store.read()))
    }

    /// Postings of an account from an index on, oldest first, always whole entries.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn entries_of(&self, place: AccountPlace, from: u64, limit: usize) -> Result<Vec<EntryRow>, PagesError> {
        // The lock is held only for what is in memory; the store is read while the fold goes on.
        let recent = self.entries.read().recent(place, from, limit);
        recent.after(self.store().as_deref())
    }

    /// What is on an account, counting only these postings.
    pub(crate) fn balance_at(&self, place: AccountPlace, booked: &Booked) -> Result<Fen, PagesError> {
        // The lock is held only for what is in memory; the store is read while the fold goes on.
        let recent = self.entries.read().sum(place, booked);
        recent.after(self.store().as_deref())
    }

    /// Those of these postings that an account has from an index on, oldest first, always whole entries, each with the balance
    /// after it of all postings.
    pub(crate) fn entries_at(
        &self,
        place: AccountPlace,
        booked: &Booked,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EntryRow>, PagesError> {
        let recent = self.entries.read().counted(place, booked, from, limit);
        recent.after(self.store().as_deref())
    }

    /// Why nothing is kept at the moment, if so. The ledger goes on without: what is kept can be made anew.
    pub(crate) fn doubt(&self) -> Option<String> {
        let kept = self.kept.as_ref()?;
        let gone = kept.store.read().is_there().err().map(|error| error.to_string());
        gone.or_else(|| kept.doubt.lock().clone())
    }

    /// What became of all entries, for the tree over that.
    pub(crate) fn outcomes(&self) -> &Arc<OutcomeLog> {
        &self.outcomes
    }

    /// For whoever folds a frame, and may do nothing else here before all of it is noted.
    pub(crate) fn noting(&self) -> Noting<'_> {
        Noting { outcomes: self.outcomes.noting(), postings: self.remembers.then(|| self.entries.write()) }
    }

    /// Has pages kept if it is time; waits if they lag too far behind.
    pub(crate) fn keep_sometimes(&self, state: &mut State) -> Result<(), PagesError> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let mut progress = kept.handover.progress.lock();
        let behind = state.entries - progress.taken;
        if behind < PAGES_EVERY {
            return Ok(());
        }
        while progress.under_way && behind >= PAGES_LAG_MAX {
            kept.handover.changed.wait(&mut progress);
        }
        // A pause may have begun while this waited.
        if progress.under_way || progress.paused {
            return Ok(());
        }
        let settled = self.settle(&mut progress, state);
        kept.note(settled);
        let store = Arc::clone(&kept.store.read());
        let batch = self.collect(&store, state);
        progress.taken = batch.entries();
        progress.under_way = true;
        drop(progress);
        let sent = kept.to_thread.lock().as_ref().is_some_and(|to| to.send((store, batch)).is_ok());
        if sent { Ok(()) } else { Err(PagesError::Ended) }
    }

    /// Keeps pages of everything folded so far, and ends the thread.
    pub(crate) fn close(&self, state: &mut State) -> Result<(), PagesError> {
        let Some(kept) = &self.kept else { return Ok(()) };
        kept.end_thread()?;
        // What was not written is written now.
        let settled = self.settle(&mut kept.handover.progress.lock(), state);
        kept.note(settled);
        let store = Arc::clone(&kept.store.read());
        let batch = self.collect(&store, state);
        let written = store.write(&batch);
        kill_points::at("pages-kept");
        self.end(batch, written, state)
    }

    /// Ends the thread and keeps nothing more, for pages that are not wanted.
    pub(crate) fn abandon(&self) {
        if let Some(Err(error)) = self.kept.as_ref().map(Kept::end_thread) {
            tracing::error!(%error, "unwanted pages");
        }
    }

    /// What changed since the last batch.
    pub(super) fn collect(&self, store: &Store, state: &mut State) -> Batch {
        if !self.tables {
            for (_, table) in state.tables() {
                table.take_dirty();
            }
        }
        self.outcomes.with(|tallying| store.collect(state, tallying, &mut self.entries.write()))
    }

    /// Takes note of how the last batch ended. What was not written belongs to the next one. None if none has ended.
    pub(super) fn settle(&self, progress: &mut Storing, state: &mut State) -> Option<Result<(), PagesError>> {
        let (batch, written) = progress.ended.take()?;
        Some(self.end(batch, written, state))
    }

    pub(super) fn end(
        &self,
        batch: Batch,
        written: Result<(), PagesError>,
        state: &mut State,
    ) -> Result<(), PagesError> {
        match &written {
            Ok(()) => Store::settle(batch, &mut self.entries.write()),
            Err(_) => Store::give_back(batch, state, &mut self.entries.write()),
        }
        written
    }
}

/// Notes what becomes of the entries of a frame. Locked once for all of them: a lock an entry has the fold wait for its own writes.
pub(crate) struct Noting<'a> {
    outcomes: MutexGuard<'a, Noted>,
    postings: Option<RwLockWriteGuard<'a, Postings>>,
}

impl Noting<'_> {
    /// Remembers what an entry came to and posted, right after it was folded.
    pub(crate) fn note(&mut self, state: &State, entry: &Entry<'_>, mark: &EntryMark, outcome: &Outcome) {
        self.outcomes.note(state, mark, outcome);
        if let (Outcome::Posted { postings, .. }, Some(noted)) = (outcome, &mut self.postings) {
            noted.note(state, entry.index, entry.event.effective, postings);
        }
    }
}

impl Kept {
    /// Tells of a batch that was not written until one is.
    fn note(&self, settled: Option<Result<(), PagesError>>) {
        let Some(settled) = settled else { return };
        let why = settled.err().map(|error| error.to_string());
        if let Some(why) = &why {
            tracing::error!(%why, "pages were not kept; what they would hold stays in memory");
        }
        *self.doubt.lock() = why;
    }

    /// Lets the thread write what it was given, and end.
    fn end_thread(&self) -> Result<(), PagesError> {
        drop(self.to_thread.lock().take());
        match self.thread.lock().take().map(JoinHandle::join) {
            Some(Err(_)) => Err(PagesError::Panicked),
            _ => Ok(()),
        }
    }
}

fn write_all(handover: &Handover, batches: &Receiver<Work>) {
    while let Ok((store, batch)) = batches.recv() {
        let written = store.write(&batch);
        kill_points::at("pages-kept");
        let mut progress = handover.progress.lock();
        progress.ended = Some((batch, written));
        progress.under_way = false;
        handover.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_were_removed_are_doubted_and_the_fold_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let generations = Generations::of(dir.path());
        let (number, store) = generations.open([7; 16]).unwrap();
        let keeper = Keeper::over(generations, number, store, 0, Tallying::default()).unwrap();
        let mut state = State::default();
        assert_eq!(keeper.doubt(), None);
        std::fs::remove_dir_all(dir.path()).unwrap();
        assert!(keeper.doubt().is_some_and(|doubt| doubt.contains("were removed")), "before anything is written");
        for _ in 0..3 {
            state.entries += PAGES_EVERY;
            keeper.keep_sometimes(&mut state).unwrap();
            let handover = &keeper.kept.as_ref().unwrap().handover;
            let mut progress = handover.progress.lock();
            while progress.under_way {
                handover.changed.wait(&mut progress);
            }
        }
        assert!(keeper.kept.as_ref().unwrap().doubt.lock().is_some());
        assert!(matches!(keeper.close(&mut state), Err(PagesError::Gone { .. })));
    }
}
