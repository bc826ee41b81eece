//! Decisions about money in suspense that rest on what is so no more: what was told of the payment was taken back, or told since, and
//! the money would not stand in suspense now had nobody decided about it. They stay as decided, and a finding says so of each until it
//! is taken back or the facts are again as they were.

use crate::change::Wanted;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::handle::Link;
use crate::money::Day;
use crate::state::State;
use crate::state::clearing_rows::Remaining;
use crate::state::entry_rows::Seen;
use crate::state::remitted_rows::TreasuryFact;
use crate::state::rows::ResultFact;

/// One thing told of a payment, to a student or to a lender.
pub(crate) trait Decided: Clone {
    /// The entry that told it, and its day.
    fn told(&self) -> (Handle<Seen>, Day);
    /// Whether it was taken back: what was decided about it before is open by itself, with the opposite sign.
    fn is_gone(&self) -> bool;
    /// As it was told, with nothing decided about it.
    fn undecided(&self) -> Self;
}

/// Of one payment, what was decided about in vain: it would not stand in suspense on the day of the first decision, by what is told now of
/// the days up to that. `stands` says so of the fact at a place among others, as it was decided about. One after the other is looked
/// at: decisions before it that were right stand, all others are put aside, so of two credits that were recovered the first one
/// is named where the payment needs one. What came back only later was rightly decided about.
pub(crate) fn wanted<F: Decided>(
    state: &State,
    mut told: Vec<F>,
    stands: impl Fn(&[F], usize, &F) -> bool,
) -> Vec<Wanted> {
    told.retain(|fact| !fact.is_gone());
    let mut then: Vec<F> = told.iter().map(F::undecided).collect();
    let first = |at: usize| Some((state.first_cleared(told[at].told().0)?, at));
    let mut decided: Vec<_> = (0..told.len()).filter_map(first).collect();
    decided.sort_unstable();
    let mut wanted = Vec::new();
    for ((day, _), at) in decided {
        let (entry, on) = told[at].told();
        let known = then.partition_point(|other| other.told().1 <= day.max(on));
        if stands(&then[..known], at, &told[at]) {
            then[at] = told[at].clone();
        } else {
            wanted.push((FindingKind::ClearedInVain, Some((u64::from(entry), on))));
        }
    }
    wanted
}

impl Decided for ResultFact {
    fn told(&self) -> (Handle<Seen>, Day) {
        (self.entry, self.on)
    }

    fn is_gone(&self) -> bool {
        self.gone
    }

    fn undecided(&self) -> Self {
        Self { off: 0, clearings: 0, accepted: Link::NONE, accepted_count: 0, ..self.clone() }
    }
}

impl Decided for Remaining<TreasuryFact> {
    fn told(&self) -> (Handle<Seen>, Day) {
        (self.entry, self.on)
    }

    fn is_gone(&self) -> bool {
        self.gone
    }

    fn undecided(&self) -> Self {
        Self::whole(self.fact.clone())
    }
}
