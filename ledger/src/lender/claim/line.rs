//! A line of a claim: kept with our figure, confirmed with it or disputed with the reason.

use super::change::{ClaimChange, Confirmed, NewLine};
use super::ours::{Ours, granted, ours};
use crate::change::{Case, Change, Judged, NewFinding, Touched};
use crate::entry::Entry;
use crate::event::loan_terms::{ClaimChecks, LoanTerms};
use crate::event::{ClaimFor, ClaimLineAdded};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::loan::amended::school_on;
use crate::loan::claimed::{Claimed, Lines, is_by_period};
use crate::loan::fund_effect;
use crate::loan::payers::part_of;
use crate::loan::portfolio::PortfolioRef;
use crate::loan::position::{Position, is_overclaimed, outcomes, target};
use crate::loan::posting::{Channels, difference};
use crate::loan::rates::terms_on;
use crate::loan::returned;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::claim_rows::{Added, ClaimPart, Gone, Verdict};
use crate::state::lending_rows::{Claim, ClaimLine, Loan};
use crate::state::stage::Stage;
use crate::state::{State, UNKNOWN_ORG};

/// Claim lines that count for one loan: a line is held against all before it, and thirty years by quarter are 120.
const LINES_MAX: usize = 256;

pub(crate) fn judge_claim_line_added(case: &Case<'_>, event: &ClaimLineAdded) -> Judged<ClaimChange> {
    let (state, index) = (case.state, case.entry.index);
    let unknown = Refusal::of(Code::UnknownClaim, event.claim);
    let (claim, row) = state.claims.by_id(event.claim).ok_or(unknown)?;
    row.set.judge_not_cancelled(event.claim)?;
    if row.set.stage != Stage::Open {
        return Err(Refusal::of(Code::SetNotOpen, event.claim));
    }
    let next = row.set.count.saturating_add(1);
    if event.number != next {
        return Err(Refusal::with(Code::LineOutOfOrder, event.claim, i64::from(next)));
    }
    let (loan, verdict, ours) = decide(state, row, event);
    // Sums no ledger can hold are nothing anybody is owed.
    let fits = row.set.fen.checked_add(event.fen).is_some() && row.confirmed.checked_add(ours.fen).is_some();
    if event.fen <= 0 || !fits {
        return Err(Refusal::with(Code::BadAmount, event.claim, event.fen));
    }
    let mut change = Change::nothing();
    if verdict == Verdict::TooManyLines {
        change.findings.push(NewFinding::about(FindingKind::TooManyFacts, event.loan));
    }
    let standing = ours.standing(event.days);
    let (our_first, our_last) = ours.span.unwrap_or_default();
    let mut line = ClaimLine {
        claim,
        number: event.number,
        loan: loan.map(|(handle, _)| handle).into(),
        loan_id: event.loan,
        principal: event.principal,
        rate_ppm: event.rate_ppm,
        days: event.days,
        fen: event.fen,
        our_principal: standing.principal,
        our_rate_ppm: standing.rate_ppm,
        our_days: ours.days,
        our_fen: ours.fen,
        our_first,
        our_last,
        verdict,
        set_off: 0,
        granted: 0,
        returned: 0,
        added: Vec::new(),
        before_of_claim: row.last_line,
        before_of_loan: loan.map_or(Link::NONE, |(_, loan)| loan.last_claim_line),
        on: case.on(),
        withdrawn: 0,
        index,
    };
    let confirmed =
        loan.filter(|_| verdict.confirms()).map(|(_, loan)| confirm(case, row, loan, &ours, &mut line, &mut change));
    change.act = Some(ClaimChange::Line(Box::new(NewLine { row: line, confirmed })));
    Ok(change)
}

/// The loan a line hangs on, how it comes out, and our figure. A line too many stays in its claim, so that the claim can be sealed,
/// and hangs on no loan; so does one of a loan that the claim is not about.
fn decide<'s>(
    state: &'s State,
    row: &Claim,
    event: &ClaimLineAdded,
) -> (Option<(Handle<Loan>, &'s Loan)>, Verdict, Ours) {
    let Some((handle, loan)) = state.loans.by_id(event.loan).filter(|(_, loan)| loan.known) else {
        return (None, Verdict::UnknownLoan, Ours::default());
    };
    if loan.portfolio != row.portfolio {
        return (None, Verdict::NotOfClaim, Ours::default());
    }
    if is_full(state, loan) {
        return (None, Verdict::TooManyLines, Ours::default());
    }
    let lines = Lines::of(state, loan);
    // Without terms or a published rate nothing but the rate is in doubt.
    let Some(ours) = ours(state, row, loan, &lines) else {
        return (Some((handle, loan)), Verdict::WrongRate, Ours::default());
    };
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, row.through));
    (Some((handle, loan)), verdict(row, terms, event, &ours), ours)
}

/// Whether a loan has as many lines as are held against our figures.
fn is_full(state: &State, loan: &Loan) -> bool {
    state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan).nth(LINES_MAX - 1).is_some()
}

/// Each figure has to be ours; the tolerance is for the amount alone. What is asked for days that were confirmed before is an amount,
/// so the others are not held against it.
fn verdict(row: &Claim, terms: Option<&LoanTerms>, event: &ClaimLineAdded, ours: &Ours) -> Verdict {
    let tolerance = terms.map_or(0, |terms| terms.claim_tolerance_fen);
    let amount = event.fen.abs_diff(ours.fen) <= u64::try_from(tolerance).unwrap_or(0);
    if row.supplementary {
        return match (ours.fen > 0, amount) {
            (false, _) => Verdict::ClaimedTwice,
            (true, true) => Verdict::Confirmed,
            (true, false) => Verdict::WrongAmount,
        };
    }
    // What is claimed of days that lines before have is claimed twice, and what is free is said.
    if ours.had_days > 0 && event.days > ours.days {
        return Verdict::ClaimedTwice;
    }
    let standing = ours.standing(event.days);
    let others = (event.days, event.principal, event.rate_ppm) == (ours.days, standing.principal, standing.rate_ppm);
    let only_amount = terms.is_some_and(|terms| terms.claim_checks == ClaimChecks::Amount);
    match (amount, others) {
        (true, true) => Verdict::Confirmed,
        (true, false) if only_amount && ours.fen > 0 => Verdict::Remarked,
        _ => reason(row.what, event, ours),
    }
}

/// Why it differs: the first that fits, from what makes the largest difference to what makes the smallest.
fn reason(what: ClaimFor, event: &ClaimLineAdded, ours: &Ours) -> Verdict {
    let standing = ours.standing(event.days);
    match event.days.cmp(&ours.days) {
        std::cmp::Ordering::Greater => match what {
            ClaimFor::Subsidy if ours.waived_days > 0 => Verdict::WaivedDays,
            ClaimFor::Subsidy if ours.borrower_days > 0 => Verdict::AfterStudyEnd,
            _ if ours.written_off => Verdict::AfterWriteOff,
            _ if ours.paid_off => Verdict::AfterRepayment,
            _ => Verdict::WrongDays,
        },
        std::cmp::Ordering::Less => Verdict::WrongDays,
        std::cmp::Ordering::Equal if event.principal != standing.principal => Verdict::WrongPrincipal,
        std::cmp::Ordering::Equal if event.rate_ppm != standing.rate_ppm => Verdict::WrongRate,
        std::cmp::Ordering::Equal => Verdict::WrongAmount,
    }
}

/// The loan's interest is posted through the claim's last day, and what is confirmed passes out of what is due. What lines before
/// were granted too much is set off, and is not paid again.
/// What that changes about the allocation of payments, the compensation fund follows.
fn confirm(
    case: &Case<'_>,
    claim: &Claim,
    loan: &Loan,
    ours: &Ours,
    line: &mut ClaimLine,
    change: &mut Change<ClaimChange>,
) -> Confirmed {
    let state = case.state;
    let (lines, through) = (Lines::of(state, loan), loan.through.max(claim.through));
    let over: Fen = outcomes(state, loan, &lines, through).iter().map(|outcome| outcome.over).sum();
    line.set_off = ours.fen.min(over);
    line.granted = ours.fen - line.set_off;
    line.added = added(state, loan, granted(&ours.years, line.granted));
    let new = Claimed {
        line: None,
        stands: true,
        supplementary: claim.supplementary,
        what: claim.what,
        period: (claim.from, claim.through),
        by_period: is_by_period(state, loan, claim.through),
        closed: false,
        money: line.granted,
        returned: 0,
        set_off: line.set_off,
    };
    let after = target(state, loan, &loan.facts, through, &lines.with(new));
    posted(state, case.on(), loan, &after, change);
    Confirmed { through, after }
}

/// What a loan's accounts and its fund differ by once it stands so, and what counts of what was given back.
pub(super) fn posted(state: &State, on: Day, loan: &Loan, after: &Position, change: &mut Change<ClaimChange>) {
    flows_posted(state, on, loan, after, change);
    returned::follow(state, on, loan.id, after, change);
}

/// The same without what was given back.
pub(super) fn flows_posted<A>(state: &State, on: Day, loan: &Loan, after: &Position, change: &mut Change<A>) {
    let fund = PortfolioRef::of(state, loan.portfolio);
    change.postings.extend(difference(state, on, Channels::new(loan.accounts, &fund), &loan.posted, &after.flows));
    if loan.known {
        fund_effect::bear(state, on, &fund, loan.id, &after.losses, change);
    }
    if is_overclaimed(&loan.posted) || is_overclaimed(&after.flows) {
        change.touched.push(Touched::Loan(loan.id));
    }
}

/// By academic year: to a part of the claim, or while the university of that September is named only, to that.
fn added(state: &State, loan: &Loan, years: Vec<(u16, Fen)>) -> Vec<Added> {
    let add = |(year, fen)| {
        let at = school_on(loan, Day::of(year, 9, 1));
        let school = state.orgs.get(at);
        match school.known || at == UNKNOWN_ORG {
            true => Added::Placed(part_of(school, year, fen)),
            false => Added::Unplaced(at, year, fen),
        }
    };
    years.into_iter().map(add).collect()
}

/// Takes what a line adds into its claim, or out of it: 1 or -1 times.
pub(super) fn add(claim: &mut Claim, added: &[Added], times: Fen) {
    for added in added {
        match added {
            Added::Placed(part) => add_part(&mut claim.parts, &ClaimPart { fen: part.fen * times, ..*part }),
            Added::Unplaced(school, year, fen) => *claim.unplaced.entry((*school, *year)).or_default() += fen * times,
        }
    }
    claim.parts.retain(|part| part.fen != 0);
    claim.unplaced.retain(|_, fen| *fen != 0);
}

/// A claim without lines that were taken back.
pub(super) fn take_out(claim: &mut Claim, gone: &Gone) {
    claim.confirmed -= gone.confirmed;
    claim.set_off -= gone.set_off;
    claim.confirmed_count -= gone.lines;
    add(claim, &gone.added, -1);
}

pub(super) fn apply(state: &mut State, entry: &Entry<'_>, new: NewLine) -> Handle<ClaimLine> {
    let NewLine { row, confirmed } = new;
    let (at, loan) = (row.claim, row.loan);
    let claim = state.claims.get_mut(at);
    claim.set.add_line(row.fen, entry.content);
    if confirmed.is_some() {
        claim.confirmed += row.our_fen;
        claim.set_off += row.set_off;
        claim.confirmed_count += 1;
        add(claim, &row.added, 1);
    }
    let handle = state.claim_lines.push(row);
    let claim = state.claims.get_mut(at);
    (claim.last_line, claim.last) = (handle.into(), entry.index);
    let Some(loan) = loan.handle() else { return handle };
    let row = state.loans.get_mut(loan);
    row.last_claim_line = handle.into();
    // A disputed line leaves the loan as it was, so a figure computed before it is not stale.
    if let Some(Confirmed { through, after }) = confirmed {
        row.through = through;
        stand(state, entry.index, loan, after);
    }
    handle
}

/// A loan stands as it was computed.
pub(super) fn stand(state: &mut State, index: u64, loan: Handle<Loan>, after: Position) {
    let row = state.loans.get_mut(loan);
    let before = std::mem::replace(&mut row.posted, after.flows);
    row.last = index;
    fund_effect::note(state, index, loan, &before, &[], after.losses);
}

pub(super) fn add_part(parts: &mut Vec<ClaimPart>, new: &ClaimPart) {
    match parts.iter_mut().find(|part| part.is_like(new)) {
        Some(part) => part.fen += new.fen,
        None => parts.push(*new),
    }
}
