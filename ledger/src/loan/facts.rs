//! What happens to a loan: drawn, repaid, overdue, written off. Reports, never refused.
//!
//! A fact corrects its own loan in its own entry: the flows are computed again with it and the difference is posted. A fact
//! that settles interest also brings the posting of interest up to the evening before. One from before the contract was signed
//! is kept with the loan and changes nothing: see `counting`.

use super::amended;
use super::change::LoanChange;
use super::claimed::Lines;
use super::contract::{Found, find, open};
use super::counting::is_before_contract;
use super::fact_list::{FACTS_MAX, FactEdit, Facts};
use super::findings::touch_others;
use super::fund_effect;
use super::position::{Position, target};
use super::posting::difference;
use super::returned;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched};
use crate::entry::Entry;
use crate::event::{
    LoanDeferred, LoanDrawReturned, LoanDrawn, LoanKind, LoanOverdue, LoanRateAgreed, LoanRefunded, LoanRepaid,
    LoanStateRepaid, LoanWrittenOff, LossRecovered,
};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::flows::Flow;
use crate::state::lending_rows::{Fact, Loan, What};
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

impl What {
    /// Whether interest up to the day before must be posted for what it pays to be taken from it.
    fn settles(self) -> bool {
        matches!(self, Self::Repaid { .. })
    }

    fn fen(self) -> Fen {
        match self {
            Self::RateAgreed(_) | Self::Deferred(_) | Self::Amended { .. } => 0,
            Self::ClaimedBefore { fen, .. }
            | Self::Repaid { fen, .. }
            | Self::Drawn(fen)
            | Self::DrawReturned(fen)
            | Self::Overdue(fen)
            | Self::WrittenOff(fen)
            | Self::Recovered(fen)
            | Self::StateRepaid(fen)
            | Self::Relieved { fen, .. } => fen,
            Self::Refunded(allocation) => allocation.total(),
        }
    }

    /// Nothing but what the shape of the event allows, which the wire holds it to.
    fn is_sound(self) -> bool {
        match self {
            Self::RateAgreed(_) | Self::Deferred(_) | Self::Amended { .. } => true,
            Self::ClaimedBefore { fen, .. } => fen >= 0,
            Self::Repaid { fen, allocation: Some(parts), .. } => {
                fen > 0 && parts.penalty >= 0 && parts.interest >= 0 && parts.principal >= 0 && parts.total() == fen
            }
            Self::Refunded(parts) => {
                parts.total() > 0 && parts.penalty >= 0 && parts.interest >= 0 && parts.principal >= 0
            }
            other => other.fen() > 0,
        }
    }
}

pub(crate) fn judge_loan_drawn(case: &Case<'_>, event: &LoanDrawn) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::Drawn(event.fen)))
}

pub(crate) fn judge_loan_draw_returned(case: &Case<'_>, event: &LoanDrawReturned) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::DrawReturned(event.fen)))
}

pub(crate) fn judge_loan_rate_agreed(case: &Case<'_>, event: &LoanRateAgreed) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::RateAgreed(event.spread_bp)))
}

pub(crate) fn judge_loan_repaid(case: &Case<'_>, event: &LoanRepaid) -> Judged<LoanChange> {
    let LoanRepaid { loan, fen, allocation, early, serial: _ } = *event;
    Ok(judge_fact(case, loan, What::Repaid { fen, allocation, early }))
}

pub(crate) fn judge_loan_refunded(case: &Case<'_>, event: &LoanRefunded) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::Refunded(event.allocation)))
}

pub(crate) fn judge_loan_overdue(case: &Case<'_>, event: &LoanOverdue) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::Overdue(event.fen)))
}

pub(crate) fn judge_loan_deferred(case: &Case<'_>, event: &LoanDeferred) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::Deferred(event.until)))
}

pub(crate) fn judge_loan_state_repaid(case: &Case<'_>, event: &LoanStateRepaid) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::StateRepaid(event.fen)))
}

/// A fact of its loan like any other; what it costs the fund follows from the flows.
pub(crate) fn judge_loan_written_off(case: &Case<'_>, event: &LoanWrittenOff) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::WrittenOff(event.fen)))
}

/// What came in on a loss, which is a fact of its loan too: it counts as far as anything is lost when it comes.
pub(crate) fn judge_loss_recovered(case: &Case<'_>, event: &LossRecovered) -> Judged<LoanChange> {
    Ok(judge_fact(case, event.loan, What::Recovered(event.fen)))
}

/// A fact about a loan. One that is malformed, or one too many, changes nothing but opens a finding.
pub(crate) fn judge_fact(case: &Case<'_>, id: Uuid, what: What) -> Change<LoanChange> {
    if !what.is_sound() {
        return Change::only(NewFinding::about(FindingKind::AmountDiffers, id));
    }
    let (state, on, index) = (case.state, case.on(), case.entry.index);
    let found = find(state, id);
    if found.row.facts.len() >= FACTS_MAX {
        return Change::only(NewFinding::about(FindingKind::TooManyFacts, id));
    }
    let edit = FactEdit::insert(case, &found.row.facts, Fact { on, index, what });
    let before = is_before_contract(&found.row, on);
    let through = if what.settles() && !before { found.row.through.max(on.plus(-1)) } else { found.row.through };
    moved(state, on, &found, edit, through)
}

/// A fact goes out and what it moved is posted in red, booked like any late fact; interest posted since is as it would be
/// without it. Interest that it brought forward itself goes too, if nothing came after it.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<LoanChange> {
    let (state, index) = (case.state, taken.index());
    let Some(loan) = state.loans.handle(taken.subject) else { return Ok(Change::nothing()) };
    let found = find(state, state.loans.get(loan).id);
    // One that never counted, as it was one too many or its amount no amount, is in no list.
    let Some(at) = Facts::from(&found.row.facts).iter().position(|fact| fact.index == index) else {
        return Ok(Change::nothing());
    };
    taken.on(case, found.row.facts[at].on)?;
    let through = if found.row.last == index { found.row.through_before } else { found.row.through };
    Ok(moved(state, case.on(), &found, FactEdit::Remove { at }, through))
}

/// A change that adds a fact to a loan or takes one out, and posts interest through a day.
pub(crate) fn moved(state: &State, on: Day, found: &Found<'_>, edit: FactEdit, through: Day) -> Change<LoanChange> {
    let facts = edit.view(&found.row.facts);
    let after = target(state, &found.row, facts, through, &Lines::with_facts(state, &found.row, facts));
    let flows = &after.flows;
    let postings = difference(state, on, found.channels(), &found.row.posted, flows);
    let mut change = Change { postings, ..Change::nothing() };
    change.touched.push(Touched::Loan(found.row.id));
    if flows[Flow::Drawn] != found.row.posted[Flow::Drawn] {
        touch_others(state, &found.row, &mut change);
    }
    change.touched.extend(fund_effect::settling(state, &found.row, flows));
    if found.row.known {
        fund_effect::bear(state, on, &found.portfolio, found.row.id, &after.losses, &mut change);
    }
    returned::follow(state, on, found.row.id, &after, &mut change);
    change.act = Some(LoanChange::Facts { loan: found.row.id, edit, through, after });
    change
}

pub(super) fn apply(
    state: &mut State,
    entry: &Entry<'_>,
    id: Uuid,
    edit: FactEdit,
    through: Day,
    after: Position,
) -> Handle<Loan> {
    let index = entry.index;
    let loan = open(state, id, UNKNOWN_ORG, LoanKind::Origin, index);
    let row = state.loans.get(loan);
    let gone = edit.gone(&row.facts).map(|fact| fact.what);
    let placed = edit.amends(&row.facts).then(|| fund_effect::placed(row));
    let row = state.loans.get_mut(loan);
    let before = std::mem::replace(&mut row.posted, after.flows);
    let drawings = edit.make(&mut row.facts);
    row.through_before = std::mem::replace(&mut row.through, through);
    row.last = index;
    let drawn = drawings.and_then(|fact| fund_effect::placed_at(state.loans.get(loan), &fact));
    fund_effect::note(state, index, loan, &before, drawn.as_slice(), after.losses);
    if let Some(placed) = placed {
        fund_effect::place(state, index, loan, &placed);
    }
    gone.into_iter().for_each(|gone| amended::unmention(state, gone));
    loan
}
