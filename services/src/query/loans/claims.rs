//! Lenders' claims, with their lines beside our figures.

use super::{on_wire, payer_debt, some_portfolios};
use crate::query::asked::Asked;
use crate::query::page::{Pager, paged};
use crate::query::{QueryError, found, need_id};
use crate::wire;
use crate::wire::id;
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::claim_rows::{ClaimPart, ClaimPayer, Verdict};
use ledger::state::lending_rows::{Claim, ClaimLine};
use proto::v1;
use replay::answers::loans::claims::{VerdictSums, by_verdict, differs, lines_of_claim, outcome_of, verdict_en};
use replay::answers::loans::{claim_for_name, subordination_name, subordination_of};

paged!(ListClaimsRequest);
paged!(GetClaimRequest);

/// Claims in the order in which they began.
///
/// # Errors
/// A filter or the token is wrong.
pub fn claims(asked: &Asked, request: &v1::ListClaimsRequest) -> Result<v1::ListClaimsResponse, QueryError> {
    let state = asked.state()?;
    let portfolios = some_portfolios(&state, &request.lender, &request.kind)?;
    let pager = Pager::open(request, state.entries)?;
    let wanted = |claim: &Claim| portfolios.contains(&claim.portfolio);
    let (handles, next_page_token) = pager.handles(&state.claims, wanted);
    let claims = handles.into_iter().map(|handle| head(&state, handle)).collect();
    Ok(v1::ListClaimsResponse { as_of: state.entries, basis: asked.basis(), claims, next_page_token })
}

/// A claim with a page of its lines. Walks the claim, never all lines.
///
/// # Errors
/// There is no such claim or verdict, or the token is wrong.
pub fn claim(asked: &Asked, request: &v1::GetClaimRequest) -> Result<v1::GetClaimResponse, QueryError> {
    let state = asked.state()?;
    let handle = need_claim(&state, &request.claim)?;
    let row = state.claims.get(handle);
    let verdict = maybe_verdict(&request.verdict)?;
    let only = request.only();
    let pager = Pager::open(request, state.entries)?;
    let wanted = |line: &ClaimLine| {
        verdict.is_none_or(|verdict| line.verdict == verdict)
            && match only {
                v1::ClaimLines::Unspecified | v1::ClaimLines::All => true,
                v1::ClaimLines::Confirmed => line.verdict.confirms(),
                v1::ClaimLines::Disputed => !line.verdict.confirms(),
            }
    };
    let after = pager.after_key().unwrap_or(0);
    let lines = lines_of_claim(&state, row).take_while(|(_, line)| u64::from(line.number) > after);
    let mut handles: Vec<Handle<ClaimLine>> =
        lines.filter(|(_, line)| wanted(line)).map(|(handle, _)| handle).collect();
    // Claims are chained from their latest line back.
    handles.reverse();
    let (handles, next_page_token) = pager.cut(handles, |at| state.claim_lines.get(*at).number.into());
    let verdicts = if pager.after.is_none() { by_verdict(&state, row) } else { Vec::new() };
    Ok(v1::GetClaimResponse {
        as_of: state.entries,
        basis: asked.basis(),
        claim: Some(head(&state, handle)),
        verdicts: verdicts.iter().map(|(verdict, sums)| verdict_sum(*verdict, sums)).collect(),
        lines: handles.into_iter().map(|line| line_of(&state, line)).collect(),
        next_page_token,
    })
}

/// A claim by its id.
pub(in crate::query) fn need_claim(state: &State, claim: &[u8]) -> Result<Handle<Claim>, QueryError> {
    let wanted = need_id("claim", claim)?;
    found("claim", wanted, state.claims.find(wanted))
}

fn maybe_verdict(name: &str) -> Result<Option<Verdict>, QueryError> {
    if name.is_empty() {
        return Ok(None);
    }
    let names = || Verdict::ALL.map(|verdict| verdict.words().0).join(", ");
    let known = Verdict::ALL.into_iter().find(|verdict| verdict.words().0 == name);
    known.map(Some).ok_or_else(|| QueryError::field("verdict", format!("one of {}", names())))
}

fn verdict_sum(verdict: Verdict, sums: &VerdictSums) -> v1::VerdictSum {
    let (name, zh) = verdict.words();
    v1::VerdictSum {
        verdict: name.to_owned(),
        verdict_zh: zh.to_owned(),
        verdict_en: verdict_en(verdict).to_owned(),
        count: sums.count,
        claimed_fen: sums.claimed,
        our_fen: sums.ours,
    }
}

/// A claim as answers show it.
pub(in crate::query) fn head(state: &State, handle: Handle<Claim>) -> v1::Claim {
    let claim = state.claims.get(handle);
    let portfolio = state.portfolios.get(claim.portfolio);
    let (lender, lender_name) = wire::org(state, portfolio.lender);
    let (unit, unit_name) = wire::org(state, claim.unit);
    v1::Claim {
        claim: id(claim.id),
        number: claim.number.clone(),
        what: claim_for_name(claim.what).to_owned(),
        lender,
        lender_name,
        kind: portfolio.kind.name().to_owned(),
        from: on_wire(claim.from),
        through: on_wire(claim.through),
        unit,
        unit_name,
        stage: claim.set.stage.name().to_owned(),
        count: claim.set.count,
        claimed_fen: claim.set.fen,
        confirmed_count: claim.confirmed_count,
        confirmed_fen: claim.confirmed,
        disputed_count: claim.set.count - claim.confirmed_count,
        disputed_fen: claim.set.fen.saturating_sub(claim.confirmed),
        hash: claim.set.hash.to_vec().into(),
        preparer: claim.set.preparer.clone(),
        approver: claim.set.approver.clone(),
        day: claim.effective.yyyymmdd(),
        last: claim.last,
        parts: claim.parts.iter().map(part).chain(unplaced(state, claim)).collect(),
        payers: payers(claim),
        from_advance_fen: claim.from_advance,
        from_stock_fen: claim.from_stock,
        set_off_fen: claim.set_off,
        supplementary: claim.supplementary,
    }
}

fn part(part: &ClaimPart) -> v1::ClaimPart {
    v1::ClaimPart {
        academic_year: part.academic_year.into(),
        subordination: subordination_name(part.subordination).to_owned(),
        province: part.province,
        fen: part.fen,
    }
}

/// What waits for a university to be registered, by academic year: whose it is nobody has said when the line came.
fn unplaced(state: &State, claim: &Claim) -> impl Iterator<Item = v1::ClaimPart> {
    claim.unplaced.iter().map(|(&(school, academic_year), &fen)| v1::ClaimPart {
        academic_year: academic_year.into(),
        subordination: subordination_of(state, school).to_owned(),
        province: state.orgs.get(school).division() / 10_000,
        fen,
    })
}

/// Who owes for a claim, and what of it came back.
fn payers(claim: &Claim) -> Vec<v1::PayerDebt> {
    let of = |row: &ClaimPayer| {
        let back = claim.returned.iter().filter(|share| (share.payer, share.province) == (row.payer, row.province));
        let (province, returned_fen) = (row.province, back.map(|share| share.fen).sum());
        v1::PayerDebt { province, returned_fen, ..payer_debt(row.payer, [row.owed, row.ordered, row.paid]) }
    };
    claim.payers.iter().map(of).collect()
}

/// A claim line beside our figure.
pub(in crate::query) fn line_of(state: &State, handle: Handle<ClaimLine>) -> v1::ClaimLine {
    let line = state.claim_lines.get(handle);
    let claim = state.claims.get(line.claim);
    let (name, zh) = line.verdict.words();
    let (differs, now) = (differs(state, line), outcome_of(state, handle));
    v1::ClaimLine {
        claim: id(claim.id),
        claim_number: claim.number.clone(),
        number: line.number,
        loan: id(line.loan_id),
        loan_number: line.loan.handle().map_or_else(String::new, |loan| state.loans.get(loan).number.clone()),
        claimed: Some(v1::ClaimFigure {
            principal_fen: line.principal,
            rate_ppm: line.rate_ppm,
            days: line.days,
            fen: line.fen,
        }),
        ours: Some(v1::ClaimFigure {
            principal_fen: line.our_principal,
            rate_ppm: line.our_rate_ppm,
            days: line.our_days,
            fen: line.our_fen,
        }),
        verdict: name.to_owned(),
        verdict_zh: zh.to_owned(),
        verdict_en: verdict_en(line.verdict).to_owned(),
        index: line.index,
        what: claim_for_name(claim.what).to_owned(),
        from: on_wire(claim.from),
        through: on_wire(claim.through),
        our_first: if line.our_days > 0 { on_wire(line.our_first) } else { 0 },
        our_last: if line.our_days > 0 { on_wire(line.our_last) } else { 0 },
        differs: differs.iter().map(|(name, _)| (*name).to_owned()).collect(),
        differs_zh: differs.iter().map(|(_, zh)| (*zh).to_owned()).collect(),
        set_off_fen: line.set_off,
        returned_fen: line.returned,
        overclaimed_fen: now.over,
        underclaimed_fen: now.under(),
    }
}
