//! Balances after an entry or on a booked day, from the postings that count. Needs no past state; says nothing of what is not on
//! an account.

use super::QueryError;
use ledger::account::{AccountNo, Class};
use ledger::money::Fen;
use ledger::state::State;
use proto::v1;
use replay::engine::Engine;
use replay::pages::posting_row::EntryRow;
use replay::point::Booked;

/// Accounts looked at for one page of a listing at a point in time: each may have to be read from the disk, and of those
/// created since none is shown.
pub(super) const ACCOUNTS_LOOKED_AT: usize = 500;

/// Postings read at a time.
const ROWS: usize = 4_096;

/// Which postings count.
pub(super) struct Counted {
    /// Those asked for, with a number of entries.
    pub booked: Booked,
    /// That number.
    pub entries: u64,
    /// How many entries are known in all.
    known: u64,
}

impl Counted {
    /// What counts of what was asked for. Without a number of entries it takes those known now, so that an answer read in several
    /// steps is of one moment.
    pub(super) fn of(booked: Booked, state: &State) -> Self {
        let known = state.entries;
        let entries = booked.entries.map_or(known, |entries| entries.min(known));
        Self { booked: Booked { entries: Some(entries), ..booked }, entries, known }
    }

    /// Whether every posting of an account counts that was last posted to by this entry.
    fn all_of(&self, last: u64) -> bool {
        self.booked.until.is_none() && last < self.entries
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
        Ok((engine.balance_at(number, &self.booked)?, 0))
    }

    /// The balance as a listing shows it; none if nothing stands there, or with `zero` if no posting counts.
    pub(super) fn shown(
        &self,
        engine: &Engine,
        number: AccountNo,
        now: v1::Balance,
        zero: bool,
    ) -> Result<Option<v1::Balance>, QueryError> {
        // Entry 0 posts nothing: there is nobody yet whose account it could post to.
        if now.last == 0 {
            return Ok(None);
        }
        let (fen, last) = self.stood(engine, number, (now.fen, now.last))?;
        let counts = fen != 0 || (zero && (self.all_of(now.last) || self.any(engine, number)?));
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
            let counts = |row: &&EntryRow| row.index < self.entries && self.booked.counts(row.booked);
            rows.iter().filter(counts).for_each(|row| show(&state, row));
        }
        Ok(())
    }

    /// Whether this account shows that neither it nor any after it was there by then, and a listing may end. Accounts are
    /// numbered in the order of their creation, and a line begins with a posting.
    pub(super) fn ends_at(&self, engine: &Engine, number: AccountNo) -> Result<bool, QueryError> {
        if self.entries == self.known || engine.read().accounts.get(number).class != Class::Available {
            return Ok(false);
        }
        let recorded = Booked { entries: Some(self.entries), ..Booked::default() };
        Ok(engine.entries_at(number, &recorded, 0, 1)?.is_empty())
    }

    fn any(&self, engine: &Engine, number: AccountNo) -> Result<bool, QueryError> {
        Ok(!engine.entries_at(number, &self.booked, 0, 1)?.is_empty())
    }
}
