//! When pages are kept: every so many entries, by a thread of their own, and at the end. What a page is and how it is
//! stored stands in `store`.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use ledger::account::AccountNo;
use ledger::money::Day;
use ledger::outcome::Outcome;
use ledger::state::State;
use parking_lot::{Condvar, Mutex, RwLock};

use crate::drive::{DriveError, Options};
use crate::limits::{PAGES_EVERY, PAGES_LAG_MAX};
use crate::projections::entries::{self, Entries, EntryRow};
use crate::store::{Batch, Store, StoreError};
use crate::tally::Tally;

/// Keeps pages of the state and the postings of each account.
pub struct Keeper {
    entries: RwLock<Entries>,
    kept: Option<Kept>,
    tally: Mutex<Tally>,
    /// A single pass over a record remembers no postings.
    remembers: bool,
}

struct Kept {
    store: Arc<Store>,
    desk: Arc<Desk>,
    to_thread: Mutex<Option<SyncSender<Batch>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Where the folding thread and the storing thread meet.
#[derive(Default)]
struct Desk {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
struct Progress {
    /// Entries of the last batch taken from the state.
    taken: u64,
    under_way: bool,
    ended: Option<(Batch, Result<(), StoreError>)>,
}

impl Keeper {
    /// Keeps nothing and remembers nothing: for a single pass over a record.
    pub(crate) fn none() -> Self {
        Self { entries: RwLock::default(), kept: None, tally: Mutex::default(), remembers: false }
    }

    /// Opens the pages, with the state as they know it.
    pub(crate) fn open(options: &Options) -> Result<(Self, State), DriveError> {
        if !options.pages {
            return Ok((Self { remembers: true, ..Self::none() }, State::default()));
        }
        let (store, state) = Store::open(&options.data.join("pages"), options.ledger)?.restore()?;
        let (state, tally) = state.unwrap_or_default();
        let (to_thread, batches) = sync_channel(1);
        let (store, desk) = (Arc::new(store), Arc::new(Desk::default()));
        desk.progress.lock().taken = state.entries;
        let (storing, reporting) = (Arc::clone(&store), Arc::clone(&desk));
        let thread = std::thread::Builder::new()
            .name("pages".to_owned())
            .spawn(move || write_all(&storing, &reporting, &batches))
            .map_err(DriveError::Thread)?;
        let entries = RwLock::new(Entries::from(state.entries));
        let (to_thread, thread) = (Mutex::new(Some(to_thread)), Mutex::new(Some(thread)));
        let kept = Some(Kept { store, desk, to_thread, thread });
        Ok((Self { entries, kept, tally: Mutex::new(tally), remembers: true }, state))
    }

    /// Postings of an account from an index on, oldest first, always whole entries.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn entries_of(&self, account: AccountNo, from: u64, limit: usize) -> Result<Vec<EntryRow>, StoreError> {
        let store = self.kept.as_ref().map(|kept| &*kept.store);
        // The lock is held only for what is in memory; the store is read beside the fold.
        let recent = self.entries.read().recent(account, from, limit);
        recent.with(store)
    }

    /// What an entry posted, if its rows are still in memory.
    pub(crate) fn rows_at(&self, index: u64) -> Option<Vec<EntryRow>> {
        self.entries.read().at(index)
    }

    /// What an entry posted to an account and its neighbours, if its rows are in the pages.
    pub(crate) fn kept_at(&self, account: AccountNo, index: u64) -> Result<Vec<EntryRow>, StoreError> {
        let Some(kept) = &self.kept else { return Ok(Vec::new()) };
        entries::kept_at(&*kept.store, account, index)
    }

    /// What all outcomes noted so far come to.
    pub(crate) fn tally(&self) -> Tally {
        *self.tally.lock()
    }

    /// Remembers what an entry posted, right after it was folded.
    pub(crate) fn note(&self, state: &State, index: u64, effective: Day, outcome: &Outcome) {
        self.tally.lock().note(state, outcome);
        if let Outcome::Posted { postings, .. } = outcome
            && self.remembers
            && !postings.is_empty()
        {
            self.entries.write().note(state, index, effective, postings);
        }
    }

    /// Has pages kept if it is time; waits if they lag too far behind.
    pub(crate) fn keep_sometimes(&self, state: &mut State) -> Result<(), DriveError> {
        let Some(kept) = &self.kept else { return Ok(()) };
        let mut progress = kept.desk.progress.lock();
        let behind = state.entries - progress.taken;
        if behind < PAGES_EVERY {
            return Ok(());
        }
        while progress.under_way && behind >= PAGES_LAG_MAX {
            kept.desk.changed.wait(&mut progress);
        }
        if progress.under_way {
            return Ok(());
        }
        self.settle(&mut progress, state)?;
        let batch = kept.store.collect(state, &self.tally(), &mut self.entries.write());
        progress.taken = batch.entries();
        progress.under_way = true;
        drop(progress);
        let sent = kept.to_thread.lock().as_ref().is_some_and(|to| to.send(batch).is_ok());
        if sent { Ok(()) } else { Err(DriveError::Pages("the thread that keeps them has ended".to_owned())) }
    }

    /// Keeps pages of everything folded so far, and ends the thread.
    pub(crate) fn close(&self, state: &mut State) -> Result<(), DriveError> {
        let Some(kept) = &self.kept else { return Ok(()) };
        drop(kept.to_thread.lock().take());
        if let Some(thread) = kept.thread.lock().take()
            && thread.join().is_err()
        {
            return Err(DriveError::Pages("the thread that keeps them panicked".to_owned()));
        }
        self.settle(&mut kept.desk.progress.lock(), state)?;
        Ok(kept.store.save(state, &self.tally(), &mut self.entries.write())?)
    }

    /// Takes note of how the last batch ended. What was not written belongs to the next one.
    fn settle(&self, progress: &mut Progress, state: &mut State) -> Result<(), DriveError> {
        match progress.ended.take() {
            None => Ok(()),
            Some((batch, Ok(()))) => {
                Store::settle(batch, &mut self.entries.write());
                Ok(())
            }
            Some((batch, Err(error))) => {
                Store::give_back(batch, state, &mut self.entries.write());
                Err(error.into())
            }
        }
    }
}

fn write_all(store: &Store, desk: &Desk, batches: &Receiver<Batch>) {
    while let Ok(batch) = batches.recv() {
        let written = store.write(&batch);
        let mut progress = desk.progress.lock();
        progress.ended = Some((batch, written));
        progress.under_way = false;
        desk.changed.notify_all();
    }
}
