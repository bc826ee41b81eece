//! Claims with their lines: by verdict, by loan, and the loan-days that confirmed lines pay.

use ledger::handle::Handle;
use ledger::loan::claimed::{Lines, Worth};
use ledger::loan::position::outcomes;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::claim_rows::Verdict;
use ledger::state::lending_rows::{Claim, ClaimLine, Loan};

/// Lines of a claim, from the latest back, as the state chains them.
pub fn lines_of_claim<'a>(
    state: &'a State,
    claim: &Claim,
) -> impl Iterator<Item = (Handle<ClaimLine>, &'a ClaimLine)> + use<'a> {
    state.claim_lines.chain(claim.last_line, |line| line.before_of_claim)
}

/// Claim lines of a loan, oldest first.
#[must_use]
pub fn lines_of_loan(state: &State, loan: Handle<Loan>) -> Vec<Handle<ClaimLine>> {
    let latest = state.loans.get(loan).last_claim_line;
    let mut lines: Vec<Handle<ClaimLine>> =
        state.claim_lines.chain(latest, |line| line.before_of_loan).map(|(at, _)| at).collect();
    lines.reverse();
    lines
}

/// Lines of one verdict.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct VerdictSums {
    /// How many.
    pub count: u32,
    /// Claimed.
    pub claimed: Fen,
    /// Our figures.
    pub ours: Fen,
}

/// Sums by verdict, in the order of [`Verdict::ALL`]; verdicts no line has are left out.
#[must_use]
pub fn by_verdict(state: &State, claim: &Claim) -> Vec<(Verdict, VerdictSums)> {
    let mut sums = [VerdictSums::default(); Verdict::ALL.len()];
    for (_, line) in lines_of_claim(state, claim) {
        let sum = &mut sums[line.verdict as usize];
        sum.count += 1;
        sum.claimed = sum.claimed.saturating_add(line.fen);
        sum.ours = sum.ours.saturating_add(line.our_fen);
    }
    Verdict::ALL.into_iter().zip(sums).filter(|(_, sum)| sum.count > 0).collect()
}

/// Confirmed lines of a claim and their loan-days in all.
#[must_use]
pub fn confirmed(state: &State, claim: &Claim) -> (u64, u64) {
    let lines = lines_of_claim(state, claim).filter(|(_, line)| line.verdict.confirms());
    lines.fold((0, 0), |(count, days), (_, line)| (count + 1, days + u64::from(line.our_days)))
}

/// First and last of the loan-days a line was confirmed for, as its days and amount are those of then. The claim's period where
/// none was.
#[must_use]
pub fn days_of(claim: &Claim, line: &ClaimLine) -> (Day, Day) {
    if line.our_days > 0 { (line.our_first, line.our_last) } else { (claim.from, claim.through) }
}

/// What the line comes to now: nothing of one that was never confirmed.
#[must_use]
pub fn outcome_of(state: &State, at: Handle<ClaimLine>) -> Worth {
    let Some(loan) = state.claim_lines.get(at).loan.handle().map(|loan| state.loans.get(loan)) else {
        return Worth::default();
    };
    let lines = Lines::of(state, loan);
    let outcomes = outcomes(state, loan, &lines, loan.through);
    lines.iter().zip(outcomes).find(|(line, _)| line.line == Some(at)).map(|(_, outcome)| outcome).unwrap_or_default()
}

/// The figures of a line that are not ours, by their stable and Chinese names: why it is disputed or what is remarked. Of days that
/// were confirmed before nothing but the amount is asked.
#[must_use]
pub fn differs(state: &State, line: &ClaimLine) -> Vec<(&'static str, &'static str)> {
    if line.loan.is_none() || line.verdict == Verdict::Confirmed || state.claims.get(line.claim).supplementary {
        return Vec::new();
    }
    let figures = [
        (line.principal != line.our_principal, "principal", "本金"),
        (line.rate_ppm != line.our_rate_ppm, "rate", "利率"),
        (line.days != line.our_days, "days", "天数"),
        (line.fen != line.our_fen, "amount", "金额"),
    ];
    figures.into_iter().filter(|(differs, ..)| *differs).map(|(_, name, zh)| (name, zh)).collect()
}

/// English words of a verdict.
#[must_use]
pub fn verdict_en(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "confirmed",
        Verdict::UnknownLoan => "no such loan",
        Verdict::ClaimedTwice => "claimed twice",
        Verdict::WrongPrincipal => "the principal differs",
        Verdict::WrongRate => "the rate differs",
        Verdict::WaivedDays => "holds waived days",
        Verdict::AfterStudyEnd => "holds days after the study ended",
        Verdict::WrongDays => "the days differ",
        Verdict::WrongAmount => "the amount differs",
        Verdict::TooManyLines => "the loan has as many claim lines as are counted",
        Verdict::NotOfClaim => "the loan is of another lender or kind",
        Verdict::AfterWriteOff => "holds days after the loan was written off",
        Verdict::AfterRepayment => "holds days after the loan was repaid",
        Verdict::Remarked => "confirmed, another figure than the amount differs",
        Verdict::Withdrawn => "taken back",
    }
}
