//! What the paying bank reports: credits, returns, unknown results. Never refused. What comes of all that is told of one payment is
//! reckoned in `payment_facts`; here is how it is told, taken back, and met by the batch going out or by the order coming late.

use crate::account::Class;
use crate::aid::debt_change;
use crate::aid::leaving::is_out_of_study;
use crate::aid::payment_facts::{self, FACTS_MAX, Revised, Revision, revise};
use crate::aid::payment_order::{Order, early, sent_on};
use crate::aid::reckon::{Role, reckon};
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched, Wanted};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::{PayoutCredited, PayoutReturned, PayoutUnknown};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::in_vain;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::result_rows::{ToldOf, is_cleared};
use crate::state::rows::{Application, Payout, ResultFact};
use crate::state::stage::{BankWord, Progress, Stage};
use uuid::Uuid;

pub(crate) enum ResultChange {
    /// The one thing told of a payment, which simply counts.
    Plain { payout: Handle<Payout>, progress: Progress },
    /// All that is told of a payment.
    Revised(Box<Revision>),
}

pub(crate) fn judge_payout_credited(case: &Case<'_>, event: &PayoutCredited) -> Judged<ResultChange> {
    let state = case.state;
    let known = state.payouts.by_id(event.payout);
    if let Some((handle, payout)) = known.filter(|(_, payout)| is_awaited(state, payout) && payout.fen == event.fen) {
        return Ok(credit(state, case.on(), handle, payout));
    }
    tell(case, event.payout, BankWord::Credited, event.fen, 0)
}

/// Whether nothing was told of a payment at the bank, nor can another of its instalment stand paid: what is told of it is looked at by
/// itself, without asking for anything else.
fn is_awaited(state: &State, payout: &Payout) -> bool {
    payout.progress == Progress::Ordered
        && payout.results.is_none()
        && payout.reissue_of.is_none()
        && !debt_change::is_recovered(state, payout.id)
        && state.applications.get(payout.application).set.stage == Stage::Sent
}

/// The ordinary case.
fn credit(state: &State, on: Day, handle: Handle<Payout>, payout: &Payout) -> Change<ResultChange> {
    let mut change = Change::of(ResultChange::Plain { payout: handle, progress: Progress::Credited });
    let award = state.awards.get(payout.award);
    let roster = award.roster;
    let payee = state.application_account(payout.application, Class::Payee);
    let transit = state.application_account(payout.application, Class::Transit);
    let from = if State::is_ended(award, payout.instalment) { Class::Granted } else { Class::Owed };
    let (settled, owed) = (state.roster_account(roster, Class::Settled), state.roster_account(roster, from));
    change.postings = vec![state.posting(on, payee, transit, payout.fen), state.posting(on, settled, owed, payout.fen)];
    if sent_on(state, payout).is_some_and(|sent| on < sent) {
        change.touched.push(Touched::Decided(payout.id));
    }
    if is_out_of_study(state, payout) {
        change.touched.push(Touched::Award(state.awards.get(payout.award).id));
    }
    change
}

pub(crate) fn judge_payout_returned(case: &Case<'_>, event: &PayoutReturned) -> Judged<ResultChange> {
    tell(case, event.payout, BankWord::Returned, event.fen, u8::try_from(event.reason).unwrap_or(u8::MAX))
}

pub(crate) fn judge_payout_unknown(case: &Case<'_>, event: &PayoutUnknown) -> Judged<ResultChange> {
    tell(case, event.payout, BankWord::Unknown, 0, 0)
}

fn tell(case: &Case<'_>, payment: Uuid, what: BankWord, fen: Fen, reason: u8) -> Judged<ResultChange> {
    let state = case.state;
    let entry = Handle::new(u32::try_from(case.entry.index).unwrap_or(u32::MAX));
    let (order, before) = so_far(state, payment);
    if before.len() >= FACTS_MAX {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, payment)));
    }
    let mut fact = ResultFact::told(entry, what, case.on(), fen, reason);
    let over = state.takes_over(case.entry.event);
    if let Some(decided) = before.iter().find(|other| Some(other.entry) == over) {
        fact = decided.told_anew(fact);
    }
    let place = (fact.on, fact.what, case.entry.event.id);
    let mut facts = before.clone();
    let at = facts.partition_point(|other| (other.on, other.what, state.seen.get(other.entry).id) < place);
    facts.insert(at, fact);
    facts.retain(|other| Some(other.entry) != over);
    let revised = revise(state, payment, (order.as_ref(), &before), (order.as_ref(), facts));
    Ok(changed(state, case.on(), revised))
}

/// A payment, if somebody ordered it, and what was told of it.
pub(crate) fn so_far(state: &State, payment: Uuid) -> (Option<Order>, Vec<ResultFact>) {
    if let Some((handle, payout)) = state.payouts.by_id(payment) {
        return (Some(Order::of(state, handle)), state.told_of(payout));
    }
    let told = state.results.by_id(payment).map(|(_, row)| row.facts.clone());
    (None, told.unwrap_or_default())
}

fn changed(state: &State, on: Day, revised: Revised) -> Change<ResultChange> {
    changed_facts(state, on, revised).map(|revision| ResultChange::Revised(Box::new(revision)))
}

/// The change to what was told of one payment.
pub(super) fn changed_facts(state: &State, on: Day, revised: Revised) -> Change<Revision> {
    let Revised { revision, moved, findings, touched } = revised;
    let mut change = Change::of(revision);
    change.postings = moved.postings(state, on);
    change.findings = findings;
    change.touched.extend(touched);
    change
}

/// A result is taken back on its day: its payment is what the others make of it.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<ResultChange> {
    let state = case.state;
    let Some(payment) = state.payment_told_of(taken.subject) else { return Ok(Change::nothing()) };
    let (order, before) = so_far(state, payment);
    let Some(at) = before.iter().position(|fact| fact.entry == taken.entry) else { return Ok(Change::nothing()) };
    taken.on(case, before[at].on)?;
    let mut facts = before.clone();
    if facts[at].clearings == 0 {
        facts.remove(at);
    } else {
        // Its money was disposed of: what was is open until that is taken back too.
        facts[at].gone = true;
    }
    let revised = revise(state, payment, (order.as_ref(), &before), (order.as_ref(), facts));
    Ok(changed(state, case.on(), revised))
}

/// The payments of an application of which results are kept apart, as they should be once its batch is at the bank, or no longer.
pub(crate) struct Sent {
    pub revisions: Vec<Revision>,
    pub moved: Holding,
    pub findings: Vec<NewFinding>,
    pub touched: Vec<Touched>,
}

/// What was told of an application's payments before its batch went out settles with that.
pub(crate) fn sent(state: &State, application: &Application, sent: Option<Day>) -> Sent {
    let (revisions, findings, touched) = Default::default();
    let mut all = Sent { revisions, moved: Holding::default(), findings, touched };
    for payout in &application.told {
        let before = Order::of(state, *payout);
        let facts = state.told_of(state.payouts.get(*payout));
        let after = Order { sent, ..before.clone() };
        let id = state.payouts.get(*payout).id;
        let revised = revise(state, id, (Some(&before), &facts), (Some(&after), facts.clone()));
        all.revisions.push(revised.revision);
        all.moved.add(revised.moved);
        all.findings.extend(revised.findings);
        all.touched.extend(revised.touched);
    }
    all
}

/// What was told of a payment before somebody orders it, as it should be from then on.
pub(crate) fn ordered(state: &State, payment: Uuid, order: &Order) -> Option<Revised> {
    let (_, row) = state.results.by_id(payment)?;
    Some(revise(state, payment, (None, &row.facts), (Some(order), row.facts.clone())))
}

/// Of a payment, what was decided about in vain. A credit is accepted while its payment has come back, and only then.
pub(crate) fn in_vain(state: &State, payment: Uuid) -> Vec<Wanted> {
    let (order, told) = so_far(state, payment);
    if !is_cleared(&told) {
        return Vec::new();
    }
    let expected = order.as_ref().map(Order::expected);
    in_vain::wanted(state, told, |facts, at, decided| match reckon(expected, facts).roles[at] {
        Role::Suspended(kind) => decided.accepted.is_none() || kind == FindingKind::LateCredit,
        _ => false,
    })
}

/// What a bank told of a payment of days before it went there.
pub(crate) fn told_early(state: &State, payment: Uuid) -> Vec<(u64, Day)> {
    let (order, told) = so_far(state, payment);
    early(order.as_ref(), &told).map(|fact| (fact.entry.into(), fact.on)).collect()
}

/// Makes the change; where the facts of the entry are kept then, so that it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: ResultChange) -> u32 {
    match change {
        ResultChange::Plain { payout, progress } => {
            let row = state.payouts.get_mut(payout);
            (row.progress, row.on, row.last) = (progress, entry.event.effective, entry.index);
            ToldOf::Payout(payout).number()
        }
        ResultChange::Revised(revision) => payment_facts::apply(state, entry, *revision),
    }
}
