//! The facts of a loan in their order, as they are and as an entry would leave them.
//!
//! Judging copies nothing: it sees the list with the change through [`Facts`], and committing changes the list in place.
//! So an entry costs what the loan has facts, and a loan has at most [`FACTS_MAX`].

use crate::change::Case;
use crate::state::lending_rows::{Fact, What};
use crate::steps::step;
use std::cmp::Ordering;

/// Facts that count for one loan: twenty years repaid by month are 240. What is told beyond is on record and opens a finding.
pub(crate) const FACTS_MAX: usize = 1_024;

impl What {
    /// Order among facts of one day, whichever was told first: what lends comes before what settles, so that amounts alone decide; of
    /// two of which one can count that comes last.
    fn place(self) -> (u8, i64) {
        match self {
            Self::Amended { .. } => (0, 0),
            Self::ClaimedBefore { fen, .. } => (0, fen),
            // The lowest counts.
            Self::RateAgreed(spread_bp) => (1, -i64::from(spread_bp)),
            Self::Drawn(fen) => (2, fen),
            Self::DrawReturned(fen) => (3, fen),
            Self::Overdue(fen) => (4, fen),
            // The longest counts.
            Self::Deferred(until) => (5, until.number().into()),
            Self::StateRepaid(fen) | Self::Relieved { fen, .. } => (6, fen),
            // What says its parts leaves the rest to what does not.
            Self::Repaid { fen, allocation: Some(_), .. } => (7, fen),
            Self::Repaid { fen, allocation: None, .. } => (8, fen),
            // What is given back was paid before it, perhaps on the same day.
            Self::Refunded(parts) => (9, parts.total()),
            Self::WrittenOff(fen) => (10, fen),
            // What is recovered was lost before it, perhaps on the same day.
            Self::Recovered(fen) => (11, fen),
        }
    }

    /// Whether one of two counts alone where both are told of one day.
    pub(super) fn contradicts(self, other: Self) -> bool {
        match (self, other) {
            (Self::RateAgreed(one), Self::RateAgreed(other)) => one != other,
            (Self::Deferred(one), Self::Deferred(other)) => one != other,
            _ => false,
        }
    }
}

/// Facts of a loan in order: those before a change, the new one if there is one, those after it.
#[derive(Clone, Copy, Default)]
pub struct Facts<'a>([&'a [Fact]; 3]);

impl<'a> From<&'a Vec<Fact>> for Facts<'a> {
    /// As they are.
    fn from(facts: &'a Vec<Fact>) -> Self {
        Self([facts, &[], &[]])
    }
}

impl<'a> Facts<'a> {
    /// In order, or from the end.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = &'a Fact> + use<'a> {
        let [before, new, after] = self.0;
        before.iter().chain(new).chain(after).inspect(|_| step())
    }

    /// Without those at the beginning of which something holds that holds of no later one.
    pub(crate) fn after(self, early: impl Fn(&Fact) -> bool) -> Self {
        Self(self.0.map(|part| &part[part.partition_point(&early)..]))
    }

    /// The fact at a place of the order.
    pub(crate) fn get(self, at: usize) -> Option<&'a Fact> {
        let [before, new, after] = self.0;
        let rest = match at.checked_sub(before.len()) {
            None => return before.get(at),
            Some(rest) => rest,
        };
        new.get(rest).or_else(|| after.get(rest - new.len()))
    }
}

/// What an entry does to the facts of a loan.
pub(crate) enum FactEdit {
    Insert { at: usize, fact: Fact },
    Remove { at: usize },
}

impl FactEdit {
    /// Puts what an entry tells in its place. What is alike goes by the ids of the entries.
    pub fn insert(case: &Case<'_>, facts: &[Fact], fact: Fact) -> Self {
        let (place, id) = ((fact.on, fact.what.place()), case.entry.event.id);
        let is_before = |other: &Fact| match (other.on, other.what.place()).cmp(&place) {
            Ordering::Equal => case.state.seen_at(other.index).is_some_and(|seen| seen.id < id),
            order => order.is_lt(),
        };
        Self::Insert { at: facts.partition_point(is_before), fact }
    }

    /// The facts as they will be.
    pub fn view<'a>(&'a self, facts: &'a [Fact]) -> Facts<'a> {
        match self {
            Self::Insert { at, fact } => Facts([&facts[..*at], std::slice::from_ref(fact), &facts[*at..]]),
            Self::Remove { at } => Facts([&facts[..*at], &[], &facts[*at + 1..]]),
        }
    }

    /// The fact it takes out.
    pub fn gone(&self, facts: &[Fact]) -> Option<Fact> {
        match self {
            Self::Insert { .. } => None,
            Self::Remove { at } => facts.get(*at).copied(),
        }
    }

    /// Whether it amends the contract, or takes an amendment back.
    pub fn amends(&self, facts: &[Fact]) -> bool {
        let fact = match self {
            Self::Insert { fact, .. } => Some(fact),
            Self::Remove { at } => facts.get(*at),
        };
        fact.is_some_and(|fact| matches!(fact.what, What::Amended { .. }))
    }

    /// Makes the change. What it adds to what was drawn: the new fact, or the one taken out, turned round.
    pub fn make(self, facts: &mut Vec<Fact>) -> Option<Fact> {
        match self {
            Self::Insert { at, fact } => {
                facts.insert(at, fact);
                Some(fact)
            }
            Self::Remove { at } => {
                let gone = facts.remove(at);
                let what = match gone.what {
                    What::Drawn(fen) => What::DrawReturned(fen),
                    What::DrawReturned(fen) => What::Drawn(fen),
                    _ => return None,
                };
                Some(Fact { what, ..gone })
            }
        }
    }
}
