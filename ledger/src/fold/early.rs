//! Decisions and reports dated before what they are about. They count, as documents do come with older dates; but as of the days in between
//! nothing of them can be told, and mostly somebody mistook a digit. So a finding says it of each as long as it and its ground stand so,
//! whichever of both was told or put right last.

use crate::aid::payment_order::Order;
use crate::aid::reckon::reckon;
use crate::aid::results::{self, so_far};
use crate::aid::room::is_paid_later;
use crate::aid::{debt_findings, voucher_told};
use crate::change::{Touched, Wanted};
use crate::entry::Entry;
use crate::event::{Clearing, Event, Kind, Purpose};
use crate::finding::FindingKind;
use crate::lender::remittance::report;
use crate::money::Day;
use crate::state::State;
use crate::state::debt_rows::DebtWord;
use crate::state::decided_rows::{DatedDecision, RestsOn};
use crate::state::entry_rows::{Seen, WITHDRAWN};
use crate::state::stage::{Set, Stage};
use crate::suspense;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a decision is about, and what of it must not be of a later day: as it stands before the decision. Each once, in order; most
/// entries are no decision and have none.
pub(super) type Grounds = Vec<(Uuid, RestsOn)>;

/// Nothing for what is no decision, or begins something.
pub(super) fn grounds(state: &State, event: &Event) -> Grounds {
    let step = step_before(state, &event.kind).filter(|day| event.effective < *day);
    let step = step.map(|day| (event.subject(), RestsOn::Step(day)));
    let mut grounds = rests_on(state, &event.kind);
    grounds.extend(step);
    grounds.sort_unstable();
    grounds.dedup();
    grounds
}

/// Steps and facts that stay as they are as long as the decision stands.
fn step_before(state: &State, kind: &Kind) -> Option<Day> {
    match kind {
        Kind::RosterSealed(event) => state.rosters.by_id(event.set).map(|(_, row)| row.effective),
        Kind::RosterReviewed(event) | Kind::RosterApproved(event) => {
            state.rosters.by_id(event.set).map(|(_, row)| latest_step(&row.set))
        }
        Kind::AwardCancelled(event) => {
            let (_, award) = state.awards.by_id(event.award)?;
            Some(state.rosters.get(award.roster).set.approved_on)
        }
        Kind::ApplicationSealed(event) => state.applications.by_id(event.set).map(|(_, row)| row.effective),
        Kind::ApplicationApproved(event) => state.applications.by_id(event.set).map(|(_, row)| latest_step(&row.set)),
        Kind::BatchSent(event) => state.applications.by_id(event.application).map(|(_, row)| latest_step(&row.set)),
        // What days cost is known once they are over.
        Kind::ClaimSubmitted(event) => Some(event.through),
        Kind::ClaimSealed(event) => state.claims.by_id(event.set).map(|(_, row)| row.effective),
        Kind::ClaimApproved(event) => state.claims.by_id(event.set).map(|(_, row)| latest_step(&row.set)),
        Kind::RemittanceOrdered(event) => match event.purpose {
            Purpose::Claim(claim) => state.claims.by_id(claim).map(|(_, row)| latest_step(&row.set)),
            _ => None,
        },
        Kind::RemittanceApproved(event) => state.remittances.by_id(event.remittance).map(|(_, row)| row.ordered_on),
        _ => None,
    }
}

/// The day of the latest step a set took, those taken back apart.
fn latest_step(set: &Set) -> Day {
    let taken =
        [(Stage::Sealed, set.sealed_on), (Stage::Reviewed, set.reviewed_on), (Stage::Approved, set.approved_on)];
    taken.into_iter().filter(|(stage, _)| *stage <= set.stage).map(|(_, on)| on).max().unwrap_or_default()
}

/// What may be put right while the decision stands.
fn rests_on(state: &State, kind: &Kind) -> Vec<(Uuid, RestsOn)> {
    match kind {
        Kind::LinePassedDown(event) => event.parts.iter().map(|part| (part.from, RestsOn::Line)).collect(),
        Kind::LineRecalled(event) => vec![(event.line, RestsOn::Line)],
        Kind::LineAdjusted(event) => vec![(event.line, RestsOn::Line)],
        Kind::ApplicationSealed(event) => {
            let parts = state.applications.by_id(event.set).map(|(_, row)| &row.parts[..]).unwrap_or_default();
            parts.iter().map(|part| (state.lines.get(part.line).id, RestsOn::Line)).collect()
        }
        Kind::BatchSent(event) => vec![(event.application, RestsOn::Cleared)],
        Kind::RecoveryOrdered(event) => vec![(event.payout, RestsOn::Paid)],
        Kind::SuspenseCleared(event) => {
            let other = if let Clearing::Offset(other) = event.how { Some(other) } else { None };
            let items = [Some(event.item), other].into_iter().flatten().filter_map(|item| state.seen.find(item));
            items.filter_map(|item| Some((suspense::told_of(state, item)?, RestsOn::Item(item)))).collect()
        }
        _ => Vec::new(),
    }
}

/// Keeps a decision by what it is about; what is to be looked at again because of it, or because it was taken back.
pub(super) fn keep(state: &mut State, entry: &Entry<'_>, grounds: Grounds, touched: &mut impl Extend<Touched>) {
    if let Kind::EntryWithdrawn(event) = &entry.event.kind {
        let about = state.decided.by_id(event.entry).map(|(_, row)| &row.about[..]).unwrap_or_default();
        let item = state.seen.find(event.entry).and_then(|told| suspense::told_of(state, told));
        touched.extend(about.iter().copied().chain(item).map(Touched::Decided));
    }
    // Told anew, it may be of another day.
    if entry.event.edition > 0 && entry.event.kind.is_report() {
        touched.extend([Touched::Decided(entry.event.subject())]);
    }
    let (on, at) = (entry.event.effective, Seen::place(entry));
    for (id, ground) in grounds {
        state.decide_about(id, DatedDecision { on, entry: at, ground });
        state.is_about(entry.event.id, id);
        touched.extend([Touched::Decided(id)]);
    }
}

/// What is told of a thing of an earlier day than its ground, of things of all sorts with this id.
pub(super) fn wanted(state: &State, id: Uuid) -> Vec<Wanted> {
    let line = state.lines.by_id(id).filter(|(_, line)| line.told.is_some()).map(|(_, line)| line.effective);
    let is_early = |decision: &&DatedDecision| match decision.ground {
        RestsOn::Step(day) => decision.on < day,
        RestsOn::Line => line.is_some_and(|day| decision.on < day),
        RestsOn::Paid => is_paid_after(state, id, decision.on),
        RestsOn::Item(item) => suspense::day_of(state, item).is_some_and(|day| decision.on < day),
        RestsOn::Cleared => {
            state.applications.find(id).is_some_and(|application| is_paid_later(state, application, decision.on))
        }
    };
    let decisions = state.decided.by_id(id).map(|(_, row)| &row.decisions[..]).unwrap_or_default();
    // Behind the day of a line stand all the decisions that are right of it, of which there may be thousands.
    let decisions = decisions
        .iter()
        .take_while(|decision| decision.ground != RestsOn::Line || line.is_some_and(|day| decision.on < day));
    let decisions = decisions.filter(|decision| stands(state, decision)).filter(is_early);
    let mut told: BTreeSet<_> = decisions.map(|decision| (u64::from(decision.entry), decision.on)).collect();
    // What is waived is told of the decision by which it is owed, in whichever edition that stands.
    if let Some((_, debt)) = state.debts.by_id(id).filter(|(_, debt)| debt.is_due()) {
        let waived = debt.here().filter(|fact| fact.what == DebtWord::Waived && fact.on < debt.on);
        told.extend(waived.map(|fact| (u64::from(fact.entry), fact.on)));
    }
    let reported = reported(state, id).into_iter().map(|told| (FindingKind::ToldEarly, Some(told)));
    told.into_iter().map(|told| (FindingKind::DecidedEarly, Some(told))).chain(reported).collect()
}

/// The reports about a thing that are of an earlier day than the order, the voucher or the decision they are about.
fn reported(state: &State, id: Uuid) -> Vec<(u64, Day)> {
    let mut told = results::told_early(state, id);
    told.extend(state.vouchers.by_id(id).into_iter().flat_map(|(_, row)| voucher_told::told_early(state, row)));
    told.extend(state.debts.by_id(id).into_iter().flat_map(|(_, debt)| debt_findings::told_early(debt)));
    told.extend(report::told_early(state, id));
    told
}

/// Whether it was not taken back. One that is being told has no place on record yet.
fn stands(state: &State, decision: &DatedDecision) -> bool {
    state.seen_at(decision.entry.into()).is_none_or(|seen| seen.verdict != WITHDRAWN)
}

/// Whether a payment stands paid, and did not yet on this day. What came back later had been paid.
fn is_paid_after(state: &State, payment: Uuid, on: Day) -> bool {
    let (order, told) = so_far(state, payment);
    let expected = order.as_ref().map(Order::expected);
    let stands = |known: usize| !reckon(expected, &told[..known]).held.is_empty();
    stands(told.len()) && !stands(told.partition_point(|fact| fact.on <= on))
}
