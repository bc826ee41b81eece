//! How far ahead of the day it is recorded on an event may lie: one rule a kind, in its row of the list of kinds.
//! Not here: the lower bound, which is that of its subject (a contract, a line's year), and closed periods.
//!
//! The day of recording is the Beijing day of the entry's recorded time. There is no bound the other way: years from before
//! the ledger are told of long after.

use super::Event;
use crate::money::Day;

/// One day, not none: a clock may be minutes behind that of the bank that says it.
const NEAR: i32 = 1;
/// A school year and some weeks: standings, cards, names and notices are said ahead of the day from which they hold. None of
/// them posts money, so nothing is booked ahead of the clock.
const AHEAD: i32 = 400;
/// Three years with a leap day: policies and terms are adopted long before they come into force.
const FAR: i32 = 3 * 365 + 1;

/// How the days of an event are bounded by the day of its recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayRule {
    /// It happened: effective at the latest on the day after.
    Near,
    /// As [`DayRule::Near`], but it tells nothing of anybody's money, so the latest day does not follow it: a rate, a rule, a key.
    Published,
    /// It counts from its recording on, whatever day it carries, which is at most the day after: rules of the fold, keys, rights. Nobody
    /// may leave it out, whatever day is asked about.
    AtOnce,
    /// It may hold from a day to come: at the latest some 13 months ahead.
    Ahead,
    /// A rule may come into force later: at the latest in three years. So may what is taken back, on whose day it is.
    Far,
    /// It speaks of days through its effective day, which must be over.
    DayOver,
    /// It speaks of days through this one, which must be over.
    PeriodOver(Day),
    /// It speaks of this year, which must have begun.
    YearBegun(u16),
}

impl DayRule {
    /// Whether its day says how far what happened is told. Rules, rates and notices hold for the days of others.
    #[must_use]
    pub fn tells_of_facts(self) -> bool {
        !matches!(self, Self::Published | Self::AtOnce | Self::Ahead | Self::Far)
    }
}

impl Event {
    /// Whether it counts as of a day: it is of that day or an earlier one, or counts whatever day is asked about.
    #[must_use]
    pub fn counts_as_of(&self, day: Day) -> bool {
        self.effective <= day || self.kind.day_rule() == DayRule::AtOnce
    }

    /// The first day on which this may be recorded. Before it, it is refused as `not_yet`.
    #[must_use]
    pub fn first_recordable(&self) -> Day {
        let near = self.effective.plus(-NEAR);
        match self.kind.day_rule() {
            DayRule::Near | DayRule::Published | DayRule::AtOnce => near,
            DayRule::Ahead => self.effective.plus(-AHEAD),
            DayRule::Far => self.effective.plus(-FAR),
            DayRule::DayOver => self.effective.plus(1),
            DayRule::PeriodOver(through) => near.max(through.plus(1)),
            DayRule::YearBegun(year) => near.max(Day::of(year, 1, 1)),
        }
    }
}
