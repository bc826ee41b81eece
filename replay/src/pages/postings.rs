//! The postings of each account in the order of the record, with the balance after each. The latest are in memory; how
//! older ones are packed for the store and found again is in `history`.

use std::sync::Arc;

use ledger::account::AccountNo;
use ledger::money::{Day, Fen, held};
use ledger::outcome::Posting;
use ledger::state::State;

use super::history::{ChunkWalk, Chunks};
use super::posting_row::{AccountPlace, EntryRow, Placed};
use crate::point::Booked;

/// The latest postings, and those on their way to the store.
#[derive(Default)]
pub struct Postings {
    tail: Vec<Placed>,
    pending: Arc<Vec<Placed>>,
    /// Rows of entries below this index are in the store.
    stored: u64,
}

impl Postings {
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
                let now = state.accounts.get(account);
                let (place, balance) = (AccountPlace::by(account, now.class.owner()), held(now.balance - later));
                self.tail
                    .push(Placed { place, row: EntryRow { index, account, other, fen, balance, booked, effective } });
            }
        }
    }

    /// Rows not yet in the store.
    #[cfg(test)]
    pub(crate) fn unstored(&self) -> usize {
        self.tail.len() + self.pending.len()
    }

    /// Hands over all rows so far for storing; they stay readable until [`Postings::stored`].
    pub(crate) fn take(&mut self) -> Arc<Vec<Placed>> {
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

    /// Both sides of what an entry posted, in the order of its postings, as far as they are not in the store.
    #[must_use]
    pub fn at(&self, index: u64) -> Vec<EntryRow> {
        let of = |rows: &[Placed]| {
            let begin = rows.partition_point(|placed| placed.row.index < index);
            let rows = rows[begin..].iter().map(|placed| placed.row);
            rows.take_while(|row| row.index == index).collect::<Vec<_>>()
        };
        [of(&self.pending), of(&self.tail)].concat()
    }

    /// The part of a page that is in memory. The caller may let go of the entries before asking the store for the rest:
    /// what the store holds below that point no longer changes.
    #[must_use]
    pub fn recent(&self, place: AccountPlace, from: u64, limit: usize) -> Recent {
        let mut page = Page { from, below: u64::MAX, limit, rows: Vec::new() };
        self.each(place.account(), from, u64::MAX, &mut |row| page.add(row));
        Recent { place, page, stored: self.stored }
    }

    /// The part of a statement that is in memory: rows that count, from an index on.
    #[must_use]
    pub(crate) fn counted(&self, place: AccountPlace, booked: &Booked, from: u64, limit: usize) -> RecentCounted {
        let below = booked.entries.unwrap_or(u64::MAX);
        let mut page = Page { from, below, limit, rows: Vec::new() };
        self.each(place.account(), from, below, &mut |row| !booked.counts(row.booked) || page.add(row));
        RecentCounted { place, booked: *booked, page, stored: self.stored }
    }

    /// What counts on an account of what is in memory.
    #[must_use]
    pub(crate) fn sum(&self, place: AccountPlace, booked: &Booked) -> RecentSum {
        let below = booked.entries.unwrap_or(u64::MAX);
        let (mut fen, mut last) = (0, None);
        self.each(place.account(), 0, below, &mut |row| {
            last = Some(row.balance);
            fen += if booked.counts(row.booked) { i128::from(row.fen) } else { 0 };
            true
        });
        RecentSum { place, booked: *booked, fen, last, stored: self.stored }
    }

    /// Shows the rows of an account that are in memory and in a range of indexes, oldest first, until told to stop. What
    /// ends before the memory begins costs nothing.
    fn each(&self, account: AccountNo, from: u64, below: u64, show: &mut dyn FnMut(&EntryRow) -> bool) {
        for rows in [&*self.pending, &self.tail] {
            let end = rows.partition_point(|placed| placed.row.index < below);
            let begin = rows.partition_point(|placed| placed.row.index < from).min(end);
            for placed in rows[begin..end].iter().filter(|placed| placed.row.account == account) {
                if !show(&placed.row) {
                    return;
                }
            }
        }
    }
}

/// The part of a page of postings that is in memory, and where the store's part ends.
pub struct Recent {
    place: AccountPlace,
    page: Page,
    stored: u64,
}

impl Recent {
    /// Postings of the account, oldest first: at least `limit` if there are so many, and always all of the last entry
    /// shown, so that the page after begins one index later.
    pub(crate) fn after<C: Chunks>(self, chunks: Option<&C>) -> Result<Vec<EntryRow>, C::Error> {
        let Page { from, limit, .. } = self.page;
        let Some(chunks) = chunks.filter(|_| from < self.stored) else { return Ok(self.page.rows) };
        let mut page = Page { from, below: self.stored, limit, rows: Vec::new() };
        ChunkWalk::of(chunks, self.place).forward(from, self.stored, &mut |row| page.add(row))?;
        page.below = u64::MAX;
        // Where the store's part was enough, the first row from memory is one too many.
        let _ = self.page.rows.iter().all(|row| page.add(row));
        Ok(page.rows)
    }
}

/// The part of a statement that is in memory, and where the store's part ends.
pub(crate) struct RecentCounted {
    place: AccountPlace,
    booked: Booked,
    page: Page,
    stored: u64,
}

impl RecentCounted {
    /// With what the store holds before it.
    pub(crate) fn after<C: Chunks>(self, chunks: Option<&C>) -> Result<Vec<EntryRow>, C::Error> {
        let Page { from, below, limit, .. } = self.page;
        let Some(chunks) = chunks.filter(|_| from < self.stored) else { return Ok(self.page.rows) };
        let mut page = Page { from, below, limit, rows: Vec::new() };
        let end = below.min(self.stored);
        ChunkWalk::of(chunks, self.place).counted(&self.booked, from, end, &mut |row| page.add(row))?;
        // Where the store's part was enough, the first row from memory is one too many.
        let _ = self.page.rows.iter().all(|row| page.add(row));
        Ok(page.rows)
    }
}

/// What counts on an account of what is in memory, and where the store's part ends.
pub(crate) struct RecentSum {
    place: AccountPlace,
    booked: Booked,
    fen: i128,
    /// Balance of the last row, whatever its days.
    last: Option<Fen>,
    stored: u64,
}

impl RecentSum {
    /// With what the store holds.
    pub(crate) fn after<C: Chunks>(self, chunks: Option<&C>) -> Result<Fen, C::Error> {
        let below = self.booked.entries.map_or(self.stored, |entries| entries.min(self.stored));
        let dated = self.booked.until.is_some();
        match (chunks, self.last) {
            // The balance after the last row is the sum of all.
            (_, Some(balance)) if !dated => Ok(balance),
            (None, _) => Ok(held(self.fen)),
            (Some(chunks), _) if !dated => ChunkWalk::of(chunks, self.place).balance(below),
            (Some(chunks), _) => {
                let stored = ChunkWalk::of(chunks, self.place).sum(&self.booked, below)?;
                Ok(held(stored.fen.saturating_add(self.fen)))
            }
        }
    }
}

struct Page {
    from: u64,
    below: u64,
    limit: usize,
    rows: Vec<EntryRow>,
}

impl Page {
    /// Adds a row if it belongs to the page, and says whether it wants more.
    fn add(&mut self, row: &EntryRow) -> bool {
        if row.index < self.from || row.index >= self.below {
            return true;
        }
        let full = self.rows.len() >= self.limit;
        if full && self.rows.last().is_none_or(|last| last.index != row.index) {
            return false;
        }
        self.rows.push(*row);
        true
    }
}

fn effect(posting: &Posting, account: AccountNo) -> i128 {
    let (came, went) = (posting.debit == account, posting.credit == account);
    i128::from(posting.fen) * (i128::from(came) - i128::from(went))
}
