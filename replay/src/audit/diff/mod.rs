//! What differs between two states of one record: sums, balances, entities, entries. The states may be of two points in
//! time, or one of them of another policy. Pure: reads two states and nothing else.

mod balances;
mod entities;
mod places;
mod rows;
mod sides;

use ledger::account::{AccountNo, Class};
use ledger::state::State;
use uuid::Uuid;

pub use entities::EntityKind;
use places::Places;

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

/// What is on all accounts of a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SumDiff {
    /// The class; it knows its book.
    pub class: Class,
    /// Sum in fen in the first state.
    pub from: i128,
    /// Sum in fen in the second.
    pub to: i128,
}

/// An account whose balance differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BalanceDiff {
    /// Its number in the first state, if it is there.
    pub in_from: Option<AccountNo>,
    /// Its number in the second state, if it is there.
    pub in_to: Option<AccountNo>,
    /// Fen in the first state; nothing if the account is not there.
    pub from: i128,
    /// Fen in the second.
    pub to: i128,
    /// The last entry that posted to it in the first state, if any did.
    pub last_from: Option<u64>,
    /// The same in the second.
    pub last_to: Option<u64>,
}

/// How an entity differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// Only in the second state.
    New,
    /// Only in the first.
    Gone,
    /// In both, and not the same.
    Changed,
}

/// An entity that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityDiff {
    /// What it is.
    pub kind: EntityKind,
    /// How it differs.
    pub change: Change,
    /// Its id; of a part (an instalment, a line of a claim) that of the whole; of a finding that of its subject.
    pub id: Uuid,
    /// Number of the part within the whole, or of the finding in its state; else 0.
    pub number: u32,
    /// What people call it, as far as it has a name.
    pub name: String,
    /// The last entry that changed it in the first state; none if it is not there, or its kind does not keep it.
    pub last_from: Option<u64>,
    /// The same in the second.
    pub last_to: Option<u64>,
}

/// How many entities of a kind differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindCount {
    /// The kind.
    pub kind: EntityKind,
    /// Only in the second state.
    pub new: u64,
    /// Only in the first.
    pub gone: u64,
    /// In both, and not the same.
    pub changed: u64,
}

/// Entries that count on one side and not on the other, or came out differently.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EntriesDiff {
    /// Those that count in the first state alone.
    pub only_from: Few,
    /// Those that count in the second alone.
    pub only_to: Few,
    /// Those that count in both with another verdict.
    pub judged: Few,
}

/// Some entries: how many, and the first of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Few {
    /// How many there are.
    pub count: u64,
    /// The first few.
    pub first: Vec<EntrySides>,
}

/// An entry as both states have it. A verdict is as in `Seen::verdict`; none where the entry does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EntrySides {
    /// Its index.
    pub index: u64,
    /// Its event.
    pub event: Uuid,
    /// Verdict of the first state.
    pub from: Option<u8>,
    /// Verdict of the second.
    pub to: Option<u8>,
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

/// Rows of a list: a page of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rows {
    /// Rows before the page.
    pub skip: u64,
    /// Rows of the page.
    pub take: usize,
}

/// A list of which a page is kept and all is counted.
struct Listed<T> {
    rows: Rows,
    count: u64,
    page: Vec<T>,
}

impl<T> Listed<T> {
    fn new(rows: Rows) -> Self {
        Self { rows, count: 0, page: Vec::new() }
    }

    /// Counts a row, and makes it if it is of the page: names cost more than counting.
    fn add(&mut self, make: impl FnOnce() -> T) {
        if self.count >= self.rows.skip && self.page.len() < self.rows.take {
            self.page.push(make());
        }
        self.count += 1;
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
    let entries = sides::compare(from, to);
    let balance_count = balances.count;
    Differences { sums, balances: balances.page, balance_count, entities: entities.page, kinds, entries }
}
