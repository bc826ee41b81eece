//! A point of the ledger: what was known when, about what. Answering as of a point is the business of whoever holds the
//! entries; here it is only named.

use ledger::money::Day;

/// What counts: what was known when, about what. The default is everything known now.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Point {
    /// Only the first so many entries.
    pub entries: Option<u64>,
    /// Only what is effective on this day or before.
    pub effective: Option<Day>,
    /// Only what is booked on this day or before; of balances and postings alone.
    pub booked: Option<Day>,
}

impl Point {
    /// Whether it is everything known now.
    #[must_use]
    pub fn is_now(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it counts what has these days, by the days alone.
    #[must_use]
    pub fn counts(&self, effective: Day, booked: Day) -> bool {
        self.effective.is_none_or(|day| effective <= day) && self.booked.is_none_or(|day| booked <= day)
    }
}
