//! The entries that lie between two points: those that count at one of them alone. Of an account its postings, of anything
//! else the entries that name it. Read from pages and files while the fold goes on; no past state is needed.

use std::collections::{BTreeMap, BTreeSet};

use ledger::account::AccountNo;
use ledger::money::Day;
use uuid::Uuid;

use crate::engine::{Engine, EngineError};
use crate::limits::{BETWEEN_ENTRIES, BETWEEN_POSTINGS};
use crate::pages::posting_row::EntryRow;
use crate::point::Point;

/// Postings read at a time.
const ROWS: usize = 4_096;

/// A posting that counts at one of two points alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alone {
    /// The posting.
    pub row: EntryRow,
    /// It counts at the second point.
    pub in_to: bool,
}

/// Postings of an account between two points.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Between {
    /// The first of them.
    pub first: Vec<Alone>,
    /// How many there are.
    pub count: u64,
    /// There are so many postings that not all were looked at.
    pub in_part: bool,
}

/// Two points, as far as entries count at one of them alone.
struct Points<'a>(&'a Point, &'a Point);

impl Points<'_> {
    /// At which point alone something counts: true for the second.
    fn alone(&self, index: u64, effective: Day) -> Option<bool> {
        let counts = |point: &Point| {
            point.entries.is_none_or(|entries| index < entries) && point.effective.is_none_or(|day| effective <= day)
        };
        let (from, to) = (counts(self.0), counts(self.1));
        (from != to).then_some(to)
    }

    /// The entries among which such ones may lie.
    fn range(&self, entries: u64) -> std::ops::Range<u64> {
        let end = |point: &Point| point.entries.unwrap_or(entries).min(entries);
        let (from, to) = (end(self.0), end(self.1));
        let begin = if self.0.effective == self.1.effective { from.min(to) } else { 0 };
        begin..from.max(to)
    }
}

impl Engine {
    /// Postings of an account that count at one of two points and not at the other, the first `few` of them.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn postings_between(
        &self,
        account: AccountNo,
        from: &Point,
        to: &Point,
        few: usize,
    ) -> Result<Between, EngineError> {
        let points = Points(from, to);
        let std::ops::Range { start: mut next, end } = points.range(self.read().entries);
        let (mut between, mut looked_at) = (Between::default(), 0);
        while next < end {
            let rows = self.entries_of(account, next, ROWS)?;
            let Some(last) = rows.last() else { break };
            next = last.index + 1;
            looked_at += rows.len();
            for row in &rows {
                let Some(in_to) = points.alone(row.index, row.effective) else { continue };
                between.count += 1;
                if between.first.len() < few {
                    between.first.push(Alone { row: *row, in_to });
                }
            }
            if looked_at >= BETWEEN_POSTINGS && next < end {
                between.in_part = true;
                break;
            }
        }
        Ok(between)
    }

    /// Of each id, the first `few` entries that count at one of two points alone and name it; nothing if the points lie too
    /// far apart to look. An entry names what its bytes hold the id of. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn naming_between(
        &self,
        ids: &BTreeSet<Uuid>,
        from: &Point,
        to: &Point,
        few: usize,
    ) -> Result<Option<BTreeMap<Uuid, Vec<u64>>>, EngineError> {
        let points = Points(from, to);
        let range = points.range(self.read().entries);
        if range.end.saturating_sub(range.start) > BETWEEN_ENTRIES {
            return Ok(None);
        }
        let mut found: BTreeMap<Uuid, Vec<u64>> = BTreeMap::new();
        for index in range {
            let Some(entry) = self.recorded(index)? else { break };
            if points.alone(index, entry.event.effective).is_none() {
                continue;
            }
            for id in named(ids, &entry.content) {
                let entries = found.entry(id).or_default();
                if entries.len() < few && entries.last() != Some(&index) {
                    entries.push(index);
                }
            }
        }
        Ok(Some(found))
    }
}

/// The ids that some bytes hold.
fn named<'a>(ids: &'a BTreeSet<Uuid>, content: &'a [u8]) -> impl Iterator<Item = Uuid> + 'a {
    let places = content.windows(16).filter_map(|bytes| Uuid::from_slice(bytes).ok());
    places.filter(|id| !id.is_nil() && ids.contains(id))
}
