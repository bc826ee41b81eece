//! Points of the ledger: what was known when, about what. Answering as of a point is the business of whoever holds the
//! entries; here they are only named.

use ledger::money::Day;

/// What a state is judged from. The default is everything known now.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Point {
    /// Only the first so many entries.
    pub entries: Option<u64>,
    /// Only what is effective on this day or before.
    pub effective: Option<Day>,
}

/// Which postings are added up. The default is all of them. There is no effective day here: what a late fact posts stands on the day
/// of the fact told last, so a sum by effective days would hang on the order of telling; such questions go to a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Booked {
    /// Only those of the first so many entries.
    pub entries: Option<u64>,
    /// Only those booked on this day or before.
    pub until: Option<Day>,
}

impl Booked {
    /// Whether it counts what is booked on a day, by the day alone.
    #[must_use]
    pub fn counts(&self, booked: Day) -> bool {
        self.until.is_none_or(|day| booked <= day)
    }
}
