//! Our figure for a line of a claim: what the loan's facts, as they are known now, give for the claim's period.

use crate::event::conventions::PayersBy;
use crate::event::loan_terms::MonthDay;
use crate::event::{ClaimFor, Interest};
use crate::loan::rates::terms_on;
use crate::loan::stretch::{Payment, Stretch, Sums};
use crate::loan::walk::Walk;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::lending_rows::{Claim, Loan};

/// The day academic years begin on.
const ACADEMIC: MonthDay = MonthDay { month: 9, day: 1 };

/// What we have for a loan and period.
#[derive(Default)]
pub(super) struct Ours {
    /// Principal and rate on the last day of the period that is of the claim's kind, or else on its last day.
    pub principal: Fen,
    pub rate_ppm: u32,
    /// Days of the claim's kind.
    pub days: u32,
    /// What may be confirmed.
    pub fen: Fen,
    /// The same by academic year.
    pub years: Vec<(u16, Fen)>,
    /// Days of the period that were waived, and that the borrower pays.
    pub waived_days: u32,
    pub borrower_days: u32,
}

/// `None` without terms or a published rate.
pub(super) fn ours(state: &State, claim: &Claim, loan: &Loan) -> Option<Ours> {
    let walk = Walk::new(state, loan, &loan.facts).ok()?;
    let mut ours = Ours::default();
    let mut met = false;
    // One walk for all: the evening before the period, then the end of each academic year in it.
    let (first, last) = (ACADEMIC.year_of(claim.from), ACADEMIC.year_of(claim.through));
    let mut marks = vec![claim.from.plus(-1)];
    marks.extend((first..=last).map(|year| year_end(year).min(claim.through)));
    let sums = walk.sums_at(&marks, |stretch| note(&mut ours, &mut met, claim, stretch)).ok()?;
    let [before, years @ ..] = sums.as_slice() else { return None };
    let (before, at_end) = (cumulative(claim.what, before), years.last()?);
    let whole = cumulative(claim.what, at_end);
    if !met {
        ours.rate_ppm = at_end.rate_ppm;
    }
    // Never more is confirmed in all than has accrued in all: what was confirmed too much is held against this claim.
    let room = whole.saturating_sub(loan.confirmed[claim.what]).max(0);
    ours.fen = whole.saturating_sub(before).min(room);
    let years = (first..).zip(years.iter().map(|sums| cumulative(claim.what, sums)));
    ours.years = match terms_on(state.loan_rules()?, loan.kind, claim.through)?.conventions.payers_by {
        PayersBy::Days => by_year(years, before, ours.fen),
        PayersBy::Contract => vec![(loan.academic_year, ours.fen)],
    };
    Some(ours)
}

fn year_end(academic_year: u16) -> Day {
    ACADEMIC.of(academic_year.saturating_add(1)).plus(-1)
}

fn cumulative(what: ClaimFor, sums: &Sums) -> Fen {
    let Interest { subsidy, waiver, .. } = sums.interest;
    match what {
        ClaimFor::Subsidy => subsidy,
        ClaimFor::Waiver => waiver,
    }
}

/// A stretch of days of the period. `met` says whether principal and rate are known.
fn note(ours: &mut Ours, met: &mut bool, claim: &Claim, stretch: &Stretch) {
    if stretch.from < claim.from {
        return;
    }
    let counts = match (claim.what, stretch.payment) {
        (ClaimFor::Subsidy, Payment::Subsidy) | (ClaimFor::Waiver, Payment::Waiver(_)) => true,
        (_, Payment::Subsidy) => false,
        (_, Payment::Waiver(_)) => {
            ours.waived_days += stretch.days();
            false
        }
        (_, Payment::Borrower) => {
            ours.borrower_days += stretch.days();
            false
        }
    };
    if counts {
        ours.days += stretch.days();
    }
    if counts || (!*met && stretch.through == claim.through) {
        ours.principal = Fen::try_from(stretch.principal).unwrap_or(Fen::MAX);
        ours.rate_ppm = stretch.rate_ppm;
        *met = true;
    }
}

/// The sum by academic year, from the first: each year has what accrued in it, the last ones what is left.
fn by_year(years: impl Iterator<Item = (u16, Fen)>, mut before: Fen, mut left: Fen) -> Vec<(u16, Fen)> {
    let share = |(year, after): (u16, Fen)| {
        let fen = after.saturating_sub(before).min(left);
        left -= fen;
        before = after;
        (year, fen)
    };
    years.map(share).collect()
}
