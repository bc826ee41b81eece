//! Balances at a point in time, from the postings that count. Needs no past state; says nothing of what is not on an account.

use super::QueryError;
use super::asked::Asked;
use ledger::account::{AccountNo, Class};
use ledger::money::Fen;
use ledger::state::State;
use proto::v1;
use replay::engine::Engine;
use replay::pages::posting_row::EntryRow;
use replay::point::Point;

/// Accounts looked at for one page of a listing at a point in time: each may have to be read from the disk, and of those
/// created since none is shown.
pub(super) const ACCOUNTS_LOOKED_AT: usize = 500;

/// Postings read at a time.
const ROWS: usize = 4_096;

/// Which postings count.
pub(super) struct Counted {
    /// The point, with its number of entries.
    pub point: Point,
    /// That number.
    pub entries: u64,
    /// How many entries are known in all.
    pub known: u64,
    /// Whether that is everything known now.
    pub everything: bool,
}

impl Counted {
    /// What counts at the point asked about. A point without a number of entries takes those known now, so that an answer
    /// read in several steps is of one moment.
    pub(super) fn of(asked: &Asked, state: &State) -> Self {
        let (point, known) = (asked.point(), state.entries);
        let entries = point.entries.map_or(known, |entries| entries.min(known));
        Self { point: Point { entries: Some(entries), ..point }, entries, known, everything: point.is_now() }
    }

    /// Whether every posting of an account counts that was last posted to by this entry.
    fn all_of(&self, last: u64) -> bool {
        let days = self.point.effective.is_some() || self.point.booked.is_some();
        self.everything || (!days && last < self.entries)
    }

    /// How an account stood and which entry posted to it last, from how it stands now.
    pub(super) fn stood(
        &self,
        engine: &Engine,
        number: AccountNo,
        (fen, last): (Fen, u64),
    ) -> Result<(Fen, u64), QueryError> {
        if self.all_of(last) {
            return Ok((fen, last));
        }
        // Which entry was the last that counts is not kept.
        Ok((engine.balance_at(number, &self.point)?, 0))
    }

    /// The balance as a listing shows it; none if no posting counts.
    pub(super) fn shown(
        &self,
        engine: &Engine,
        number: AccountNo,
        now: v1::Balance,
    ) -> Result<Option<v1::Balance>, QueryError> {
        // Entry 0 posts nothing: there is nobody yet whose account it could post to.
        if !self.everything && now.last == 0 {
            return Ok(None);
        }
        let (fen, last) = self.stood(engine, number, (now.fen, now.last))?;
        let counts = fen != 0 || self.all_of(now.last) || self.any(engine, number)?;
        Ok(counts.then_some(v1::Balance { fen, last, ..now }))
    }

    /// Shows the postings of an account that count, oldest first, a stretch at a time, so that the fold is let in between.
    pub(super) fn each(
        &self,
        engine: &Engine,
        number: AccountNo,
        show: &mut dyn FnMut(&State, &EntryRow),
    ) -> Result<(), QueryError> {
        let mut from = 0;
        while from < self.entries {
            let rows = engine.entries_of(number, from, ROWS)?;
            let Some(last) = rows.last() else { return Ok(()) };
            from = last.index + 1;
            let state = engine.read();
            rows.iter().filter(|row| self.counts(row)).for_each(|row| show(&state, row));
        }
        Ok(())
    }

    fn counts(&self, row: &EntryRow) -> bool {
        let Point { effective, booked, .. } = self.point;
        row.index < self.entries
            && effective.is_none_or(|day| row.effective <= day)
            && booked.is_none_or(|day| row.booked <= day)
    }

    /// Whether this account shows that neither it nor any after it was there by then, and a listing may end. Accounts are
    /// numbered in the order of their creation, and a line begins with a posting.
    pub(super) fn ends_at(&self, engine: &Engine, number: AccountNo) -> Result<bool, QueryError> {
        if self.entries == self.known || engine.read().accounts.get(number).class != Class::Available {
            return Ok(false);
        }
        let recorded = Point { entries: Some(self.entries), ..Point::default() };
        Ok(engine.entries_at(number, &recorded, 0, 1)?.is_empty())
    }

    fn any(&self, engine: &Engine, number: AccountNo) -> Result<bool, QueryError> {
        Ok(!engine.entries_at(number, &self.point, 0, 1)?.is_empty())
    }
}
