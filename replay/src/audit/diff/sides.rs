//! Which entries count in one state and not in the other. An entry keeps its index in every state of a record.

use ledger::state::State;
use ledger::state::rows::{Seen, WITHHELD};

use super::{EntriesDiff, EntrySides, Few};

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
