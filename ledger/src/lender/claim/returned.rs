//! A lender pays back what was granted for a line beyond what its days bear. Never refused; what counts of all it told is reckoned in
//! [`returned`](crate::loan::returned), here is how it is told and taken back.

use super::change::ClaimChange;
use super::line::{flows_posted, stand};
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched};
use crate::entry::Entry;
use crate::event::OverclaimReturned;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::loan::claimed::Lines;
use crate::loan::position::{Position, target};
use crate::loan::returned::{open, revise};
use crate::state::State;
use crate::state::clearing_rows::{Disposal, Remaining};
use crate::state::lending_rows::Loan;
use crate::state::returned_rows::{GivenBack, ReturnFact, ReturnTold, Returned, told};
use uuid::Uuid;

/// What may be told of one loan's lines; of more nothing counts, and a finding says so.
const RETURNS_MAX: usize = 64;

pub(crate) fn judge_overclaim_returned(case: &Case<'_>, event: &OverclaimReturned) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Ok(Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan)));
    }
    let before = told(state, event.loan);
    if before.len() >= RETURNS_MAX {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, event.loan)));
    }
    let mut change = Change::nothing();
    let unit = change.org(state, event.unit);
    let entry = Handle::new(u32::try_from(case.entry.index).unwrap_or(u32::MAX));
    let claim = event.claim.filter(|claim| !claim.is_nil());
    let before_ledger = || GivenBack::Before(event.what).named(state);
    let ((claim, line), fen) = (claim.map_or_else(before_ledger, |claim| (claim, event.line)), event.fen);
    let (counted, shares, item) = (0, Vec::new(), Link::NONE);
    let fact = ReturnFact { entry, claim, line, unit: unit.handle, on, fen, counted, shares, item };
    let place = (on, case.entry.event.id);
    let mut facts = before;
    let at = facts.partition_point(|other| (other.on, state.seen.get(other.entry).id) < place);
    let over = state.takes_over(case.entry.event);
    facts.insert(at, Remaining::anew(state, over, fact));
    facts.retain(|fact| Some(fact.entry) != over);
    change.act = Some(changed(case, event.loan, facts, &mut change));
    Ok(change)
}

/// What came in is taken back: the line is overclaimed again, and the cash is out of where it was put.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<ClaimChange> {
    let state = case.state;
    let Some(row) = state.returned.handle(taken.subject).map(|row| state.returned.get(row)) else {
        return Ok(Change::nothing());
    };
    let mut facts = told(state, row.id);
    let Some(at) = facts.iter().position(|fact| fact.entry == taken.entry) else { return Ok(Change::nothing()) };
    taken.on(case, facts[at].on)?;
    if facts[at].leaves() {
        facts.remove(at);
    }
    let mut change = Change::nothing();
    change.act = Some(changed(case, row.id, facts, &mut change));
    Ok(change)
}

/// What is to be if so much of it is disposed of otherwise, or no longer.
pub(crate) fn disposed<A>(case: &Case<'_>, loan: Uuid, disposals: &[&Disposal], change: &mut Change<A>) -> ClaimChange {
    let facts = Remaining::disposed(told(case.state, loan), disposals, |fact| fact.entry);
    changed(case, loan, facts, change)
}

/// How a loan stands if this is what was given back of its lines.
fn changed<A>(case: &Case<'_>, id: Uuid, facts: Vec<ReturnTold>, change: &mut Change<A>) -> ClaimChange {
    let (state, on) = (case.state, case.on());
    let loan = state.loans.by_id(id).map(|(at, row)| {
        let lines = Lines::of(state, row).returning(state, &facts);
        (at, row, target(state, row, &row.facts, row.through, &lines))
    });
    let counted = loan.as_ref().map(|(_, _, after)| &after.returned[..]).unwrap_or_default();
    revise(state, on, id, facts, counted, change);
    let loan = loan.map(|(at, row, after)| {
        flows_posted(state, on, row, &after, change);
        change.touched.push(Touched::Loan(row.id));
        // More may come back than was remitted.
        change.touched.push(Touched::Fund(state.portfolios.get(row.portfolio).id));
        (at, after)
    });
    ClaimChange::Return { id, loan }
}

/// Where it is kept.
pub(super) fn apply(
    state: &mut State,
    entry: &Entry<'_>,
    id: Uuid,
    loan: Option<(Handle<Loan>, Position)>,
) -> Handle<Returned> {
    if let Some((loan, after)) = loan {
        stand(state, entry.index, loan, after);
    }
    open(state, entry.index, id)
}
