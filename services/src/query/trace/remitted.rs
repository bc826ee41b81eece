//! Traces of payments to lenders, claims and loans: between document lines and the loan-days they pay for.

use super::pages::TracePages;
use super::{listed, strand};
use crate::query::loans::claims::{head, line_of, need_claim};
use crate::query::loans::one::{need_loan, of_row};
use crate::query::loans::remittances::of_handle;
use crate::query::{QueryError, found, need_id};
use crate::wire::id;
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::lending_rows::{Claim, ClaimLine, Remittance};
use proto::v1;
use replay::answers::loans::claim_of;
use replay::answers::loans::claims::{confirmed, days_of, lines_of_loan};
use replay::answers::trace::remitted::{RemittanceFlow, of_claim, paid_lines, strands};

/// Loan-days named with each payment of a line traced forward; tracing the payment gives all.
const DAYS_SHOWN: usize = 20;

/// Strands named with each payment of a claim or a loan; tracing the payment gives all.
const STRANDS_SHOWN: usize = 20;

pub(super) fn remittance(
    state: &State,
    remittance: &[u8],
    request: &v1::TraceRequest,
) -> Result<v1::RemittanceTrace, QueryError> {
    let wanted = need_id("remittance", remittance)?;
    let handle = found("payment to a lender", wanted, state.remittances.find(wanted))?;
    let claim = claim_of(state, state.remittances.get(handle));
    let pages = TracePages::open(state, request)?;
    let mut funded = funded(state, handle, 0);
    if let Some(mut page) = pages.lists() {
        funded.strands = page.show(strands(state, handle).iter().map(|row| strand(state, row)))?;
        let next_page_token = pages.more(&page)?;
        if !next_page_token.is_empty() {
            return Ok(v1::RemittanceTrace { funded: Some(funded), next_page_token, ..v1::RemittanceTrace::default() });
        }
    }
    let days = days_page(state, claim, &pages);
    Ok(v1::RemittanceTrace {
        funded: Some(funded),
        claim: claim.map(|claim| head(state, claim)),
        loan_lines: days.lines,
        loan_days: days.all_days,
        days: days.days,
        next_page_token: days.next,
    })
}

pub(super) fn claim(state: &State, claim: &[u8], request: &v1::TraceRequest) -> Result<v1::ClaimTrace, QueryError> {
    let handle = need_claim(state, claim)?;
    let pages = TracePages::open(state, request)?;
    let mut answer = v1::ClaimTrace { claim: Some(head(state, handle)), ..v1::ClaimTrace::default() };
    if let Some(mut page) = pages.lists() {
        let paid = of_claim(state, handle).into_iter();
        answer.remittances = page.show(paid.map(|at| funded(state, at, STRANDS_SHOWN)))?;
        answer.next_page_token = pages.more(&page)?;
        if !answer.next_page_token.is_empty() {
            return Ok(answer);
        }
    }
    let days = days_page(state, Some(handle), &pages);
    (answer.loan_lines, answer.loan_days) = (days.lines, days.all_days);
    (answer.days, answer.next_page_token) = (days.days, days.next);
    Ok(answer)
}

pub(super) fn loan(state: &State, loan: &[u8], request: &v1::TraceRequest) -> Result<v1::LoanTrace, QueryError> {
    let (handle, row) = need_loan(state, loan)?;
    let lines = lines_of_loan(state, handle).into_iter();
    let confirmed = lines.filter(|line| state.claim_lines.get(*line).verdict.confirms());
    let claims = confirmed.map(|line| {
        let claim = state.claim_lines.get(line).claim;
        let paid = of_claim(state, claim).into_iter();
        v1::LoanClaim {
            line: Some(line_of(state, line)),
            claim: Some(head(state, claim)),
            remittances: paid.map(|at| funded(state, at, STRANDS_SHOWN)).collect(),
        }
    });
    let (pager, mut page) = listed(state, request)?;
    let claims = page.show(claims)?;
    Ok(v1::LoanTrace { loan: Some(of_row(state, row)), claims, next_page_token: pager.after_window(&page)? })
}

/// What a payment to a lender takes from a line traced forward.
pub(super) fn flow(state: &State, flow: &RemittanceFlow) -> v1::RemittanceFlow {
    let claim = claim_of(state, state.remittances.get(flow.remittance));
    let (loan_lines, loan_days) = claim.map_or((0, 0), |claim| confirmed(state, state.claims.get(claim)));
    let lines = claim.map_or_else(Vec::new, |claim| paid_lines(state, claim, 0, DAYS_SHOWN));
    // What it takes from other lines is not asked for here.
    let remittance = v1::Remittance { draws: Vec::new(), ..of_handle(state, flow.remittance) };
    v1::RemittanceFlow {
        remittance: Some(remittance),
        line: id(state.lines.get(flow.line).id),
        fen: flow.fen,
        loan_lines,
        loan_days,
        days: lines.into_iter().map(|line| days(state, line)).collect(),
    }
}

/// A payment to a lender with so many of its strands.
fn funded(state: &State, remittance: Handle<Remittance>, shown: usize) -> v1::FundedRemittance {
    let strands = strands(state, remittance);
    v1::FundedRemittance {
        remittance: Some(of_handle(state, remittance)),
        total_fen: strands.iter().map(|strand| strand.fen).sum(),
        strands: strands.iter().take(shown).map(|row| strand(state, row)).collect(),
    }
}

/// A page of the loan-days of a claim.
#[derive(Default)]
struct DaysPage {
    lines: u64,
    all_days: u64,
    days: Vec<v1::LoanDays>,
    next: String,
}

fn days_page(state: &State, claim: Option<Handle<Claim>>, pages: &TracePages) -> DaysPage {
    let Some(claim) = claim else { return DaysPage::default() };
    let after = pages.going_on.map_or(0, |after| u32::try_from(after.key).unwrap_or(u32::MAX));
    let lines = paid_lines(state, claim, after, pages.pager.rows + 1);
    let (lines, next) = pages.pager.cut(lines, |at| state.claim_lines.get(*at).number.into());
    let (count, all_days) = confirmed(state, state.claims.get(claim));
    let days = lines.into_iter().map(|line| days(state, line)).collect();
    DaysPage { lines: count, all_days, days, next }
}

fn days(state: &State, handle: Handle<ClaimLine>) -> v1::LoanDays {
    let line = state.claim_lines.get(handle);
    let (from, through) = days_of(state.claims.get(line.claim), line);
    v1::LoanDays {
        loan: id(line.loan_id),
        loan_number: line.loan.handle().map_or_else(String::new, |loan| state.loans.get(loan).number.clone()),
        line: line.number,
        from: from.yyyymmdd(),
        through: through.yyyymmdd(),
        days: line.our_days,
        fen: line.our_fen,
    }
}
