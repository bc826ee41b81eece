//! Two states compared in everything: what differs, counted as a whole and listed by pages.

use ledger::state::State;

use super::balances::{self, BalanceDiff, SumDiff};
use super::counted_page::Rows;
use super::entities::{self, EntityDiff, KindCount};
use super::entries::{self, EntriesDiff};
use super::places::Places;

/// What differs. Counts are whole; of the lists there is one page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Differences {
    /// The sum of all balances of each class that has any, on either side.
    pub sums: Vec<SumDiff>,
    /// Accounts whose balances differ, in the order of the second state, then those only the first one has.
    pub balances: Vec<BalanceDiff>,
    /// How many of them there are in all.
    pub balance_count: u64,
    /// Entities that differ, by kind, each in the order of the second state, then those only the first one has.
    pub entities: Vec<EntityDiff>,
    /// How many there are in all, by kind; kinds without any are left out.
    pub kinds: Vec<KindCount>,
    /// Entries that count on one side alone.
    pub entries: EntriesDiff,
}

impl Differences {
    /// How many entities differ in all.
    #[must_use]
    pub fn entity_count(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.new + kind.gone + kind.changed).sum()
    }

    /// Whether the two states are the same in everything this compares.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let entries = &self.entries;
        let few = [&entries.only_from, &entries.only_to, &entries.judged];
        self.balance_count == 0 && self.kinds.is_empty() && few.iter().all(|few| few.count == 0)
    }
}

/// Compares two states of one record; of each list the first `limit` rows.
#[must_use]
pub fn compare(from: &State, to: &State, limit: usize) -> Differences {
    compare_rows(from, to, Rows { skip: 0, take: limit })
}

/// Compares two states of one record; of each list these rows. Every page compares everything again, as the counts are of
/// everything.
#[must_use]
pub fn compare_rows(from: &State, to: &State, rows: Rows) -> Differences {
    let places = Places::of(from, to);
    let (sums, balances) = balances::compare(from, to, &places, rows);
    let (entities, kinds) = entities::compare(from, to, &places, rows);
    let entries = entries::compare(from, to);
    let balance_count = balances.count;
    Differences { sums, balances: balances.page, balance_count, entities: entities.page, kinds, entries }
}
