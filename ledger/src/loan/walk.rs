//! Interest, exactly: a walk over the days of a loan in stretches on which nothing changes.
//!
//! A loan-day's interest is the principal at its end times the rate in force on it, by actual days, over the contract's
//! 360 or 365. Each yuan of it has one payer: finance in study, finance again where the year is waived, the borrower otherwise.
//! Sums are kept in whole parts of a fen and rounded to the fen, half up, only when read: so what is posted always equals
//! the rounded exact sum, and no remainder is lost.

use super::claimed::{AtMarks, Marks};
use super::counting::counting;
use super::fact_list::Facts;
use super::loss::Trail;
use super::owed::{Moment, Owed, Paid, Settlement};
use super::rates::{Rates, rates, terms_on};
use super::stretch::{Exact, Payment, Stretch, Sums, half_up, parts_of_a_fen};
use super::study::{Bearer, Study, study};
use super::waived::{EarlySum, Share, waived, waived_in_part};
use crate::event::loan_terms::LoanTerms;
use crate::event::{Allocation, Interest};
use crate::money::Day;
use crate::state::State;
use crate::state::lending_rows::{Fact, Loan, LoanRules, What};
use crate::steps::step;

/// A loan with everything that decides about its interest.
pub struct Walk<'a> {
    rules: &'a LoanRules,
    loan: &'a Loan,
    facts: Facts<'a>,
    terms: &'a LoanTerms,
    study: Study,
}

/// What stops a walk from knowing rates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// The contract is not known.
    Contract,
    /// No terms were in force when it was signed.
    Terms,
    /// No rate was published on or before its signing.
    Rate,
}

impl<'a> Walk<'a> {
    /// A walk over a loan with these facts, as far as they count.
    ///
    /// # Errors
    /// What is missing to know its terms.
    pub fn new(state: &'a State, loan: &'a Loan, facts: impl Into<Facts<'a>>) -> Result<Self, Missing> {
        if !loan.known {
            return Err(Missing::Contract);
        }
        let rules = state.loan_rules().ok_or(Missing::Terms)?;
        let terms = terms_on(rules, loan.kind, loan.signed).ok_or(Missing::Terms)?;
        Ok(Self { rules, loan, facts: counting(loan, facts), terms, study: study(state, loan, terms) })
    }

    /// The terms of the contract.
    #[must_use]
    pub fn terms(&self) -> &LoanTerms {
        self.terms
    }

    /// Who pays the interest of a day, before any waiver.
    #[must_use]
    pub(crate) fn bearer_on(&self, on: Day) -> Bearer {
        let at = self.study.bearers.partition_point(|(from, _)| *from <= on).max(1) - 1;
        self.study.bearers[at].1
    }

    /// The sums at the end of each of `marks`, which ascend, and every stretch on the way.
    ///
    /// # Errors
    /// [`Missing::Rate`].
    pub fn sums<const N: usize>(&self, marks: [Day; N], mut see: impl FnMut(&Stretch)) -> Result<[Sums; N], Missing> {
        let rates = self.rates(marks.last().copied().unwrap_or_default())?;
        let mut run = Run::new(self, &rates);
        Ok(marks.map(|mark| {
            run.go(mark, &mut see);
            run.sums(mark)
        }))
    }

    /// The same for as many marks as there are, in one walk.
    ///
    /// # Errors
    /// [`Missing::Rate`].
    pub(crate) fn sums_at(&self, marks: &[Day], mut see: impl FnMut(&Stretch)) -> Result<Vec<Sums>, Missing> {
        let rates = self.rates(marks.last().copied().unwrap_or_default())?;
        let mut run = Run::new(self, &rates);
        let at = |mark: &Day| {
            run.go(*mark, &mut see);
            run.sums(*mark)
        };
        Ok(marks.iter().map(at).collect())
    }

    fn rates(&self, through: Day) -> Result<Rates, Missing> {
        rates(self.rules, self.loan, self.facts, self.terms, through).ok_or(Missing::Rate)
    }

    /// The interest through each of the marks, which ascend, and what was paid, written off or lost by all facts, later ones too.
    ///
    /// # Errors
    /// [`Missing::Rate`].
    pub(super) fn whole(&self, marks: Marks) -> Result<(AtMarks, Paid, Trail), Missing> {
        let rates = self.rates(marks.marks.last().copied().unwrap_or_default())?;
        let mut run = Run::new(self, &rates);
        let at = |mark: &Day| {
            run.go(*mark, &mut |_| {});
            run.exact
        };
        let sums = marks.marks.iter().map(at).collect();
        let interest = marks.reckoned(sums, run.parts);
        while let Some(fact) = self.facts.get(run.next_fact) {
            run.take(fact);
        }
        Ok((interest, run.paid, run.trail))
    }

    /// Shows each fact that counts with how the loan stands as it comes.
    ///
    /// # Errors
    /// [`Missing::Rate`].
    pub(super) fn each(&self, mut see: impl FnMut(&'a Fact, &Moment)) -> Result<(), Missing> {
        let last = self.facts.iter().next_back().map_or(self.loan.signed, |fact| fact.on);
        let rates = self.rates(last)?;
        let mut run = Run::new(self, &rates);
        while let Some(fact) = self.facts.get(run.next_fact) {
            run.go(fact.on.plus(-1), &mut |_| {});
            // Interest is owed once it is settled.
            let (penalty, interest) = (run.rounded(run.exact.penalty), run.settled[2].interest);
            let overpaid = run.paid.beyond(penalty, interest, run.principal);
            see(fact, &Moment { owed: run.owed(fact.on), lost: run.trail.lost(), paid: run.paid(), overpaid });
            run.take(fact);
        }
        Ok(())
    }

    /// What is owed on a day: interest to the evening before, principal after what else happened that day.
    ///
    /// # Errors
    /// [`Missing::Rate`].
    pub fn owed(&self, on: Day) -> Result<Owed, Missing> {
        let rates = self.rates(on)?;
        let mut run = Run::new(self, &rates);
        run.go(on.plus(-1), &mut |_| {});
        run.take_facts();
        Ok(run.owed(on))
    }
}

struct Run<'w, 'a> {
    walk: &'w Walk<'a>,
    rates: &'w Rates,
    /// The next day to walk.
    day: Day,
    /// Facts before this one are in.
    next_fact: usize,
    rate: usize,
    bearer: usize,
    early: EarlySum,
    /// In how many parts a fen is divided in `exact`.
    parts: i128,
    exact: Exact,
    subsidy_days: u32,
    principal: i128,
    overdue: i128,
    /// Nothing is overdue before this day.
    deferred: Day,
    /// When the last of it falls due, as the contract says by now.
    matures: Day,
    paid: Paid,
    trail: Trail,
    /// The next settlement day, its year, and when that begins: kept, as calendar years of days are asked for at every stretch.
    settlement: Day,
    year: u16,
    year_begins: Day,
    /// The last settlements passed, the latest last.
    settled: [Settlement; 3],
}

impl<'w, 'a> Run<'w, 'a> {
    fn new(walk: &'w Walk<'a>, rates: &'w Rates) -> Self {
        let day = walk.facts.get(0).map_or(walk.loan.signed, |fact| fact.on);
        let settlement = walk.terms.settlement.on_or_after(day);
        let year = settlement.year();
        Self {
            walk,
            rates,
            day,
            next_fact: 0,
            rate: 0,
            bearer: 0,
            early: EarlySum::default(),
            parts: parts_of_a_fen(walk.loan.basis),
            exact: Exact::default(),
            subsidy_days: 0,
            principal: 0,
            overdue: 0,
            deferred: Day::default(),
            matures: walk.loan.matures,
            paid: Paid::default(),
            trail: Trail::default(),
            settlement,
            year,
            year_begins: Day::of(year, 1, 1),
            settled: [Settlement::default(); 3],
        }
    }

    /// Walks through the end of a day. What happens on the next is not yet in.
    ///
    /// Facts of a day come before its interest, which runs on the principal at its end. A settlement comes after the stretch
    /// it ends, and the next one is looked for from the day after it, or it would be found again.
    fn go(&mut self, through: Day, see: &mut impl FnMut(&Stretch)) {
        while self.day <= through {
            self.take_facts();
            let end = self.stretch_end(through);
            if self.principal > 0 {
                self.pay(end, see);
            }
            self.day = end.plus(1);
            if end == self.settlement || end == self.matures {
                let now = Settlement { on: end, interest: self.rounded(self.exact.borrower) };
                self.settled = [self.settled[1], self.settled[2], now];
            }
            if end == self.settlement {
                self.year += 1;
                (self.settlement, self.year_begins) =
                    (self.walk.terms.settlement.of(self.year), Day::of(self.year, 1, 1));
            }
        }
    }

    /// The last day before anything changes.
    fn stretch_end(&mut self, through: Day) -> Day {
        while self.rates.get(self.rate + 1).is_some_and(|(from, _)| *from <= self.day) {
            self.rate += 1;
        }
        while self.walk.study.bearers.get(self.bearer + 1).is_some_and(|(from, _)| *from <= self.day) {
            self.bearer += 1;
        }
        let mut end = through.min(self.settlement);
        let mut until = |next: Option<Day>| {
            if let Some(next) = next {
                end = end.min(next.plus(-1));
            }
        };
        until(self.walk.facts.get(self.next_fact).map(|fact| fact.on));
        until(self.rates.get(self.rate + 1).map(|(from, _)| *from));
        until(self.walk.study.bearers.get(self.bearer + 1).map(|(from, _)| *from));
        until(self.walk.study.after_degree.filter(|from| *from > self.day));
        if self.matures >= self.day { end.min(self.matures) } else { end }
    }

    /// Sums up the days through one, on which nothing changes: one stretch, or two where only a part of the principal is waived.
    fn pay(&mut self, through: Day, see: &mut impl FnMut(&Stretch)) {
        step();
        let (whole, day) = (Share { principal: self.principal, overdue: self.overdue }, self.day);
        let rate_ppm = self.rates[self.rate].1;
        let mut pay = |run: &mut Self, payment, Share { principal, overdue }: Share| {
            if principal > 0 {
                let bare =
                    Stretch { from: day, through, principal, overdue, rate_ppm, payment, interest: 0, penalty: 0 };
                let stretch = bare.charged(run.walk.terms.penalty_ppm);
                run.add(&stretch);
                see(&stretch);
            }
        };
        if self.walk.study.bearers[self.bearer].1 == Bearer::Finance {
            return pay(self, Payment::Subsidy, whole);
        }
        let mut rest = whole;
        if let Some((year, waived)) = self.waived(whole) {
            pay(self, Payment::Waiver(year), waived);
            rest = Share { principal: whole.principal - waived.principal, overdue: whole.overdue - waived.overdue };
        }
        pay(self, Payment::Borrower, rest);
    }

    /// What is waived of the days from here on. Interest falls due on the next settlement day or at maturity, or before with an early
    /// repayment.
    fn waived(&mut self, whole: Share) -> Option<(u16, Share)> {
        let (walk, day) = (self.walk, self.day);
        if walk.study.waived.is_empty() {
            return None;
        }
        let matures_first = (day..self.settlement).contains(&self.matures);
        if self.year_begins <= day || (matures_first && self.matures < self.year_begins) {
            let due = if self.year_begins <= day { self.year } else { self.year - 1 };
            return waived(&walk.study, day, whole, due);
        }
        // Days between the settlement and the end of the year fall due in the next one, but for what is settled in their own.
        let how = walk.terms.conventions.early_settles;
        let settled = self.early.settles(walk.facts, self.next_fact, self.year - 1, how);
        waived_in_part(&walk.study, day, whole, [self.year, self.year - 1], settled)
    }

    fn add(&mut self, stretch: &Stretch) {
        self.exact.add(stretch);
        if stretch.payment == Payment::Subsidy {
            self.subsidy_days += stretch.days();
        }
    }

    /// Takes in the facts of the day about to be walked.
    fn take_facts(&mut self) {
        while let Some(fact) = self.walk.facts.get(self.next_fact).filter(|fact| fact.on <= self.day) {
            self.take(fact);
        }
    }

    /// Takes in the next fact.
    fn take(&mut self, fact: &Fact) {
        step();
        self.early.came(self.next_fact, fact);
        self.next_fact += 1;
        match fact.what {
            What::Drawn(fen) => self.principal += i128::from(fen),
            What::DrawReturned(fen) => self.principal -= i128::from(fen),
            // What is not owed cannot be given up: beyond the principal it counts for nothing, and a finding says so.
            What::WrittenOff(fen) => {
                let open = i128::from(fen).min(self.principal.max(0));
                self.paid.written_off += open;
                self.reduce(open);
            }
            What::Recovered(fen) => self.paid.recovered += self.trail.recover(fact.on, fen),
            What::StateRepaid(fen) | What::Relieved { fen, .. } => {
                self.paid.principal += i128::from(fen);
                self.reduce(i128::from(fen));
            }
            What::Repaid { fen, allocation, .. } => {
                let paid = allocation.unwrap_or_else(|| self.owed(fact.on).allocate(fen));
                let principal = self.paid.take(paid, 1);
                self.reduce(principal);
            }
            What::Refunded(paid) => self.principal -= self.paid.take(paid, -1),
            // What is deferred is not due, whatever is said of it meanwhile.
            What::Overdue(_) if fact.on < self.deferred => {}
            What::Overdue(fen) => self.overdue += i128::from(fen),
            What::Deferred(until) => (self.overdue, self.deferred) = (0, until),
            What::Amended { matures, .. } => self.matures = matures,
            What::RateAgreed(_) | What::ClaimedBefore { .. } => {}
        }
        self.overdue = self.overdue.min(self.principal).max(0);
        self.trail.note(fact.on, self.paid.written_off, self.principal);
    }

    /// Less principal: what is overdue goes first.
    fn reduce(&mut self, fen: i128) {
        self.principal -= fen;
        self.overdue -= fen;
    }

    fn rounded(&self, exact: i128) -> i128 {
        half_up(exact, self.parts)
    }

    fn owed(&self, on: Day) -> Owed {
        // The bank collects some days after the settlement. Only what is unpaid when that day is over is overdue, so a settlement
        // not yet collected does not count and the one before it does.
        let days = i32::try_from(self.walk.terms.conventions.collected_days).unwrap_or(0);
        let late = self.settled.iter().rev().find(|settled| settled.on.plus(days) < on).map_or(0, |late| late.interest);
        // Payments pay the oldest interest first, so all that was paid is held against the earlier settlement.
        let overdue_interest = (late - self.paid.interest).max(0);
        let interest = self.rounded(self.exact.borrower) - self.paid.interest;
        Owed {
            penalty: (self.rounded(self.exact.penalty) - self.paid.penalty).max(0),
            overdue_interest,
            overdue_principal: self.overdue,
            interest: (interest - overdue_interest).max(0),
            principal: (self.principal - self.overdue).max(0),
        }
    }

    fn interest(&self) -> Interest {
        self.exact.rounded(self.parts)
    }

    fn paid(&self) -> Allocation {
        self.paid.allocation()
    }

    fn sums(&self, on: Day) -> Sums {
        let at = self.rates.partition_point(|(from, _)| *from <= on).max(1) - 1;
        Sums {
            interest: self.interest(),
            exact: self.exact,
            paid: self.paid(),
            principal: self.principal,
            rate_ppm: self.rates[at].1,
            subsidy_days: self.subsidy_days,
        }
    }
}
