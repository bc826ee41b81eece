//! A line of a claim: kept with our figure, confirmed with it or disputed with the reason.

use super::change::{ClaimChange, Confirmed, NewLine, Parts};
use super::ours::{Ours, ours};
use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::{ClaimFor, ClaimLineAdded};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::loan::fund_effect;
use crate::loan::portfolio::PortfolioRef;
use crate::loan::position::target;
use crate::loan::posting::{Channels, difference};
use crate::loan::rates::terms_on;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::lending_rows::{Claim, ClaimLine, ClaimPart, Loan, Verdict};
use crate::state::rows::Org;
use crate::state::stage::Stage;
use crate::state::{State, UNKNOWN_ORG};

/// Claim lines that count for one loan: a line is held against all before it, and thirty years by quarter are 120.
const LINES_MAX: usize = 256;

pub(crate) fn judge_claim_line_added(case: &Case<'_>, event: &ClaimLineAdded) -> Judged<ClaimChange> {
    let (state, index) = (case.state, case.entry.index);
    let unknown = Refusal::of(Code::UnknownClaim, event.claim);
    let (claim, row) = state.claims.by_id(event.claim).ok_or(unknown)?;
    if row.set.stage != Stage::Open {
        return Err(Refusal::of(Code::SetNotOpen, event.claim));
    }
    let next = row.set.count.saturating_add(1);
    if event.number != next {
        return Err(Refusal::with(Code::LineOutOfOrder, event.claim, i64::from(next)));
    }
    let loan = state.loans.by_id(event.loan).filter(|(_, loan)| loan.known && loan.portfolio == row.portfolio);
    // A line too many stays in its claim, so that the claim can be sealed, and hangs on no loan.
    let full = loan.is_some_and(|(_, loan)| is_full(state, loan));
    let loan = loan.filter(|_| !full);
    let (verdict, ours) = match loan {
        Some((_, loan)) => decide(state, claim, row, loan, event),
        None if full => (Verdict::TooManyLines, Ours::default()),
        None => (Verdict::UnknownLoan, Ours::default()),
    };
    // Sums no ledger can hold are nothing anybody is owed.
    let fits = row.set.fen.checked_add(event.fen).is_some() && row.confirmed.checked_add(ours.fen).is_some();
    if event.fen <= 0 || !fits {
        return Err(Refusal::with(Code::BadAmount, event.claim, event.fen));
    }
    let mut change = Change::nothing();
    if full {
        change.findings.push(NewFinding::about(FindingKind::TooManyFacts, event.loan));
    }
    let confirmed = loan
        .filter(|_| verdict == Verdict::Confirmed)
        .map(|(_, loan)| confirm(state, case.on(), row, loan, &ours, &mut change));
    let line = ClaimLine {
        claim,
        number: event.number,
        loan: loan.map(|(handle, _)| handle).into(),
        loan_id: event.loan,
        principal: event.principal,
        rate_ppm: event.rate_ppm,
        days: event.days,
        fen: event.fen,
        our_principal: ours.principal,
        our_rate_ppm: ours.rate_ppm,
        our_days: ours.days,
        our_fen: ours.fen,
        verdict,
        before_of_claim: row.last_line,
        before_of_loan: loan.map_or(Link::NONE, |(_, loan)| loan.last_claim_line),
        index,
    };
    change.act = Some(ClaimChange::Line(Box::new(NewLine { row: line, confirmed })));
    Ok(change)
}

/// Whether a loan has as many lines as are held against our figures.
fn is_full(state: &State, loan: &Loan) -> bool {
    state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan).nth(LINES_MAX - 1).is_some()
}

fn decide(state: &State, claim: Handle<Claim>, row: &Claim, loan: &Loan, event: &ClaimLineAdded) -> (Verdict, Ours) {
    let ours = ours(state, row, loan);
    if claimed_before(state, claim, row, loan) {
        return (Verdict::ClaimedTwice, ours.unwrap_or_default());
    }
    let Some(ours) = ours else {
        // Without terms or a published rate nothing but the rate is in doubt.
        return (Verdict::WrongRate, Ours::default());
    };
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, row.through));
    let tolerance = terms.map_or(0, |terms| terms.claim_tolerance_fen);
    let verdict = if event.fen.abs_diff(ours.fen) <= u64::try_from(tolerance).unwrap_or(0) {
        Verdict::Confirmed
    } else {
        reason(row.what, event, &ours)
    };
    (verdict, ours)
}

/// Why the sum differs: the first that fits, from what makes the largest difference to what makes the smallest.
fn reason(what: ClaimFor, event: &ClaimLineAdded, ours: &Ours) -> Verdict {
    if event.principal != ours.principal {
        return Verdict::WrongPrincipal;
    }
    if event.rate_ppm != ours.rate_ppm {
        return Verdict::WrongRate;
    }
    match (event.days.cmp(&ours.days), what) {
        (std::cmp::Ordering::Equal, _) => Verdict::WrongAmount,
        (std::cmp::Ordering::Greater, ClaimFor::Subsidy) if ours.waived_days > 0 => Verdict::WaivedDays,
        (std::cmp::Ordering::Greater, ClaimFor::Subsidy) if ours.borrower_days > 0 => Verdict::AfterStudyEnd,
        _ => Verdict::WrongDays,
    }
}

/// Whether an earlier confirmed line of the loan overlaps the period. A loan has a few lines a year.
fn claimed_before(state: &State, claim: Handle<Claim>, row: &Claim, loan: &Loan) -> bool {
    for (_, line) in state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan) {
        // An earlier line of this claim was held against all before it, so its verdict answers for them: a file that
        // repeats one loan without end does not make each line slower than the one before.
        if line.claim == claim {
            return matches!(line.verdict, Verdict::Confirmed | Verdict::ClaimedTwice);
        }
        let other = state.claims.get(line.claim);
        let overlaps = other.what == row.what && other.from <= row.through && row.from <= other.through;
        if line.verdict == Verdict::Confirmed && overlaps {
            return true;
        }
    }
    false
}

/// The loan's interest is posted through the claim's last day, and what is confirmed passes out of what is due.
/// What that changes about the allocation of payments, the compensation fund follows.
fn confirm(
    state: &State,
    on: Day,
    claim: &Claim,
    loan: &Loan,
    ours: &Ours,
    change: &mut Change<ClaimChange>,
) -> Confirmed {
    let mut sums = loan.confirmed;
    sums[claim.what] = sums[claim.what].saturating_add(ours.fen);
    let through = loan.through.max(claim.through);
    let after = target(state, loan, &loan.facts, through, sums);
    let fund = PortfolioRef::of(state, loan.portfolio);
    change.postings = difference(state, on, Channels::new(loan.accounts, &fund), &loan.posted, &after.flows);
    fund_effect::bear(state, on, &fund, loan.id, &after.losses, change);
    let years = ours.years.iter().copied().filter(|(_, fen)| *fen > 0);
    let school = state.orgs.get(loan.school);
    let parts = if school.known || loan.school == UNKNOWN_ORG {
        Parts::Placed(years.map(|(year, fen)| part_of(school, year, fen)).collect())
    } else {
        Parts::Unplaced(loan.school, years.collect())
    };
    Confirmed { sums, through, after, parts }
}

pub(super) fn apply(state: &mut State, entry: &Entry<'_>, new: NewLine) {
    let NewLine { row, confirmed } = new;
    let (claim, loan, fen, our_fen) = (row.claim, row.loan, row.fen, row.our_fen);
    let handle = state.claim_lines.push(row);
    let claim = state.claims.get_mut(claim);
    claim.set.add_line(fen, entry.content);
    (claim.last_line, claim.last) = (handle.into(), entry.index);
    if let Some(confirmed) = &confirmed {
        claim.confirmed += our_fen;
        claim.confirmed_count += 1;
        match &confirmed.parts {
            Parts::Placed(parts) => parts.iter().for_each(|part| add_part(&mut claim.parts, part)),
            Parts::Unplaced(school, years) => {
                for &(year, fen) in years {
                    *claim.unplaced.entry((*school, year)).or_default() += fen;
                }
            }
        }
    }
    let Some(loan) = loan.handle() else { return };
    let row = state.loans.get_mut(loan);
    row.last_claim_line = handle.into();
    // A disputed line leaves the loan as it was, so a figure computed before it is not stale.
    if let Some(Confirmed { sums, through, after, .. }) = confirmed {
        let before = std::mem::replace(&mut row.posted, after.flows);
        (row.confirmed, row.through, row.last) = (sums, through, entry.index);
        fund_effect::note(state, entry.index, loan, &before, &[], after.losses);
    }
}

/// What a university's borrowers are confirmed for an academic year.
pub(super) fn part_of(school: &Org, academic_year: u16, fen: Fen) -> ClaimPart {
    let (subordination, province) = (school.subordination, school.division() / 10_000);
    ClaimPart { academic_year, subordination, province, fen }
}

pub(super) fn add_part(parts: &mut Vec<ClaimPart>, new: &ClaimPart) {
    let same = |part: &&mut ClaimPart| {
        (part.academic_year, part.subordination, part.province) == (new.academic_year, new.subordination, new.province)
    };
    match parts.iter_mut().find(same) {
        Some(part) => part.fen += new.fen,
        None => parts.push(*new),
    }
}
