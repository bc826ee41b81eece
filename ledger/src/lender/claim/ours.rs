//! Our figure for a loan's claim line: what principal, rate and payers, as they are known now, give for the days of the claim's
//! period that are of its kind and that no line before has.

use crate::event::conventions::PayersBy;
use crate::event::loan_terms::MonthDay;
use crate::event::{ClaimFor, Interest};
use crate::loan::claimed::{Lines, Period, is_by_period};
use crate::loan::position::outcomes;
use crate::loan::rates::terms_on;
use crate::loan::stretch::{Payment, Stretch, Sums};
use crate::loan::walk::Walk;
use crate::money::{Day, Fen, held};
use crate::state::State;
use crate::state::lending_rows::{Claim, Fact, Loan, What};

/// The day academic years begin on.
const ACADEMIC: MonthDay = MonthDay { month: 9, day: 1 };

/// Principal and rate on a day.
#[derive(Clone, Copy, Default)]
pub(super) struct OnDay {
    pub principal: Fen,
    pub rate_ppm: u32,
}

/// What we have for a loan and period.
#[derive(Default)]
pub(super) struct Ours {
    /// On the last of our days, and on the last day of the period.
    on_last: Option<OnDay>,
    at_end: OnDay,
    /// Days of the claim's kind that are free, the first and the last of them.
    pub days: u32,
    pub span: Option<Period>,
    /// What they bear.
    pub fen: Fen,
    /// The same by academic year.
    pub years: Vec<(u16, Fen)>,
    /// Days of the period that a line before has, that were waived, and that the borrower pays.
    pub had_days: u32,
    pub waived_days: u32,
    pub borrower_days: u32,
    /// Whether nothing is left of the principal at the end, as it was written off or paid.
    pub written_off: bool,
    pub paid_off: bool,
}

impl Ours {
    /// What a line's principal and rate are held against: where its days are ours on the last of them, else on the last day of the
    /// period, as then it speaks of other days.
    pub fn standing(&self, days: u32) -> OnDay {
        if days == self.days { self.on_last.unwrap_or(self.at_end) } else { self.at_end }
    }
}

/// `None` without terms or a published rate.
pub(super) fn ours(state: &State, claim: &Claim, loan: &Loan, lines: &Lines) -> Option<Ours> {
    let walk = Walk::new(state, loan, &loan.facts).ok()?;
    let (free, had) = lines.split(claim.what, (claim.from, claim.through));
    // Of days had before there may be something open; of others there is nothing before a line has them.
    let (of, days) = if claim.supplementary { (had, free) } else { (free, had) };
    let marks = marks(claim, of.iter().chain(&days));
    let mut ours = Ours::default();
    let counts = |stretch: &Stretch| of.iter().any(|of| of.0 <= stretch.from && stretch.through <= of.1);
    let sums = walk.sums_at(&marks, |stretch| note(&mut ours, claim, stretch, counts(stretch))).ok()?;
    let at = |day: Day| marks.binary_search(&day).ok().map(|at| &sums[at]);
    let end = at(claim.through)?;
    (ours.at_end.principal, ours.at_end.rate_ppm) = (held(end.principal.max(0)), end.rate_ppm);
    let drawn = |fact: &Fact| matches!(fact.what, What::Drawn(_)) && fact.on <= claim.through;
    let gone = end.principal <= 0 && loan.facts.iter().any(drawn);
    ours.written_off = gone && loan.facts.iter().any(|fact| matches!(fact.what, What::WrittenOff(_)));
    ours.paid_off = gone && !ours.written_off;
    let mut years = Vec::new();
    for (from, through) in &of {
        by_year(&mut years, claim.what, (*from, *through), at);
    }
    let through = claim.through.max(loan.through);
    ours.fen = if claim.supplementary {
        lines.open(&outcomes(state, loan, lines, through), claim.what, (claim.from, claim.through))
    } else if is_by_period(state, loan, claim.through) {
        let exact =
            of.iter().filter_map(|of| Some(claim.what.of(&at(of.1)?.exact) - claim.what.of(&at(of.0.plus(-1))?.exact)));
        held(crate::loan::stretch::half_up(exact.sum(), crate::loan::stretch::parts_of_a_fen(loan.basis)))
    } else {
        years.iter().map(|(_, fen)| fen).sum()
    };
    ours.years = match terms_on(state.loan_rules()?, loan.kind, claim.through)?.conventions.payers_by {
        PayersBy::Days => years,
        PayersBy::Contract => vec![(loan.academic_year, ours.fen)],
    };
    Some(ours)
}

/// The evening before each of these days begin and their last, the ends of academic years, and the end of the period.
fn marks<'p>(claim: &Claim, periods: impl Iterator<Item = &'p Period>) -> Vec<Day> {
    let mut marks = vec![claim.from.plus(-1), claim.through];
    let years = ACADEMIC.year_of(claim.from)..ACADEMIC.year_of(claim.through);
    marks.extend(years.map(year_end));
    for (from, through) in periods {
        marks.extend([from.plus(-1), *through]);
    }
    marks.sort_unstable();
    marks.dedup();
    marks
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

/// A stretch of days of the period, which are ours if they are of its kind.
fn note(ours: &mut Ours, claim: &Claim, stretch: &Stretch, counts: bool) {
    if stretch.from < claim.from {
        return;
    }
    let of_kind = match (claim.what, stretch.payment) {
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
    match (of_kind, counts) {
        (true, true) => {
            ours.days += stretch.days();
            ours.span = Some((ours.span.map_or(stretch.from, |span| span.0), stretch.through));
            ours.on_last = Some(OnDay { principal: held(stretch.principal), rate_ppm: stretch.rate_ppm });
        }
        (true, false) => ours.had_days += stretch.days(),
        (false, _) => {}
    }
}

/// Adds what some days bear, by academic year.
fn by_year<'s>(years: &mut Vec<(u16, Fen)>, what: ClaimFor, period: Period, at: impl Fn(Day) -> Option<&'s Sums>) {
    let of = |day: Day| at(day).map_or(0, |sums| cumulative(what, sums));
    let mut before = of(period.0.plus(-1));
    for year in ACADEMIC.year_of(period.0)..=ACADEMIC.year_of(period.1) {
        let after = of(year_end(year).min(period.1));
        match years.iter_mut().find(|(other, _)| *other == year) {
            Some((_, fen)) => *fen += after - before,
            None => years.push((year, after - before)),
        }
        before = after;
    }
}

/// What is granted by academic year, from the first: each year has what its days bear, the last what rounding or a supplement adds.
pub(super) fn granted(years: &[(u16, Fen)], granted: Fen) -> Vec<(u16, Fen)> {
    let mut left = granted;
    let mut parts: Vec<(u16, Fen)> = Vec::with_capacity(years.len());
    for (year, fen) in years {
        let fen = (*fen).min(left);
        left -= fen;
        parts.push((*year, fen));
    }
    if let Some((_, fen)) = parts.last_mut() {
        *fen += left;
    }
    parts.retain(|(_, fen)| *fen > 0);
    parts
}
