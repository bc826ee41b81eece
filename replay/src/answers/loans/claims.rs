//! Claims with their lines: by verdict, by loan, and the loan-days that confirmed lines pay.

use ledger::event::ClaimFor;
use ledger::handle::Handle;
use ledger::loan::stretch::Payment;
use ledger::loan::walk::Walk;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::lending_rows::{Claim, ClaimLine, Loan, Verdict};

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
    let lines = lines_of_claim(state, claim).filter(|(_, line)| line.verdict == Verdict::Confirmed);
    lines.fold((0, 0), |(count, days), (_, line)| (count + 1, days + u64::from(line.our_days)))
}

/// First and last loan-day of a line within its claim's period that the claim's payer bears, as the facts now are. The
/// period itself where interest cannot be computed, or a late fact left no such day.
#[must_use]
pub fn days_of(state: &State, claim: &Claim, line: &ClaimLine) -> (Day, Day) {
    let mut days: Option<(Day, Day)> = None;
    if let Some(loan) = line.loan.handle().map(|loan| state.loans.get(loan))
        && let Ok(walk) = Walk::new(state, loan, &loan.facts)
    {
        let bears = |payment| match claim.what {
            ClaimFor::Subsidy => payment == Payment::Subsidy,
            ClaimFor::Waiver => matches!(payment, Payment::Waiver(_)),
        };
        // An error leaves no days; the whole period is taken instead.
        let _ = walk.sums([claim.through], |stretch| {
            if bears(stretch.payment) && stretch.through >= claim.from {
                let first = days.map_or(stretch.from.max(claim.from), |(first, _)| first);
                days = Some((first, stretch.through));
            }
        });
    }
    days.unwrap_or((claim.from, claim.through))
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
    }
}
