//! What a unit is owed back 应追回 and owes back 应退还, as a function of all that was told of it: the decision that says so, what came in
//! and what was paid since, by instalments, and what was waived. Told in any order, taken back at any time, it ends the same.
//!
//! What came in of a payment that lines paid is theirs again in their year, and due to finance later; of money no line had paid, it is
//! due to finance after the year it went out in. What comes in beyond what is owed, or before anybody says it is, stands on the same
//! account beyond zero, with a finding; it is paid back as what is owed is.

use crate::aid::debt_change::{DebtChange, DebtDecided, find, restated, settled, together};
use crate::aid::leaving;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched};
use crate::event::{RecoveryOrdered, RecoveryReceived, RecoveryWaived, RefundPaid};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::hash;
use crate::money::Fen;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::clearing_rows::{Cleared, Way};
use crate::state::debt_rows::{Debt, DebtFact, DebtSide, DebtWord, FactPlace};
use crate::state::rows::{Org, Payout};
use uuid::Uuid;

/// What may be told of one debt; of more nothing counts, and a finding says so.
const FACTS_MAX: usize = 240;

/// Of how many decisions one transfer may be told; more nobody compares.
const TELLINGS_MAX: usize = 16;

pub(crate) fn judge_recovery_received(case: &Case<'_>, event: &RecoveryReceived) -> Judged<DebtChange> {
    Ok(tell(case, event.debt, event.unit, (DebtWord::Received, event.fen, &event.serial)))
}

pub(crate) fn judge_refund_paid(case: &Case<'_>, event: &RefundPaid) -> Judged<DebtChange> {
    Ok(tell(case, event.debt, event.unit, (DebtWord::Paid, event.fen, &event.serial)))
}

/// The cash moved, whatever is owed.
fn tell(case: &Case<'_>, id: Uuid, unit: Uuid, (what, fen, serial): (DebtWord, Fen, &str)) -> Change<DebtChange> {
    let state = case.state;
    let before = find(state, id);
    let mut change = Change::nothing();
    let named = change.org(state, unit);
    let after = with(case, before.clone(), named.handle, (what, fen.max(0), serial));
    if is_full(state, &before) || is_told_often(state, &after) {
        return Change::only(NewFinding::about(FindingKind::TooManyFacts, id));
    }
    changed(case, change, (&before, after), None)
}

/// Whether as much was told of a debt, or of the editions of its decision together, as may be.
fn is_full(state: &State, debt: &Debt) -> bool {
    state.editions_of(debt).map(|debt| debt.own().count()).sum::<usize>() >= FACTS_MAX
}

/// Whether what this entry tells was told of as many decisions as are compared.
fn is_told_often(state: &State, debt: &Debt) -> bool {
    let fact = debt.facts.iter().find(|fact| fact.entry >= state.seen.next());
    let number = fact.and_then(|fact| debt.number_of(fact));
    number.is_some_and(|number| state.told_as(number).count() >= TELLINGS_MAX)
}

/// A debt of which this entry tells one thing more.
fn with(case: &Case<'_>, mut debt: Debt, unit: Handle<Org>, (what, fen, serial): (DebtWord, Fen, &str)) -> Debt {
    let (seen, on) = (&case.state.seen, case.on());
    let entry = Handle::new(u32::try_from(case.entry.index).unwrap_or(u32::MAX));
    let place = (on, case.entry.event.id);
    let at = debt.facts.partition_point(|fact| (fact.on, seen.get(fact.entry).id) < place);
    let receipt = if serial.is_empty() { 0 } else { hash::content(serial.as_bytes()) };
    debt.facts.insert(at, DebtFact { entry, unit, what, fen, on, receipt, place: FactPlace::Here });
    debt
}

/// No more is waived than is still owed, by whichever edition of the decision stands.
pub(crate) fn judge_recovery_waived(case: &Case<'_>, event: &RecoveryWaived) -> Judged<DebtChange> {
    let state = case.state;
    let named = state.debts.by_id(event.debt).map(|(_, debt)| debt);
    let stands = |debt: &&Debt| debt.owed == DebtSide::ToUnit;
    let owed =
        named.and_then(|named| stands(&named).then_some(named).or_else(|| state.editions_of(named).find(stands)));
    let (Some(named), Some(owed)) = (named, owed) else {
        return Err(Refusal::of(Code::UnknownDebt, event.debt));
    };
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.debt));
    }
    if event.fen > owed.open() || is_full(state, named) {
        return Err(Refusal::with(Code::ExceedsDebt, event.debt, owed.open().max(0)));
    }
    let after = with(case, named.clone(), owed.unit, (DebtWord::Waived, event.fen, &event.document));
    Ok(changed(case, Change::nothing(), (named, after), None))
}

/// A payment that stands paid is recovered, no fen of it twice.
pub(crate) fn judge_recovery_ordered(case: &Case<'_>, event: &RecoveryOrdered) -> Judged<DebtChange> {
    let state = case.state;
    let (payout, row) = state.payouts.by_id(event.payout).ok_or(Refusal::of(Code::UnknownPayout, event.payout))?;
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.payout));
    }
    let left = row.fen - state.to_recover_of(event.payout).map(|debt| debt.fen).sum::<Fen>();
    let left = if state.times_paid(row) > 0 { left } else { 0 };
    if event.fen > left {
        return Err(Refusal::with(Code::ExceedsDebt, event.payout, left));
    }
    let decided = Debt {
        family: case.entry.event.id_of_edition(0),
        owed: DebtSide::ToUnit,
        unit: state.applications.get(row.application).unit,
        application: row.application,
        payout: payout.into(),
        after_leaving: leaving::is_out_of_study(state, row),
        fen: event.fen,
        on: case.on(),
        ..find(state, case.entry.event.id)
    };
    let change = one_of_payment(case, row, &decided);
    Ok(change.map(|debt| DebtChange { payment: Some(event.payout), ..debt }))
}

/// What is owed once money in suspense ended so, and what was told of that before.
pub(crate) fn cleared(case: &Case<'_>, row: &Cleared, year: u16) -> Option<DebtDecided> {
    let owed = match row.way {
        Way::Recoverable => DebtSide::ToUnit,
        Way::Refundable => DebtSide::ByUnit,
        Way::Accepted | Way::Surrendered | Way::Offset => return None,
    };
    let (family, before) = (case.entry.event.id_of_edition(0), find(case.state, row.id));
    let (unit, application, fen, party, on) = (row.unit, row.application, row.fen, row.party, row.on);
    let after = Debt { family, owed, unit, application, fen, party, on, year, ..before };
    Some(settled(case, after, Vec::new(), None))
}

/// The money that a decision is about went out in another year: so does what is owed because of it.
pub(crate) fn of_year(case: &Case<'_>, row: &Cleared, year: u16) -> Option<DebtDecided> {
    let (_, debt) = case.state.debts.by_id(row.id).filter(|(_, debt)| debt.year != year)?;
    Some(settled(case, Debt { year, ..debt.clone() }, Vec::new(), None))
}

/// Nothing is owed because of a decision that is taken back; what was told of it waits for its next edition.
pub(crate) fn uncleared(case: &Case<'_>, row: &Cleared) -> Option<DebtDecided> {
    let (_, debt) = case.state.debts.by_id(row.id)?;
    Some(settled(case, Debt { owed: DebtSide::Nobody, ..debt.clone() }, Vec::new(), None))
}

/// One thing told of a debt is taken back, or the decision that a payment be recovered, whatever came in on it.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<DebtChange> {
    let state = case.state;
    let Some(at) = state.debts.handle(taken.subject) else { return Ok(Change::nothing()) };
    let before = state.debts.get(at);
    let Some(place) = before.facts.iter().position(|fact| fact.entry == taken.entry) else {
        taken.on(case, before.on)?;
        let Some(payout) = before.payout.handle() else { return Ok(Change::nothing()) };
        let undecided = Debt { owed: DebtSide::Nobody, ..before.clone() };
        return Ok(one_of_payment(case, state.payouts.get(payout), &undecided));
    };
    let mut after = before.clone();
    let fact = after.facts.remove(place);
    taken.on(case, fact.on)?;
    let unnamed = if fact.what == DebtWord::Waived { Link::NONE } else { fact.unit.into() };
    let change = changed(case, Change::nothing(), (before, after), Some(&fact));
    Ok(change.map(|debt| DebtChange { unnamed, ..debt }))
}

/// A decision that a payment be recovered is so from this entry on.
fn one_of_payment(case: &Case<'_>, payout: &Payout, decided: &Debt) -> Change<DebtChange> {
    let all = restated(case.state, payout, case.state.pieces_held(payout), Some(decided));
    moved(case, Change::nothing(), together(decided.id, all))
}

/// Something told of a debt is other than before, and with it of which decision it counts. Where what counted is gone, what was told next
/// under its number counts, and the others are compared with that.
fn changed(
    case: &Case<'_>,
    mut change: Change<DebtChange>,
    (before, after): (&Debt, Debt),
    gone: Option<&DebtFact>,
) -> Change<DebtChange> {
    let state = case.state;
    let told = gone.and_then(|fact| before.number_of(fact)).into_iter().flat_map(|number| state.told_as(number));
    let mut told = told.filter(|telling| gone.is_none_or(|fact| fact.entry != telling.entry)).peekable();
    let next = told.peek().map(|next| state.debts.get(next.debt)).filter(|debt| debt.family != after.family);
    let others = next.into_iter().flat_map(|debt| state.editions_of(debt)).cloned().collect();
    change.touched.extend(told.map(|telling| Touched::Debt(state.debts.get(telling.debt).id)));
    let settled = settled(case, after, others, gone.map(|fact| fact.entry));
    moved(case, change, settled)
}

fn moved(case: &Case<'_>, mut change: Change<DebtChange>, settled: DebtDecided) -> Change<DebtChange> {
    change.postings.extend(settled.moved.postings(case.state, case.on()));
    change.touched.extend(settled.change.rows().map(|debt| Touched::Debt(debt.id)));
    change.act = Some(settled.change);
    change
}
