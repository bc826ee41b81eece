//! Interest accrued by period and corrected for facts learnt late. The figure comes from outside; the fold recomputes it.

use super::change::LoanChange;
use super::claimed::Lines;
use super::contract::{Found, find};
use super::counting::counting;
use super::fund_effect;
use super::position::{Position, flows, interest, target};
use super::posting::difference;
use super::returned;
use super::walk::{Missing, Walk};
use crate::change::{Case, Change, Judged, Touched};
use crate::event::{Interest, InterestAccrued, InterestAdjusted};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::lending_rows::Loan;
use uuid::Uuid;

/// What claims of a loan come to.
const CLAIM_FLOWS: [Flow; 5] = [
    Flow::SubsidyConfirmed,
    Flow::WaiverConfirmed,
    Flow::SubsidyOverclaimed,
    Flow::WaiverOverclaimed,
    Flow::ClaimRounded,
];

/// What is to be posted for a loan: first the correction of days already posted, then the days since.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// Interest of days already posted is off by this.
    pub correction: Interest,
    /// The days since, through the day asked for, add this.
    pub addition: Interest,
    /// What its claims come to is to be posted anew, though its interest may be right.
    pub claims: bool,
}

impl Due {
    /// Whether what is posted is to be corrected, be it by nothing but what claims come to.
    #[must_use]
    pub fn corrects(&self) -> bool {
        self.correction != Interest::default() || (self.claims && self.addition == Interest::default())
    }
}

/// Computes what is to be posted for a loan through a day: what a job submits and what the fold compares with.
///
/// # Errors
/// What is missing to know its interest.
pub fn due(state: &State, loan: &Loan, through: Day) -> Result<Due, Missing> {
    weigh(state, loan, through).map(|(due, _)| due)
}

/// What is due and what should stand once it is posted, by one walk.
fn weigh(state: &State, loan: &Loan, through: Day) -> Result<(Due, Position), Missing> {
    let walk = Walk::new(state, loan, &loan.facts)?;
    let (lines, last) = (Lines::of(state, loan), through.max(loan.through));
    let (reckoned, paid, trail) = walk.whole(lines.marks(&[loan.through, last]))?;
    let [before, after] = [loan.through, last].map(|day| reckoned.at(day).rounded(reckoned.parts()));
    let outcomes = lines.outcomes(Some(&reckoned));
    let (claimed, returned) = (lines.sums(&outcomes), lines.returned(&outcomes));
    let flows = flows(counting(loan, &loan.facts), after, paid, claimed);
    let (correction, addition) = (minus(before, interest(&loan.posted)), minus(after, before));
    let claims = claims_differ(loan, &flows);
    Ok((Due { correction, addition, claims }, Position { flows, losses: trail.losses(), returned }))
}

/// The same of a loan named only, which has no interest.
fn plainly(state: &State, loan: &Loan) -> (Due, Position) {
    let after = target(state, loan, &loan.facts, loan.through, &Lines::of(state, loan));
    let (correction, addition) = (minus(interest(&after.flows), interest(&loan.posted)), Interest::default());
    (Due { correction, addition, claims: claims_differ(loan, &after.flows) }, after)
}

fn claims_differ(loan: &Loan, flows: &Flows) -> bool {
    CLAIM_FLOWS.into_iter().any(|flow| flows[flow] != loan.posted[flow])
}

fn minus(a: Interest, b: Interest) -> Interest {
    Interest {
        subsidy: a.subsidy.saturating_sub(b.subsidy),
        waiver: a.waiver.saturating_sub(b.waiver),
        borrower: a.borrower.saturating_sub(b.borrower),
        penalty: a.penalty.saturating_sub(b.penalty),
    }
}

pub(crate) fn judge_interest_accrued(case: &Case<'_>, event: &InterestAccrued) -> Judged<LoanChange> {
    let (state, on) = (case.state, case.on());
    let found = current(state, event.loan, event.last)?;
    if on <= found.row.through {
        let posted = i64::from(found.row.through.yyyymmdd());
        return Err(Refusal::with(Code::AlreadyAccrued, event.loan, posted));
    }
    let (due, after) = weigh(state, &found.row, on).map_err(|missing| refusal(missing, event.loan))?;
    if due.correction != Interest::default() {
        return Err(Refusal::of(Code::AdjustFirst, event.loan));
    }
    agree(event.loan, event.figure, due.addition)?;
    Ok(accrued(state, on, &found, on, after))
}

pub(crate) fn judge_interest_adjusted(case: &Case<'_>, event: &InterestAdjusted) -> Judged<LoanChange> {
    let (state, on) = (case.state, case.on());
    let found = current(state, event.loan, event.last)?;
    let cause = state.seen.find(event.cause).filter(|cause| u64::from(*cause) > found.row.last);
    if cause.is_none() {
        return Err(Refusal::of(Code::UnknownCause, event.cause));
    }
    let (due, after) = match weigh(state, &found.row, found.row.through) {
        Ok(weighed) => weighed,
        // Claims may be of a loan whose contract was taken back.
        Err(Missing::Contract) => plainly(state, &found.row),
        Err(missing) => return Err(refusal(missing, event.loan)),
    };
    if !due.corrects() {
        return Err(Refusal::of(Code::NothingToAdjust, event.loan));
    }
    agree(event.loan, event.figure, due.correction)?;
    Ok(accrued(state, on, &found, found.row.through, after))
}

fn current(state: &State, id: Uuid, last: u64) -> Result<Found<'_>, Refusal> {
    let found = find(state, id);
    if found.handle.is_none() {
        return Err(Refusal::of(Code::UnknownLoan, id));
    }
    if found.row.last != last {
        let changed = i64::try_from(found.row.last).unwrap_or(i64::MAX);
        return Err(Refusal::with(Code::Stale, id, changed));
    }
    Ok(found)
}

fn refusal(missing: Missing, loan: Uuid) -> Refusal {
    match missing {
        Missing::Contract => Refusal::of(Code::UnknownLoan, loan),
        Missing::Terms => Refusal::of(Code::UnknownTerms, loan),
        Missing::Rate => Refusal::of(Code::UnknownRate, loan),
    }
}

/// One code for each payer, so that the refusal's figure, which is ours, says what it is to be compared with.
fn agree(loan: Uuid, said: Interest, ours: Interest) -> Result<(), Refusal> {
    let differs = |code, said: Fen, ours: Fen| {
        if said == ours { Ok(()) } else { Err(Refusal::with(code, loan, ours)) }
    };
    differs(Code::SubsidyDiffers, said.subsidy, ours.subsidy)?;
    differs(Code::WaiverDiffers, said.waiver, ours.waiver)?;
    differs(Code::InterestDiffers, said.borrower, ours.borrower)?;
    differs(Code::PenaltyDiffers, said.penalty, ours.penalty)
}

/// Whether since its last entry nothing came to a loan but days: no standing of the borrower, no rules, no other allocation. Then
/// nothing can have come that somebody should look at.
fn only_days_came(state: &State, loan: &Loan, flows: &Flows) -> bool {
    let of_days = |flow: Flow| matches!(flow, Flow::Subsidy | Flow::Waiver | Flow::Interest | Flow::Penalty);
    let told =
        [loan.person.handle().map(|person| state.persons.get(person).last), state.loan_rules().map(|rules| rules.last)];
    told.into_iter().flatten().all(|told| told < loan.last)
        && Flow::ALL.into_iter().all(|flow| of_days(flow) || loan.posted[flow] == flows[flow])
}

/// As of a day, whether a loan may have to be settled for it: its days do not end with it, or something came since `since` that is told of many
/// loans at once.
pub(crate) fn is_unsettled(state: &State, loan: &Loan, day: Day, since: u64) -> bool {
    let told = |last: u64| last >= since;
    let person = |person| told(state.persons.get(person).last);
    (loan.known && loan.through != day)
        || state.loan_rules().is_some_and(|rules| told(rules.last))
        || loan.person.handle().is_some_and(|one| state.human(one).into_iter().any(person))
}

/// As of a day: a loan as all that is told of days until then has it, its days counted through that day and no further, whoever posted
/// them when: a claim may have been told, and confirmed, of days to come.
pub(crate) fn settled(state: &State, day: Day, id: Uuid) -> Change<LoanChange> {
    let found = find(state, id);
    let through = if found.row.known { day } else { found.row.through };
    let after = target(state, &found.row, &found.row.facts, through, &Lines::of(state, &found.row));
    accrued(state, day, &found, through, after)
}

/// Interest posted through a day, and nothing else changed.
fn accrued(state: &State, on: Day, found: &Found<'_>, through: Day, after: Position) -> Change<LoanChange> {
    let loan = found.handle.unwrap_or(state.loans.next());
    let flows = &after.flows;
    let mut change = Change::nothing();
    change.postings = difference(state, on, found.channels(), &found.row.posted, flows);
    if !only_days_came(state, &found.row, flows) || !state.doubts_of(found.row.id).is_empty() {
        change.touched.push(Touched::Loan(found.row.id));
    }
    // Other interest is another allocation of payments, and so another principal.
    if found.row.known {
        fund_effect::bear(state, on, &found.portfolio, found.row.id, &after.losses, &mut change);
    }
    returned::follow(state, on, found.row.id, &after, &mut change);
    change.act = Some(LoanChange::Accrue { loan, through, after });
    change
}
