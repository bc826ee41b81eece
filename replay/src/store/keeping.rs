//! Keeping pages beside a running fold: encoded where the state changes, written by a thread of their own, one
//! checkpoint at a time. What a checkpoint holds stands in `store`.

use super::{Batch, Store, StoreError};
use crate::projections::entries::{Entries, EntryRow};
use ledger::account::AccountNo;
use ledger::outcome::Posting;
use ledger::state::State;
use parking_lot::{Mutex, RwLock};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Entries between two checkpoints: few enough to fold again at a start, many enough that pages are touched often
/// between two writes of them.
pub const EVERY_ENTRIES: u64 = 250_000;

/// How far pages may lag behind the fold; then the fold waits for them.
pub const LAG_MAX_ENTRIES: u64 = 1_000_000;

/// Pages and postings of a running ledger. Shared by the fold and by those who read.
pub struct Keeping {
    store: Arc<Store>,
    entries: RwLock<Entries>,
    writing: Mutex<Writing>,
}

struct Writing {
    /// Entries of the last checkpoint taken.
    taken: u64,
    under_way: Option<UnderWay>,
}

struct UnderWay {
    batch: Arc<Batch>,
    thread: JoinHandle<Result<(), StoreError>>,
}

impl Keeping {
    /// Opens the pages of a ledger and the state they hold; a fresh state if they hold none.
    ///
    /// # Errors
    /// Another process has the pages, or the file system refuses.
    pub fn open(dir: &Path, ledger: [u8; 16]) -> Result<(Self, State), StoreError> {
        let (store, state) = Store::open(dir, ledger)?.restore()?;
        let state = state.unwrap_or_default();
        let taken = state.entries;
        let writing = Mutex::new(Writing { taken, under_way: None });
        Ok((Self { store: Arc::new(store), entries: RwLock::new(Entries::from(taken)), writing }, state))
    }

    /// Notes what an entry posted, right after it was folded into `state`.
    pub fn note(&self, state: &State, index: u64, postings: &[Posting]) {
        if !postings.is_empty() {
            self.entries.write().note(state, index, postings);
        }
    }

    /// Takes a checkpoint if one is due. Waits only if the pages lag too far behind.
    ///
    /// # Errors
    /// The checkpoint before could not be written, or no thread could be started. Nothing is lost: what was not written
    /// belongs to the next checkpoint.
    pub fn keep_sometimes(&self, state: &mut State) -> Result<(), StoreError> {
        let mut writing = self.writing.lock();
        let behind = state.entries - writing.taken;
        let finished = writing.under_way.as_ref().is_some_and(|under_way| under_way.thread.is_finished());
        if finished || behind >= LAG_MAX_ENTRIES - EVERY_ENTRIES {
            self.finish(&mut writing, state)?;
        }
        if behind < EVERY_ENTRIES || writing.under_way.is_some() {
            return Ok(());
        }
        let batch = Arc::new(self.store.collect(state, &mut self.entries.write()));
        let before = std::mem::replace(&mut writing.taken, batch.entries());
        let (store, to_write) = (Arc::clone(&self.store), Arc::clone(&batch));
        let write = move || store.write(&to_write);
        match std::thread::Builder::new().name("pages".to_owned()).spawn(write) {
            Ok(thread) => {
                writing.under_way = Some(UnderWay { batch, thread });
                Ok(())
            }
            Err(source) => {
                writing.taken = before;
                Store::give_back(&batch, state, &mut self.entries.write());
                Err(StoreError::Thread { source })
            }
        }
    }

    /// Takes a checkpoint of everything and waits until it is written.
    ///
    /// # Errors
    /// It could not be written; the record has it all.
    pub fn keep_now(&self, state: &mut State) -> Result<(), StoreError> {
        let mut writing = self.writing.lock();
        self.finish(&mut writing, state)?;
        self.store.save(state, &mut self.entries.write())?;
        writing.taken = state.entries;
        Ok(())
    }

    /// Postings of an account from an index on, oldest first: at least `limit` if there are so many, and always all
    /// of the last entry shown, so that the page after begins one index later.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn postings(&self, account: AccountNo, from: u64, limit: usize) -> Result<Vec<EntryRow>, StoreError> {
        // The fold waits for the part in memory only, not for the disk.
        let recent = self.entries.read().recent(account, from, limit);
        recent.with(Some(&self.store))
    }

    fn finish(&self, writing: &mut Writing, state: &mut State) -> Result<(), StoreError> {
        let Some(UnderWay { batch, thread }) = writing.under_way.take() else { return Ok(()) };
        let panicked = |_| {
            let why = "the thread that writes them panicked".to_owned();
            Err(StoreError::Damaged { path: self.store.path.clone(), why })
        };
        let result = thread.join().unwrap_or_else(panicked);
        let mut entries = self.entries.write();
        match &result {
            Ok(()) => Store::settle(&batch, &mut entries),
            Err(_) => Store::give_back(&batch, state, &mut entries),
        }
        result
    }
}

#[cfg(test)]
#[path = "keeping_tests.rs"]
mod tests;
