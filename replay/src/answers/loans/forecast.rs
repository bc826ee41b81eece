//! What a calendar year will bring by the facts as they are: in-school subsidy by quarter and payer, principal falling due.
//!
//! Where no end of study is known, it ends as the contract foresees; later days are not finance's. Rates stay as last
//! published. Leaves and graduations still to be reported will move the figures.

use super::due::Left;
use ledger::event::loan_terms::{LoanTerms, split};
use ledger::event::{LoanKind, Payer, Status, Subordination};
use ledger::handle::Handle;
use ledger::loan::amended::due_days;
use ledger::loan::counting::counting;
use ledger::loan::rates::terms_on;
use ledger::loan::study::after_graduation;
use ledger::loan::walk::{Missing, Walk};
use ledger::money::{Day, Fen, share};
use ledger::state::State;
use ledger::state::lending_rows::{Loan, Portfolio, What};
use std::collections::BTreeMap;

/// Whose shares a subsidy is split by: kind, academic year, subordination and province of the university.
type ShareKey = (LoanKind, u16, bool, u32);

/// Sums over loans.
#[derive(Clone, Default, Debug)]
pub struct Forecast {
    /// Loans looked at.
    pub loans: u64,
    /// Subsidy by quarter.
    pub quarters: [i128; 4],
    /// Principal that falls due by equal yearly parts.
    pub principal_due: i128,
    /// Loans left out: without contract, terms, rate.
    pub missing: [Left; 3],
    by_share: BTreeMap<ShareKey, i128>,
    year: u16,
}

impl Forecast {
    /// A forecast of a calendar year, with no loans yet.
    #[must_use]
    pub fn of(year: u16) -> Self {
        Self { year, ..Self::default() }
    }

    /// Adds loans of some portfolios, so many from one on, as known on `today`.
    pub fn add(
        &mut self,
        state: &State,
        portfolios: &[Handle<Portfolio>],
        today: Day,
        from: Handle<Loan>,
        rows: usize,
    ) {
        for (handle, loan) in state.loans.from(from).take(rows) {
            if !portfolios.contains(&loan.portfolio) || loan.facts.is_empty() {
                continue;
            }
            if let Err(missing) = self.loan(state, loan, today) {
                let left = &mut self.missing[missing as usize];
                left.loans += 1;
                left.example = left.example.or(Some(handle));
            }
        }
    }

    fn loan(&mut self, state: &State, loan: &Loan, today: Day) -> Result<(), Missing> {
        let year = self.year;
        let walk = Walk::new(state, loan, &loan.facts)?;
        let Some(ends) = ends_in(year) else { return Ok(()) };
        let last = subsidised_through(state, loan, walk.terms());
        // Subsidy only grows with the days, so what lies beyond the expected end is left out by not walking there.
        let sums = walk.sums(ends.map(|end| last.map_or(end, |last| end.min(last))), |_| {})?;
        self.loans += 1;
        let parts = sums.windows(2).map(|pair| i128::from(pair[1].interest.subsidy - pair[0].interest.subsidy));
        for ((quarter, before_september), part) in PARTS.into_iter().zip(parts) {
            self.quarters[quarter] += part;
            if part != 0 {
                let school = state.orgs.get(loan.school);
                let central = school.subordination == Subordination::Central;
                let academic_year = if before_september { year.saturating_sub(1) } else { year };
                let key = (loan.kind, academic_year, central, school.division() / 10_000);
                *self.by_share.entry(key).or_default() += part;
            }
        }
        let [at_start] = walk.sums([ends[0]], |_| {})?;
        self.principal_due += i128::from(principal_due(loan, walk.terms(), fen(at_start.principal), today, year));
        Ok(())
    }

    /// Subsidy of the year.
    #[must_use]
    pub fn subsidy(&self) -> i128 {
        self.quarters.iter().sum()
    }

    /// Who would pay the subsidy, by the shares in force on 1 September of each academic year; and what of it no shares
    /// cover, which falls to the province as it does in claims.
    #[must_use]
    pub fn payers(&self, state: &State) -> (BTreeMap<Payer, i128>, i128) {
        let (mut payers, mut unshared) = (BTreeMap::new(), 0);
        for ((kind, academic_year, central, province), sum) in &self.by_share {
            let subordination = if *central { Subordination::Central } else { Subordination::Local };
            let terms = Day::new(i16::try_from(*academic_year).unwrap_or(0), 9, 1)
                .and_then(|on| terms_on(state.loan_rules()?, *kind, on));
            let parts = terms.and_then(|terms| LoanTerms::parts(&terms.subsidy, subordination, province * 10_000));
            let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
                unshared += sum;
                *payers.entry(Payer::Province).or_default() += sum;
                continue;
            };
            for (payer, fen) in split(fen(*sum), parts) {
                *payers.entry(payer).or_default() += i128::from(fen);
            }
        }
        (payers, unshared)
    }
}

/// The parts of a year: the quarter each lies in, and whether it belongs to the academic year that began the year before.
const PARTS: [(usize, bool); 5] = [(0, true), (1, true), (2, true), (2, false), (3, false)];

/// The last day of the year before, and of each part.
fn ends_in(year: u16) -> Option<[Day; 6]> {
    let year = i16::try_from(year).ok()?;
    let end = |month, day| Day::new(year, month, day);
    Some([Day::new(year - 1, 12, 31)?, end(3, 31)?, end(6, 30)?, end(8, 31)?, end(9, 30)?, end(12, 31)?])
}

/// The last day finance is expected to pay, for a borrower whose end of study is not known. In further study no contract
/// says when it ends; and where an end is known, the walk itself stops the subsidy.
fn subsidised_through(state: &State, loan: &Loan, terms: &LoanTerms) -> Option<Day> {
    let status = loan.person.handle().and_then(|person| state.standings(person).last()).map(|standing| standing.status);
    match status {
        None | Some(Status::Enrolled | Status::IllnessLeave) => {
            Some(after_graduation(loan.graduates, terms.study_end).plus(-1))
        }
        Some(_) => None,
    }
}

/// What falls due in a year of the principal at its beginning: equal parts on the settlement days still to come, from the
/// end of the grace period on, the last at maturity.
fn principal_due(loan: &Loan, terms: &LoanTerms, principal: Fen, today: Day, year: u16) -> Fen {
    let deferred = counting(loan, &loan.facts).iter().rev().find_map(|fact| match fact.what {
        What::Deferred(until) => Some(until),
        _ => None,
    });
    let (repay_from, matures) = due_days(loan);
    let Some(begins) = Day::new(i16::try_from(year).unwrap_or(0), 1, 1) else { return 0 };
    let from = deferred.unwrap_or(repay_from).max(begins.min(today.plus(1)));
    let mut due = terms.settlement.on_or_after(from);
    let mut days = Vec::new();
    while due < matures {
        days.push(due);
        due = terms.settlement.on_or_after(due.plus(1));
    }
    if matures >= from {
        days.push(matures);
    }
    let of_year = days.iter().enumerate().filter(|(_, day)| day.year() == year);
    of_year.map(|(at, _)| share(principal.max(0), at, days.len())).sum()
}

fn fen(sum: i128) -> Fen {
    Fen::try_from(sum).unwrap_or(if sum < 0 { Fen::MIN } else { Fen::MAX })
}
