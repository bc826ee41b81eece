//! Which entries count in one state and not in the other. An entry keeps its index in every state of a record.

use ledger::state::State;
use ledger::state::seen::{Seen, WITHHELD};
use uuid::Uuid;

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

/// Entries named of each sort: enough to begin looking, the rest is counted.
const FIRST: usize = 20;

pub(super) fn compare(from: &State, to: &State) -> EntriesDiff {
    let mut diff = EntriesDiff::default();
    let mut one = from.seen.iter().map(|(_, seen)| seen);
    let mut other = to.seen.iter().map(|(_, seen)| seen);
    let mut index = 0;
    loop {
        let (a, b) = (one.next(), other.next());
        let Some(event) = a.or(b).map(|seen| seen.id) else { return diff };
        let sides = EntrySides { index, event, from: a.and_then(counts), to: b.and_then(counts) };
        match (sides.from, sides.to) {
            (Some(_), None) => diff.only_from.add(sides),
            (None, Some(_)) => diff.only_to.add(sides),
            (from, to) if from != to => diff.judged.add(sides),
            _ => {}
        }
        index += 1;
    }
}

fn counts(seen: &Seen) -> Option<u8> {
    (seen.verdict != WITHHELD).then_some(seen.verdict)
}

impl Few {
    fn add(&mut self, sides: EntrySides) {
        if self.first.len() < FIRST {
            self.first.push(sides);
        }
        self.count += 1;
    }
}
