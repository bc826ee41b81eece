//! The postings of each account in the order of the record, with the balance after each. The latest are in memory,
//! older ones are packed chunks that the store keeps. Chunks are only ever put, never changed.

use ledger::account::AccountNo;
use ledger::money::{Day, Fen, held};
use ledger::outcome::Posting;
use ledger::state::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Accounts that share chunks: enough that a checkpoint makes hundreds or thousands of chunks and not tens of thousands,
/// also when every loan of a portfolio is accrued; each of sixteen cost four times the memory and let pages fall behind.
const STRIPE: u32 = 128;

/// Rows after which a chunk is closed, so that a page is read from little.
const CHUNK_ROWS: usize = 4096;

/// One side of one posting, as the account sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EntryRow {
    /// Index of the entry that posted.
    pub index: u64,
    /// The account.
    pub account: AccountNo,
    /// The account on the other side.
    pub other: AccountNo,
    /// Above zero if it came in, below if it went out.
    pub fen: Fen,
    /// What stood on the account after it.
    pub balance: Fen,
    /// The day it was booked on.
    pub booked: Day,
    /// The day from which it counts: that of its event.
    pub effective: Day,
}

impl EntryRow {
    /// The account that received.
    #[must_use]
    pub fn debit(&self) -> AccountNo {
        if self.fen > 0 { self.account } else { self.other }
    }

    /// The account that gave.
    #[must_use]
    pub fn credit(&self) -> AccountNo {
        if self.fen > 0 { self.other } else { self.account }
    }
}

/// Rows of one checkpoint that share a key.
pub(crate) struct Chunk {
    pub key: [u8; 13],
    pub bytes: Vec<u8>,
}

/// Reads chunks back: whoever keeps them gives the values of keys from `from` on, up to the end of its stripe.
pub(crate) trait Chunks {
    type Error;
    /// Shows the chunks of one stripe whose rows may have an index of `from` or above, in order, until told to stop;
    /// told `None`, the bytes were no chunk.
    fn each(&self, from: [u8; 13], show: &mut dyn FnMut(&[u8]) -> Option<bool>) -> Result<(), Self::Error>;
}

/// The latest postings, and those on their way to the store.
#[derive(Default)]
pub struct Entries {
    tail: Vec<EntryRow>,
    pending: Arc<Vec<EntryRow>>,
    /// Rows of entries below this index are in the store.
    stored: u64,
}

impl Entries {
    /// Nothing yet, with everything below `stored` in the store.
    #[must_use]
    pub fn from(stored: u64) -> Self {
        Self { tail: Vec::new(), pending: Arc::default(), stored }
    }

    /// Notes what an entry posted, right after it was folded into `state`.
    pub fn note(&mut self, state: &State, index: u64, effective: Day, postings: &[Posting]) {
        for (at, posting) in postings.iter().enumerate() {
            let Posting { debit, credit, fen, booked } = *posting;
            for (account, other, fen) in [(debit, credit, fen), (credit, debit, -fen)] {
                // The state is past the whole entry; later postings of it are taken off again.
                let later: i128 = postings[at + 1..].iter().map(|posting| effect(posting, account)).sum();
                let balance = held(state.accounts.get(account.0).balance - later);
                self.tail.push(EntryRow { index, account, other, fen, balance, booked, effective });
            }
        }
    }

    /// Rows not yet in the store.
    #[must_use]
    pub fn unstored(&self) -> usize {
        self.tail.len() + self.pending.len()
    }

    /// Hands over all rows so far for storing; they stay readable until [`Entries::stored`].
    pub(crate) fn take(&mut self) -> Arc<Vec<EntryRow>> {
        debug_assert!(self.pending.is_empty(), "one checkpoint at a time");
        self.pending = Arc::new(std::mem::take(&mut self.tail));
        Arc::clone(&self.pending)
    }

    /// The rows handed over are in the store, up to this index.
    pub(crate) fn stored(&mut self, entries: u64) {
        self.pending = Arc::default();
        self.stored = entries;
    }

    /// The rows handed over could not be stored; the next checkpoint takes them again.
    pub(crate) fn give_back(&mut self) {
        let mut rows = std::mem::take(&mut self.pending).as_ref().clone();
        rows.append(&mut self.tail);
        self.tail = rows;
    }

    /// Both sides of what an entry posted, in the order of its postings; `None` if they may be in the store.
    #[must_use]
    pub fn at(&self, index: u64) -> Option<Vec<EntryRow>> {
        if index < self.stored {
            return None;
        }
        let of = |rows: &[EntryRow]| {
            let begin = rows.partition_point(|row| row.index < index);
            rows[begin..].iter().take_while(|row| row.index == index).copied().collect::<Vec<_>>()
        };
        Some([of(&self.pending), of(&self.tail)].concat())
    }

    /// The part of a page that is in memory. The caller may let go of the entries before asking the store for the rest:
    /// what the store holds below that point no longer changes.
    #[must_use]
    pub fn recent(&self, account: AccountNo, from: u64, limit: usize) -> Recent {
        let mut page = Page { account, from, below: u64::MAX, limit, rows: Vec::new() };
        for rows in [&*self.pending, &self.tail] {
            let begin = rows.partition_point(|row| row.index < from);
            if !page.add(&rows[begin..]) {
                break;
            }
        }
        Recent { page, stored: self.stored }
    }
}

/// What an entry posted to an account and to those that share its chunks, as the store has it.
pub(crate) fn kept_at<C: Chunks>(chunks: &C, account: AccountNo, index: u64) -> Result<Vec<EntryRow>, C::Error> {
    let mut rows = Vec::new();
    chunks.each(key(account, index), &mut |bytes| {
        rows = unpack(bytes)?;
        rows.retain(|row| row.index == index);
        // No two chunks with the same accounts share an index, so the first one shown has all of it.
        Some(false)
    })?;
    Ok(rows)
}

/// Accounts with the same number share chunks.
pub(crate) fn stripe(account: AccountNo) -> u32 {
    account.0 / STRIPE
}

/// The part of a page of postings that is in memory, and where the store's part ends.
pub struct Recent {
    page: Page,
    stored: u64,
}

impl Recent {
    /// Postings of the account, oldest first: at least `limit` if there are so many, and always all of the last entry
    /// shown, so that the page after begins one index later.
    pub(crate) fn after<C: Chunks>(self, chunks: Option<&C>) -> Result<Vec<EntryRow>, C::Error> {
        let Page { account, from, limit, .. } = self.page;
        let Some(chunks) = chunks.filter(|_| from < self.stored) else { return Ok(self.page.rows) };
        let mut page = Page { account, from, below: self.stored, limit, rows: Vec::new() };
        chunks.each(key(account, from), &mut |bytes| Some(page.add(&unpack(bytes)?)))?;
        page.below = u64::MAX;
        page.add(&self.page.rows);
        Ok(page.rows)
    }
}

struct Page {
    account: AccountNo,
    from: u64,
    below: u64,
    limit: usize,
    rows: Vec<EntryRow>,
}

impl Page {
    /// Adds what belongs to the page and says whether it wants more.
    fn add(&mut self, rows: &[EntryRow]) -> bool {
        for row in rows.iter().filter(|row| row.account == self.account && row.index >= self.from) {
            let full = self.rows.len() >= self.limit;
            if full && self.rows.last().is_none_or(|last| last.index != row.index) {
                return false;
            }
            if row.index < self.below {
                self.rows.push(*row);
            }
        }
        true
    }
}

fn effect(posting: &Posting, account: AccountNo) -> i128 {
    let (came, went) = (posting.debit == account, posting.credit == account);
    i128::from(posting.fen) * (i128::from(came) - i128::from(went))
}

/// `e`, stripe, first index: big-endian, so that the store's order is the record's order.
pub(crate) fn key(account: AccountNo, index: u64) -> [u8; 13] {
    let mut key = [b'e'; 13];
    key[1..5].copy_from_slice(&(account.0 / STRIPE).to_be_bytes());
    key[5..].copy_from_slice(&index.to_be_bytes());
    key
}

/// Sorts rows by stripe and packs them. Two chunks never share an index within a stripe, so no key is used twice.
pub(crate) fn pack(rows: &[EntryRow]) -> Vec<Chunk> {
    let mut order: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
    // Stable: within a stripe the rows stay in the order of the record.
    order.sort_by_key(|at| rows[*at as usize].account.0 / STRIPE);
    let (mut chunks, mut open): (Vec<Chunk>, Vec<EntryRow>) = (Vec::new(), Vec::new());
    for at in order {
        let row = rows[at as usize];
        if let Some(last) = open.last() {
            let other = last.account.0 / STRIPE != row.account.0 / STRIPE;
            if other || (open.len() >= CHUNK_ROWS && last.index != row.index) {
                chunks.push(close(&mut open));
            }
        }
        open.push(row);
    }
    if !open.is_empty() {
        chunks.push(close(&mut open));
    }
    chunks
}

fn close(rows: &mut Vec<EntryRow>) -> Chunk {
    let key = key(rows[0].account, rows[0].index);
    // Indexes as distances pack into one byte mostly. Writing to memory cannot fail.
    let mut before = 0;
    for row in rows.iter_mut() {
        let distance = row.index - before;
        before = row.index;
        row.index = distance;
    }
    let bytes = postcard::to_allocvec(&*rows).unwrap_or_default();
    rows.clear();
    Chunk { key, bytes }
}

fn unpack(bytes: &[u8]) -> Option<Vec<EntryRow>> {
    let mut rows: Vec<EntryRow> = postcard::from_bytes(bytes).ok()?;
    let mut before: u64 = 0;
    for row in &mut rows {
        before = before.checked_add(row.index)?;
        row.index = before;
    }
    Some(rows)
}
