//! Decisions about money in suspense that rest on what is so no more: what was told of the payment was taken back, or told since, and
//! the money would not stand in suspense now had nobody decided about it. They stay as decided, and a finding says so of each until it
//! is taken back or the facts are again as they were.

use crate::aid::reckon::{Expected, Role, reckon};
use crate::aid::results::so_far;
use crate::change::Wanted;
use crate::finding::FindingKind;
use crate::handle::Link;
use crate::state::State;
use crate::state::result_rows::is_cleared;
use crate::state::rows::ResultFact;
use uuid::Uuid;

/// Of a payment, what was decided about in vain: it would not stand in suspense on the day of the first decision, by what is told now of
/// the days up to that. One after the other is looked at: decisions before it that were right stand, all others are put aside, so of
/// two credits that were recovered the first one is named where the payment needs one. What came back only later was rightly decided about.
pub(crate) fn wanted(state: &State, payment: Uuid) -> Vec<Wanted> {
    let (order, mut told) = so_far(state, payment);
    if !is_cleared(&told) {
        return Vec::new();
    }
    // What was taken back and cleared before is open by itself, with the opposite sign.
    told.retain(|fact| !fact.gone);
    let expected = order.map(|order| Expected { fen: order.fen, sent: order.sent });
    let mut then: Vec<ResultFact> = told.iter().map(undecided).collect();
    let first = |at: usize| Some((state.first_cleared(told[at].entry)?, at));
    let mut decided: Vec<_> = (0..told.len()).filter_map(first).collect();
    decided.sort_unstable();
    let mut wanted = Vec::new();
    for ((day, _), at) in decided {
        let fact = &told[at];
        let known = then.partition_point(|other| other.on <= day.max(fact.on));
        match reckon(expected, &then[..known]).roles[at] {
            Role::Suspended(_) => then[at] = fact.clone(),
            _ => wanted.push((FindingKind::ClearedInVain, Some((u64::from(fact.entry), fact.on)))),
        }
    }
    wanted
}

/// As it was told.
fn undecided(fact: &ResultFact) -> ResultFact {
    ResultFact { off: 0, clearings: 0, accepted: Link::NONE, accepted_count: 0, ..fact.clone() }
}
