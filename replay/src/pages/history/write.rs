//! What a checkpoint writes of the postings: chunks, and for accounts that last, from time to time, their sums by day.
//! Runs in the thread that writes pages, never on the way of the fold.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::account::AccountNo;
use parking_lot::Mutex;

use super::keys::{Chunks, LAST, key};
use super::walk::ChunkWalk;
use super::{chunk, sums};
use crate::pages::posting_row::{AccountPlace, Placed};

/// Rows after which sums are kept again: what a question has to add is read in a fraction of a millisecond.
const ROWS: usize = 4_096;

/// Chunks after which sums are kept again, for accounts with few postings in each checkpoint.
const CHUNKS: u32 = 64;

/// Rows and chunks behind the last sums kept.
#[derive(Clone, Copy)]
struct Since {
    rows: usize,
    chunks: u32,
}

/// Knows when sums of an account are due.
#[derive(Default)]
pub(crate) struct History {
    since: Mutex<BTreeMap<AccountNo, Since>>,
    /// The last checkpoint failed; nobody knows whether its chunks are in the store.
    doubt: AtomicBool,
}

/// Keys to put with their values, or to remove.
pub(crate) type Puts = Vec<(Vec<u8>, Option<Vec<u8>>)>;

impl History {
    /// What the rows of a checkpoint come to, in the order of the record. All of it is written, or [`History::failed`].
    pub(crate) fn pack<C: Chunks>(&self, chunks: &C, rows: &[Placed]) -> Result<Puts, C::Error> {
        let Some(begin) = rows.first().map(|first| first.row.index) else { return Ok(Puts::new()) };
        let mut rows = rows.to_vec();
        let packed = chunk::pack(begin, &mut rows);
        let mut puts = Puts::new();
        if self.doubt.swap(false, Ordering::Relaxed) {
            remove(chunks, begin, &rows, &mut puts)?;
        }
        puts.extend(packed.into_iter().map(|(key, bytes)| (key.to_vec(), Some(bytes))));
        let accounts = rows.chunk_by(|one, other| one.place == other.place);
        for rows in accounts.filter(|rows| rows[0].place.lasts()) {
            self.account(chunks, begin, rows, &mut puts)?;
        }
        Ok(puts)
    }

    /// Forgets what it counted, as a checkpoint was not written: its rows come again, with others behind them.
    pub(crate) fn failed(&self) {
        self.since.lock().clear();
        self.doubt.store(true, Ordering::Relaxed);
    }

    fn account<C: Chunks>(&self, chunks: &C, begin: u64, rows: &[Placed], puts: &mut Puts) -> Result<(), C::Error> {
        let place = rows[0].place;
        let mut since = match self.since.lock().get(&place.account()) {
            Some(since) => *since,
            None => counted(chunks, place, begin)?,
        };
        since.chunks += 1;
        if since.rows + rows.len() >= ROWS || since.chunks >= CHUNKS {
            since = keep(chunks, begin, rows, since, puts)?;
        } else {
            since.rows += rows.len();
        }
        self.since.lock().insert(place.account(), since);
        Ok(())
    }
}

/// Removes what a failed checkpoint may have left: cut elsewhere, its chunks would hide rows of those put now.
fn remove<C: Chunks>(chunks: &C, begin: u64, rows: &[Placed], puts: &mut Puts) -> Result<(), C::Error> {
    for group in rows.chunk_by(|one, other| one.place.group == other.place.group) {
        let group = group[0].place.group;
        let (mut from, end) = (key(group, begin, AccountNo::new(0), 0).to_vec(), key(group, u64::MAX, LAST, u64::MAX));
        while let Some((found, _)) = chunks.first(&from, &end)? {
            puts.push((found.clone(), None));
            from = found;
            from.push(0);
        }
    }
    Ok(())
}

/// How far an account is beyond its last sums, from the store.
fn counted<C: Chunks>(chunks: &C, place: AccountPlace, begin: u64) -> Result<Since, C::Error> {
    let mut walk = ChunkWalk::of(chunks, place);
    let (_, rows) = walk.sums(begin)?;
    Ok(Since { rows, chunks: walk.read })
}

/// Keeps sums wherever they are due within these rows, and at the end if there are many chunks behind the last.
fn keep<C: Chunks>(
    chunks: &C,
    begin: u64,
    rows: &[Placed],
    mut since: Since,
    puts: &mut Puts,
) -> Result<Since, C::Error> {
    let place = rows[0].place;
    let (mut sums, _) = ChunkWalk::of(chunks, place).sums(begin)?;
    for entry in rows.chunk_by(|one, other| one.row.index == other.row.index) {
        entry.iter().for_each(|row| sums.add(&row.row));
        since.rows += entry.len();
        // Sums of many days are long, and then kept less often, so that they take no more room than the rows.
        let due = since.rows >= ROWS.max(2 * sums.len());
        let last = entry[0].row.index;
        if due || (since.chunks >= CHUNKS && rows.last().is_some_and(|row| row.row.index == last)) {
            puts.push((sums::key(place.account(), last + 1).to_vec(), Some(sums.encode())));
            // The rest of the chunk is still to be read.
            since = Since { rows: 0, chunks: 1 };
        }
    }
    Ok(since)
}
