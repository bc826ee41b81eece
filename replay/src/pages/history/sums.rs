//! Sums of an account by day: what was posted to it before some index, by the day it was booked on. A question about a day
//! takes the last sums kept and adds the rows behind them.

use std::collections::BTreeMap;

use ledger::account::AccountNo;
use ledger::money::Day;

use super::keys::Chunks;
use super::walk::ChunkWalk;
use crate::pages::posting_row::{AccountPlace, EntryRow};
use crate::point::Booked;

/// Rows not counted one after the other before the next that counts is looked for by sums. More than an entry posts, so
/// that none of an entry's rows is shown twice.
const IDLE: usize = 4_096;

/// What was booked on a day, and in how many rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sum {
    pub(crate) fen: i128,
    pub(crate) rows: u64,
}

/// What was posted to an account, by day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sums {
    days: BTreeMap<Day, Sum>,
}

impl Sums {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: &EntryRow) {
        let sum = self.days.entry(row.booked).or_default();
        sum.fen += i128::from(row.fen);
        sum.rows += 1;
    }

    /// How many days it tells apart.
    pub(crate) fn len(&self) -> usize {
        self.days.len()
    }

    /// As bytes: each day by its distance from the one before.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut day = 0;
        let mut packed: Vec<Packed> = Vec::with_capacity(self.days.len());
        for (booked, sum) in &self.days {
            packed.push((booked.number().wrapping_sub(day), sum.fen, sum.rows));
            day = booked.number();
        }
        // Writing to memory cannot fail.
        postcard::to_allocvec(&packed).unwrap_or_default()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut days = BTreeMap::new();
        each(bytes, &mut |day, sum| {
            days.insert(day, sum);
        })?;
        Some(Self { days })
    }
}

/// Days after the one before, and the sum.
type Packed = (i32, i128, u64);

fn each(bytes: &[u8], show: &mut dyn FnMut(Day, Sum)) -> Option<()> {
    let packed: Vec<Packed> = postcard::from_bytes(bytes).ok()?;
    let mut day = 0_i32;
    for (after, fen, rows) in packed {
        day = day.wrapping_add(after);
        show(Day::default().plus(day), Sum { fen, rows });
    }
    Some(())
}

const KEY: usize = 13;

/// Key of sums: `s`, account, and the index below which they hold every row.
pub(super) fn key(account: AccountNo, index: u64) -> [u8; KEY] {
    let mut key = [b's'; KEY];
    key[1..5].copy_from_slice(&account.number().to_be_bytes());
    key[5..].copy_from_slice(&index.to_be_bytes());
    key
}

impl<C: Chunks> ChunkWalk<'_, C> {
    /// What counts of the rows below an index.
    pub(crate) fn sum(&mut self, booked: &Booked, below: u64) -> Result<Sum, C::Error> {
        let (from, mut sum) = self.kept(booked, below)?;
        self.forward(from, below, &mut |row| {
            if booked.counts(row.booked) {
                sum.fen += i128::from(row.fen);
                sum.rows += 1;
            }
            true
        })?;
        Ok(sum)
    }

    /// Shows the rows of a range that count, oldest first, until told to stop. Where none counts for long, what lies between is
    /// passed over by the numbers of rows that go with the sums.
    pub(crate) fn counted(
        &mut self,
        booked: &Booked,
        mut from: u64,
        below: u64,
        show: &mut dyn FnMut(&EntryRow) -> bool,
    ) -> Result<(), C::Error> {
        let mut patience = if self.place.lasts() { IDLE } else { usize::MAX };
        loop {
            let (mut idle, mut at) = (0, from);
            self.forward(from, below, &mut |row| {
                at = row.index;
                if booked.counts(row.booked) {
                    idle = 0;
                    return show(row);
                }
                idle += 1;
                idle < patience
            })?;
            if idle < patience {
                return Ok(());
            }
            from = self.beyond(booked, at, below)?;
            // Looking costs about as much as reading on, so what found nothing is tried half as often.
            patience = if from > at { IDLE } else { patience.saturating_mul(2) };
        }
    }

    /// An index up to which no row counts from another index on: as far as sums tell.
    fn beyond(&mut self, booked: &Booked, from: u64, below: u64) -> Result<u64, C::Error> {
        let rows = self.sum(booked, from)?.rows;
        let (mut beyond, mut low, mut high) = (from, from, below);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let (index, sum) = self.kept(booked, middle)?;
            if sum.rows > rows {
                high = index.saturating_sub(1);
            } else {
                beyond = beyond.max(index);
                low = middle;
            }
        }
        Ok(beyond)
    }

    /// All sums of the rows below an index.
    pub(super) fn sums(&mut self, below: u64) -> Result<(Sums, usize), C::Error> {
        let (from, mut sums) = match self.last_kept(below)? {
            None => (0, Sums::default()),
            Some((from, bytes)) => (from, Sums::decode(&bytes).ok_or_else(|| self.chunks.damaged())?),
        };
        let mut rows = 0;
        self.forward(from, below, &mut |row| {
            sums.add(row);
            rows += 1;
            true
        })?;
        Ok((sums, rows))
    }

    /// What counts by the last sums kept at or below an index, and where they end.
    pub(crate) fn kept(&self, booked: &Booked, below: u64) -> Result<(u64, Sum), C::Error> {
        let mut sum = Sum::default();
        let Some((from, bytes)) = self.last_kept(below)? else { return Ok((0, sum)) };
        let add = &mut |day: Day, of_day: Sum| {
            if booked.counts(day) {
                // What is damaged may be any number.
                sum.fen = sum.fen.saturating_add(of_day.fen);
                sum.rows = sum.rows.saturating_add(of_day.rows);
            }
        };
        each(&bytes, add).ok_or_else(|| self.chunks.damaged())?;
        Ok((from, sum))
    }

    fn last_kept(&self, below: u64) -> Result<Option<(u64, Vec<u8>)>, C::Error> {
        let AccountPlace { account, .. } = self.place;
        if !self.place.lasts() {
            return Ok(None);
        }
        let Some((found, bytes)) = self.chunks.last(&key(account, 0), &key(account, below))? else { return Ok(None) };
        let from = found.last_chunk().map(|index| u64::from_be_bytes(*index));
        from.map(|from| Some((from, bytes))).ok_or_else(|| self.chunks.damaged())
    }
}
