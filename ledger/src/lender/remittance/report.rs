//! What the treasury reports of payments to lenders. Never refused. What comes of all that is told of one payment is reckoned in
//! [`facts`](super::facts); here is how it is told, taken back, and met by an order or an approval that comes late.

use super::change::RemittanceChange;
use super::facts::{self, Against, FACTS_MAX, RemittanceRevision, revise};
use super::reckon::reckon;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Wanted};
use crate::event::{RemittanceCleared, RemittanceReturned};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::in_vain;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::clearing_rows::{Disposal, Remaining};
use crate::state::remitted_rows::{TreasuryFact, TreasuryTold, TreasuryWord};
use crate::state::rows::Org;
use uuid::Uuid;

/// The treasury paid. Money that left without an approved order of this sum waits in suspense.
pub(crate) fn judge_remittance_cleared(case: &Case<'_>, event: &RemittanceCleared) -> Judged<RemittanceChange> {
    Ok(tell(case, event.remittance, TreasuryWord::Cleared, event.fen))
}

/// A payment came back. Before it was cleared its lines have their money again; afterwards clearing is turned round, also where what
/// was paid has been used since.
pub(crate) fn judge_remittance_returned(case: &Case<'_>, event: &RemittanceReturned) -> Judged<RemittanceChange> {
    Ok(tell(case, event.remittance, TreasuryWord::Returned, event.fen))
}

fn tell(case: &Case<'_>, payment: Uuid, what: TreasuryWord, fen: Fen) -> Change<RemittanceChange> {
    let state = case.state;
    let before = told(state, payment);
    if before.len() >= FACTS_MAX {
        return Change::only(NewFinding::about(FindingKind::TooManyFacts, payment));
    }
    let entry = Handle::new(u32::try_from(case.entry.index).unwrap_or(u32::MAX));
    let fact = TreasuryFact { entry, what, on: case.on(), fen, item: Link::NONE };
    let place = (fact.on, fact.what, case.entry.event.id);
    let mut facts = before.clone();
    let at = facts.partition_point(|other| (other.on, other.what, state.seen.get(other.entry).id) < place);
    let over = state.takes_over(case.entry.event);
    facts.insert(at, Remaining::anew(state, over, fact));
    facts.retain(|fact| Some(fact.entry) != over);
    changed(case, payment, &before, facts)
}

/// All that was told of a payment, in order.
pub(super) fn told(state: &State, payment: Uuid) -> Vec<TreasuryTold> {
    let facts = state.remitted.by_id(payment).map(|(_, row)| &row.facts[..]).unwrap_or_default();
    facts.iter().map(|fact| Remaining::of(state, fact.entry, fact.clone())).collect()
}

fn changed(
    case: &Case<'_>,
    payment: Uuid,
    before: &[TreasuryTold],
    facts: Vec<TreasuryTold>,
) -> Change<RemittanceChange> {
    let against = Against::of(case.state, payment);
    let mut change = Change::nothing();
    let revision = revise(case.state, case.on(), payment, (against, before), (against, facts), &mut change);
    change.act = Some(RemittanceChange::Tell { told: Box::new(revision) });
    change
}

/// A result is taken back on its day: its payment is what the others make of it.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<RemittanceChange> {
    let state = case.state;
    let Some(row) = state.remitted.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.remitted.get(row);
    let before = told(state, row.id);
    let Some(at) = before.iter().position(|fact| fact.entry == taken.entry) else { return Ok(Change::nothing()) };
    taken.on(case, before[at].on)?;
    let mut facts = before.clone();
    if facts[at].leaves() {
        facts.remove(at);
    }
    Ok(changed(case, row.id, &before, facts))
}

/// What is to be if so much of what stands in suspense is disposed of, or no longer.
pub(crate) fn disposed<A>(
    case: &Case<'_>,
    payment: Uuid,
    disposals: &[&Disposal],
    change: &mut Change<A>,
) -> RemittanceRevision {
    let (against, before) = (Against::of(case.state, payment), told(case.state, payment));
    let facts = Remaining::disposed(before.clone(), disposals, |fact| fact.entry);
    revise(case.state, case.on(), payment, (against, &before), (against, facts), change)
}

/// What was told of a payment, as it should be once it is held against something else.
pub(super) fn met(
    state: &State,
    on: Day,
    payment: Uuid,
    (before, after): (Against<'_>, Against<'_>),
    change: &mut Change<RemittanceChange>,
) -> Option<Box<RemittanceRevision>> {
    let facts = told(state, payment);
    let met = || revise(state, on, payment, (before, &facts), (after, facts.clone()), change);
    (!facts.is_empty()).then(met).map(Box::new)
}

/// What the treasury told of a payment of days before it was approved.
pub(crate) fn told_early(state: &State, payment: Uuid) -> Vec<(u64, Day)> {
    let told = told(state, payment);
    facts::early(Against::of(state, payment), &told).map(|fact| (fact.entry.into(), fact.on)).collect()
}

/// Of a payment, what was decided about in vain, and the unit in whose suspense it would stand.
pub(crate) fn in_vain(state: &State, payment: Uuid) -> (Handle<Org>, Vec<Wanted>) {
    let against = Against::of(state, payment);
    let expected = against.order.map(|order| order.fen);
    let stands = |facts: &[TreasuryTold], at: usize, _: &TreasuryTold| reckon(expected, facts).suspended[at];
    (against.unit, in_vain::wanted(state, told(state, payment), stands))
}
