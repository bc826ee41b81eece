//! What stood on an account at a point in time, and how many entries were on record at a moment. Reads postings and
//! frames beside the fold; whole states of the past are `past`'s business.

use std::collections::BTreeMap;

use ledger::account::AccountNo;
use ledger::money::{Fen, held};
use parking_lot::Mutex;

use super::{DriveError, Engine};
use crate::past::Point;
use crate::projections::entries::EntryRow;
use crate::projections::history::{Place, counts};

/// Moments that are remembered with their entries: those of the questions of a session, not of a year.
const MOMENTS: usize = 256;

/// Rows read at a time.
const ROWS: usize = 4_096;

/// Entries recorded until a moment, once no later entry can change it.
pub(super) type Moments = Mutex<BTreeMap<i64, u64>>;

impl Engine {
    /// What stands on an account, counting only what the point counts.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn balance_at(&self, account: AccountNo, point: &Point) -> Result<Fen, DriveError> {
        let (place, below) = {
            let state = self.read();
            let last = state.accounts.get(account.0).last;
            let below = point.entries.unwrap_or(u64::MAX);
            if point.effective.is_none() && point.booked.is_none() && below > last {
                return Ok(state.balance(account));
            }
            // Nothing was posted after its last entry, so nothing after it need be looked through.
            (Place::of(&state, account), below.min(last.saturating_add(1)))
        };
        let point = Point { entries: Some(below), ..*point };
        Ok(self.shared.pages.balance_at(place, &point)?)
    }

    /// Postings of an account that the point counts, from an index on, oldest first, always whole entries. With a day,
    /// the balance of each row is that of the rows counted.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn entries_at(
        &self,
        account: AccountNo,
        point: &Point,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EntryRow>, DriveError> {
        let below = point.entries.unwrap_or(u64::MAX);
        let before = Point { entries: Some(from.min(below)), ..*point };
        let mut balance = i128::from(self.balance_at(account, &before)?);
        let mut rows: Vec<EntryRow> = Vec::new();
        self.each_at(account, point, from, &mut |row| {
            if rows.len() >= limit && rows.last().is_none_or(|last| last.index != row.index) {
                return false;
            }
            balance += i128::from(row.fen);
            rows.push(EntryRow { balance: held(balance), ..*row });
            true
        })?;
        Ok(rows)
    }

    fn each_at(
        &self,
        account: AccountNo,
        point: &Point,
        from: u64,
        show: &mut dyn FnMut(&EntryRow) -> bool,
    ) -> Result<(), DriveError> {
        let below = point.entries.unwrap_or(u64::MAX);
        let mut from = from;
        while from < below {
            let rows = self.entries_of(account, from, ROWS)?;
            let Some(last) = rows.last() else { return Ok(()) };
            from = last.index + 1;
            for row in rows.iter().filter(|row| row.index < below && counts(point, row.effective, row.booked)) {
                if !show(row) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// How many entries were recorded at a moment or before, of those folded by now. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn entries_until(&self, recorded_ms: i64) -> Result<u64, DriveError> {
        if let Some(entries) = self.shared.moments.lock().get(&recorded_ms) {
            return Ok(*entries);
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
            self.remember(recorded_ms, until);
        }
        Ok(until)
    }

    fn remember(&self, recorded_ms: i64, entries: u64) {
        let mut moments = self.shared.moments.lock();
        if moments.len() >= MOMENTS {
            moments.clear();
        }
        moments.insert(recorded_ms, entries);
    }
}
