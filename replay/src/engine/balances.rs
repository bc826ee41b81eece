//! What was posted to an account, what was on it at a point in time, and how many entries were on record at a moment. Reads postings and
//! frames while the fold goes on; whole states of the past are `past`'s business.

use std::collections::BTreeMap;

use ledger::account::AccountNo;
use ledger::money::{Fen, held};
use ledger::state::State;
use parking_lot::Mutex;

use super::{Engine, EngineError};
use crate::pages::posting_row::AccountPlace;
use crate::pages::posting_row::EntryRow;
use crate::point::Booked;

/// Moments that are remembered with their entries: those of the questions of a session, not of a year.
const MOMENTS: usize = 256;

/// Entries recorded until a moment, once no later entry can change it.
#[derive(Default)]
pub(super) struct Moments(Mutex<BTreeMap<i64, u64>>);

impl Moments {
    fn entries(&self, recorded_ms: i64) -> Option<u64> {
        self.0.lock().get(&recorded_ms).copied()
    }

    fn remember(&self, recorded_ms: i64, entries: u64) {
        let mut moments = self.0.lock();
        if moments.len() >= MOMENTS {
            moments.clear();
        }
        moments.insert(recorded_ms, entries);
    }
}

impl Engine {
    /// Postings of an account from an index on, oldest first, at least `limit` if there are so many.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn entries_of(&self, account: AccountNo, from: u64, limit: usize) -> Result<Vec<EntryRow>, EngineError> {
        let place = AccountPlace::of(&self.read(), account);
        Ok(self.live.pages().entries_of(place, from, limit)?)
    }

    /// What is on an account, counting only these postings.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn balance_at(&self, account: AccountNo, booked: &Booked) -> Result<Fen, EngineError> {
        let (place, booked) = {
            let state = self.read();
            let last = state.accounts.get(account).last;
            if booked.until.is_none() && booked.entries.is_none_or(|entries| entries > last) {
                return Ok(state.balance(account));
            }
            narrowed(&state, account, booked)
        };
        Ok(self.live.pages().balance_at(place, &booked)?)
    }

    /// Those of these postings that an account has from an index on, oldest first, always whole entries. With a day, the balance of
    /// each row is that of the rows counted.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn entries_at(
        &self,
        account: AccountNo,
        booked: &Booked,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EntryRow>, EngineError> {
        let (place, booked) = narrowed(&self.read(), account, booked);
        let mut rows = self.live.pages().entries_at(place, &booked, from, limit)?;
        if booked.until.is_none() {
            return Ok(rows);
        }
        let before = Booked { entries: Some(booked.entries.map_or(from, |entries| entries.min(from))), ..booked };
        let mut balance = i128::from(self.balance_at(account, &before)?);
        for row in &mut rows {
            balance += i128::from(row.fen);
            row.balance = held(balance);
        }
        Ok(rows)
    }

    /// How many entries were recorded at a moment or before, of those folded by now. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn entries_until(&self, recorded_ms: i64) -> Result<u64, EngineError> {
        if let Some(entries) = self.moments.entries(recorded_ms) {
            return Ok(entries);
        }
        let folded = self.read().entries;
        let (mut until, mut beyond) = (0, folded);
        while until < beyond {
            let middle = until.midpoint(beyond);
            // Recorded times never fall from one entry to the next.
            match self.recorded(middle)? {
                Some(entry) if entry.recorded_ms <= recorded_ms => until = middle + 1,
                _ => beyond = middle,
            }
        }
        // As long as no later entry is known, one may still come with this time.
        if until < folded {
            self.moments.remember(recorded_ms, until);
        }
        Ok(until)
    }
}

/// Where an account's postings lie, and which are asked for, without the entries after its last one: nothing after them need be
/// looked through.
fn narrowed(state: &State, account: AccountNo, booked: &Booked) -> (AccountPlace, Booked) {
    let end = state.accounts.get(account).last.saturating_add(1);
    let entries = Some(booked.entries.map_or(end, |entries| entries.min(end)));
    (AccountPlace::of(state, account), Booked { entries, ..*booked })
}
