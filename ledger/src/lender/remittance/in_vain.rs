//! Decisions about money of payments to lenders in suspense that rest on what is so no more: the payment was approved, or what the
//! treasury told of it taken back, since. As with payments to students they stay as decided, and a finding says so.

use super::facts::Against;
use super::reckon::reckon;
use super::report::told;
use crate::change::Wanted;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::state::State;
use crate::state::clearing_rows::Remaining;
use crate::state::remitted_rows::TreasuryTold;
use crate::state::rows::Org;
use uuid::Uuid;

/// Of a payment, what was decided about in vain, by the rule of `aid::in_vain`, and the unit in whose suspense it would stand.
pub(crate) fn wanted(state: &State, payment: Uuid) -> (Handle<Org>, Vec<Wanted>) {
    let (against, mut told) = (Against::of(state, payment), told(state, payment));
    // What was taken back and cleared before is open by itself, with the opposite sign.
    told.retain(|fact| !fact.gone);
    let expected = against.order.map(|order| order.fen);
    let mut then: Vec<TreasuryTold> = told.iter().map(|fact| Remaining::whole(fact.fact.clone())).collect();
    let first = |at: usize| Some((state.first_cleared(told[at].entry)?, at));
    let mut decided: Vec<_> = (0..told.len()).filter_map(first).collect();
    decided.sort_unstable();
    let mut wanted = Vec::new();
    for ((day, _), at) in decided {
        let fact = &told[at];
        let known = then.partition_point(|other| other.on <= day.max(fact.on));
        if reckon(expected, &then[..known]).suspended[at] {
            then[at] = fact.clone();
        } else {
            wanted.push((FindingKind::ClearedInVain, Some((u64::from(fact.entry), fact.on))));
        }
    }
    (against.unit, wanted)
}
