//! What stood on an account at a point in time, and how many entries were on record at a moment. Reads postings and
//! frames beside the fold; whole states of the past are `past`'s business.

use std::collections::BTreeMap;

use ledger::account::AccountNo;
use ledger::money::{Fen, held};
use parking_lot::Mutex;

use super::{DriveError, Engine};
use crate::past::Point;
use crate::projections::entries::EntryRow;

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
        let mut sum = 0_i128;
        self.each_at(account, point, 0, &mut |row| {
            sum += i128::from(row.fen);
            true
        })?;
        Ok(held(sum))
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
        let mut rows: Vec<EntryRow> = Vec::new();
        let mut sum = 0_i128;
        self.each_at(account, point, 0, &mut |row| {
            sum += i128::from(row.fen);
            if row.index < from {
                return true;
            }
            if rows.len() >= limit && rows.last().is_none_or(|last| last.index != row.index) {
                return false;
            }
            rows.push(EntryRow { balance: held(sum), ..*row });
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
            for row in rows.iter().filter(|row| row.index < below && counts(point, row)) {
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

fn counts(point: &Point, row: &EntryRow) -> bool {
    point.effective.is_none_or(|day| row.effective <= day) && point.booked.is_none_or(|day| row.booked <= day)
}
