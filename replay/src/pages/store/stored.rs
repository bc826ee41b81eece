//! What one checkpoint writes, and what is read back at the next start. Taking values over from another store is in `carry`.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ledger::hash::Hash;
use ledger::state::{SCALARS, State, TABLES};
use ledger::tree::merkle::Frontier;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::sealed::{checked, seal, sum_of, total};
use crate::pages::error::PagesError;
use crate::pages::history::{Chunks, Found, History};
use crate::pages::posting_row::Placed;
use crate::pages::postings::Postings;
use crate::pause::poll;
use crate::proof::tally::{BOOKS, Tally, Tallying, Turnover};

/// Changes whenever rows of the state, chunks or keys change their shape. Another format is another directory.
pub(crate) const FORMAT: u32 = 17;

/// The key of what the pages hold.
pub(super) const CHECKPOINT: &[u8] = b"c";

/// What keys of pages of the state begin with.
pub(super) const PAGE: u8 = b'p';

/// sled's own cache; pages are read once at start and otherwise only written.
const CACHE_BYTES: u64 = 64 << 20;

/// How long to wait for a file lock that a process just ended may still hold.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// How long until it is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// What one checkpoint will write, encoded while the state stood still.
pub(crate) struct Batch {
    checkpoint: Checkpoint,
    /// Table, page, bytes.
    pages: Vec<(u8, u32, Vec<u8>)>,
    rows: Arc<Vec<Placed>>,
}

impl Batch {
    /// The entries folded when it was taken.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.checkpoint.entries
    }
}

/// What the pages hold, written in the same batch as they.
#[derive(Clone, Serialize, Deserialize)]
struct Checkpoint {
    format: u32,
    ledger: [u8; 16],
    entries: u64,
    scalars: [u64; SCALARS],
    /// The tree over the outcomes of these entries.
    outcomes: Frontier,
    /// Its leaves behind the last whole tile, which no other file holds.
    tail: Vec<Hash>,
    /// What they posted in each book.
    books: [Turnover; BOOKS],
    /// The random bytes of these entries, exclusive-or.
    salts: u128,
    /// Pages of each table.
    pages: Vec<u32>,
    /// Checksum over the checksums of all pages, so that an old page among new ones shows.
    sum: u32,
}

/// Pages on disk, of one ledger.
pub struct Store {
    pub(super) path: PathBuf,
    ledger: [u8; 16],
    pub(super) db: sled::Db,
    /// The file that was opened, by the number the file system gives it.
    file: Option<u64>,
    /// Checksum of each page of each table as it is on disk.
    pub(super) sums: Mutex<Vec<Vec<u32>>>,
    history: History,
}

impl Store {
    /// Opens the pages of a ledger in `dir`, making the directory if needed. Pages that cannot be opened are dropped.
    ///
    /// # Errors
    /// Another process has them, or the file system refuses.
    pub(crate) fn open(dir: &Path, ledger: [u8; 16]) -> Result<Self, PagesError> {
        let path = dir.to_owned();
        let db = match open_db(&path) {
            Err(PagesError::Damaged { .. }) => {
                remove(&path)?;
                open_db(&path)?
            }
            other => other?,
        };
        let (file, sums) = (file_of(&path), Mutex::new(vec![Vec::new(); TABLES]));
        Ok(Self { path, ledger, db, file, sums, history: History::default() })
    }

    /// The state and tally as of the last checkpoint, or nothing: then the pages were dropped, and the record has it all.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn restore(mut self) -> Result<(Self, Option<(State, Tallying)>), PagesError> {
        if let Some(kept) = self.read_state() {
            return Ok((self, Some(kept)));
        }
        // An empty store needs no dropping, which is the usual first start.
        if !self.db.is_empty() {
            let (path, ledger) = (self.path.clone(), self.ledger);
            drop(self);
            remove(&path)?;
            self = Self::open(&path, ledger)?;
        }
        self.sums = Mutex::new(vec![Vec::new(); TABLES]);
        Ok((self, None))
    }

    /// Whose pages they are.
    #[must_use]
    pub(crate) fn ledger(&self) -> [u8; 16] {
        self.ledger
    }

    /// How many entries the pages know, by their last checkpoint; whether they can be read shows when they are restored.
    #[must_use]
    pub(crate) fn entries(&self) -> u64 {
        self.checkpoint().map_or(0, |checkpoint| checkpoint.entries)
    }

    fn checkpoint(&self) -> Option<Checkpoint> {
        let bytes = self.db.get(CHECKPOINT).ok()??;
        let checkpoint: Checkpoint = postcard::from_bytes(checked(&bytes)?).ok()?;
        let known = (checkpoint.format, checkpoint.pages.len()) == (FORMAT, TABLES);
        (known && checkpoint.ledger == self.ledger).then_some(checkpoint)
    }

    fn read_state(&self) -> Option<(State, Tallying)> {
        let checkpoint = self.checkpoint()?;
        let mut state = State::empty();
        let mut sums = self.sums.lock();
        for (table, (_, pages)) in state.tables().into_iter().enumerate() {
            for page in 0..*checkpoint.pages.get(table)? {
                let bytes = self.db.get(page_key(u8::try_from(table).ok()?, page)).ok()??;
                pages.restore(checked(&bytes)?).ok()?;
                sums[table].push(sum_of(&bytes));
            }
        }
        if total(&sums) != checkpoint.sum {
            return None;
        }
        state.finish_restore(checkpoint.scalars);
        let Checkpoint { entries, outcomes, tail, books, salts, .. } = checkpoint;
        let fits = (state.entries, outcomes.size()) == (entries, entries);
        fits.then(|| (state, Tallying::from_parts(Tally::from_parts(outcomes, books, salts), tail)))
    }

    /// Takes what changed since the last checkpoint. Encodes under the caller's lock, writes nothing. Only one batch
    /// may be under way: end it with [`Store::settle`] or [`Store::give_back`] before the next.
    pub(crate) fn collect(&self, state: &mut State, tallying: &Tallying, entries: &mut Postings) -> Batch {
        let (scalars, folded) = (state.scalars(), state.entries);
        let mut counts = vec![0; TABLES];
        let mut pages = Vec::new();
        for (table, (_, rows)) in (0u8..).zip(state.tables()) {
            counts[usize::from(table)] = u32::try_from(rows.count()).unwrap_or(u32::MAX);
            for page in rows.take_dirty() {
                pages.push((table, page, seal(rows.encode(page))));
            }
        }
        let (ledger, rows) = (self.ledger, entries.take());
        let tally = tallying.tally();
        let checkpoint = Checkpoint {
            format: FORMAT,
            ledger,
            entries: folded,
            scalars,
            outcomes: tally.tree().clone(),
            tail: tallying.tail().to_vec(),
            books: *tally.books(),
            salts: tally.salts(),
            pages: counts,
            sum: 0,
        };
        Batch { checkpoint, pages, rows }
    }

    /// Whether the files are where they were. sled would wait without end for what it writes to others.
    pub(crate) fn is_there(&self) -> Result<(), PagesError> {
        let there = self.file.is_some() && file_of(&self.path) == self.file;
        if there { Ok(()) } else { Err(PagesError::Gone { path: self.path.clone() }) }
    }

    /// Writes a batch: all of it or, after a crash, nothing.
    ///
    /// # Errors
    /// The files were removed, or sled refuses; hand the batch to [`Store::give_back`].
    pub(crate) fn write(&self, batch: &Batch) -> Result<(), PagesError> {
        let written = self.is_there().and_then(|()| self.put(batch));
        if written.is_err() {
            self.history.failed();
        }
        written
    }

    fn put(&self, batch: &Batch) -> Result<(), PagesError> {
        debug_assert!(batch.rows.is_sorted_by_key(|placed| placed.row.index), "rows are noted as they are folded");
        let mut sums = self.sums.lock();
        let mut writes = sled::Batch::default();
        for (table, page, bytes) in &batch.pages {
            let of_table = &mut sums[usize::from(*table)];
            let at = *page as usize;
            if of_table.len() <= at {
                of_table.resize(at + 1, 0);
            }
            of_table[at] = sum_of(bytes);
            writes.insert(&page_key(*table, *page), bytes.as_slice());
        }
        for (key, bytes) in self.history.pack(self, &batch.rows)? {
            match bytes {
                Some(bytes) => writes.insert(key, seal(bytes)),
                None => writes.remove(key),
            }
        }
        let checkpoint = Checkpoint { sum: total(&sums), ..batch.checkpoint.clone() };
        // Writing to memory cannot fail; an empty checkpoint would only mean a rebuild.
        writes.insert(CHECKPOINT, seal(postcard::to_allocvec(&checkpoint).unwrap_or_default()));
        self.db.apply_batch(writes).map_err(|error| self.bad(&error))?;
        self.db.flush().map_err(|error| self.bad(&error))?;
        Ok(())
    }

    /// The batch is written: its rows need no memory any more.
    pub(crate) fn settle(batch: Batch, entries: &mut Postings) {
        debug_assert!(batch.rows.last().is_none_or(|last| last.row.index < batch.checkpoint.entries));
        entries.stored(batch.checkpoint.entries);
    }

    /// The batch could not be written: all of it belongs to the next one.
    pub(crate) fn give_back(batch: Batch, state: &mut State, entries: &mut Postings) {
        let tables = state.tables();
        for (table, page, _) in &batch.pages {
            tables[usize::from(*table)].1.mark_dirty(*page);
        }
        entries.give_back();
    }

    fn found(&self, pair: Option<sled::Result<(sled::IVec, sled::IVec)>>) -> Result<Option<Found>, PagesError> {
        let Some((key, bytes)) = pair.transpose().map_err(|error| self.bad(&error))? else { return Ok(None) };
        let bytes = checked(&bytes).ok_or_else(|| self.damaged())?;
        Ok(Some((key.to_vec(), bytes.to_vec())))
    }

    /// What sled says of these pages.
    pub(super) fn bad(&self, error: &sled::Error) -> PagesError {
        PagesError::Damaged { path: self.path.clone(), why: error.to_string() }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.is_there().is_err() {
            // Let go of, it would write what it still holds.
            std::mem::forget(self.db.clone());
        }
    }
}

/// sled's own file, as the file system numbers it.
fn file_of(path: &Path) -> Option<u64> {
    std::fs::metadata(path.join("db")).ok().map(|file| file.ino())
}

impl Chunks for Store {
    type Error = PagesError;

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Found>, PagesError> {
        if from > to { Ok(None) } else { self.found(self.db.range(from..=to).next()) }
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Found>, PagesError> {
        if from > to { Ok(None) } else { self.found(self.db.range(from..=to).next_back()) }
    }

    fn damaged(&self) -> PagesError {
        let why = "postings of an account cannot be read".to_owned();
        PagesError::Damaged { path: self.path.clone(), why }
    }
}

fn open_db(path: &Path) -> Result<sled::Db, PagesError> {
    let io = |source| PagesError::Io { path: path.to_owned(), source };
    crate::files::make_dir(path).map_err(io)?;
    let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    let opened = poll(LOCK_WAIT, LOCK_PAUSE, || match config.open() {
        // sled has no kind of its own for it. Its version is pinned, and a test meets this text.
        Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => None,
        opened => Some(opened),
    });
    opened.ok_or_else(|| PagesError::Locked { path: path.to_owned() })?.map_err(|error| match error {
        // A file too short or of the wrong kind reads as damage; anything else is the file system's own trouble.
        sled::Error::Io(error) if !is_damage(&error) => io(error),
        error => PagesError::Damaged { path: path.to_owned(), why: error.to_string() },
    })
}

fn is_damage(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}

fn remove(path: &Path) -> Result<(), PagesError> {
    crate::files::remove_dir(path).map_err(|source| PagesError::Io { path: path.to_owned(), source })
}

/// `p`, table, page: big-endian, so that pages lie in the order of handles.
fn page_key(table: u8, page: u32) -> [u8; 6] {
    let mut key = [PAGE, table, 0, 0, 0, 0];
    key[2..].copy_from_slice(&page.to_be_bytes());
    key
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
