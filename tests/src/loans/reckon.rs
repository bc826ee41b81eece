//! The second model: one loan's interest, principal and payments, one day after the other.

use super::book::{Book, Contract};
use super::day::Rules;
use ledger::event::{Allocation, Interest, Kind, LoanRepaid};
use ledger::money::{Day, Fen};
use uuid::Uuid;

/// What the interest's numerators are over, besides the days of the year: millionths of a rate, millionths of a penalty.
const MILLIONTHS: i128 = 1_000_000 * 1_000_000;

/// Exact interest by payer, as numerators over [`MILLIONTHS`] times the basis.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Parts {
    /// Finance, in study.
    pub subsidy: i128,
    /// Finance, waived.
    pub waiver: i128,
    /// The borrower.
    pub borrower: i128,
    /// The borrower, on what is overdue.
    pub penalty: i128,
}

/// A loan as the model sees it.
#[derive(Clone, Debug, Default)]
pub struct Reckoning {
    /// Exact interest through the day asked for.
    pub exact: Parts,
    /// The same in fen, each payer rounded half up.
    pub interest: Interest,
    /// Paid by all facts told, less what was refunded.
    pub paid: Allocation,
    /// Drawn, less returned, paid and written off; below zero if paid without owing it.
    pub principal: Fen,
    /// Days through the day asked for on which there was principal to bear interest.
    pub days: u32,
    /// Exact interest through the end of each day through the day asked for.
    pub course: Vec<(Day, Parts)>,
    /// Days of the year its interest is reckoned by.
    basis: i128,
    /// What is lost of it after each fact.
    pub lost: Vec<(Day, i128)>,
    /// Of what was paid without owing it, what is of the loss.
    pub on_loss: Fen,
}

impl Reckoning {
    /// Exact interest in fen, rounded half up.
    #[must_use]
    pub fn fen(&self, exact: i128) -> Fen {
        let over = MILLIONTHS * self.basis;
        small((exact * 2 + over).div_euclid(over * 2))
    }
}

/// The days of a loan as they pass.
struct Days<'a> {
    rules: Option<Rules<'a>>,
    basis: i128,
    exact: Parts,
    /// The borrower's exact interest through each day of settlement passed.
    settled: Vec<(Day, i128)>,
    principal: i128,
    overdue: i128,
    deferred_until: Day,
    paid: [i128; 3],
    written_off: i128,
    recovered: i128,
}

impl Days<'_> {
    /// Written off, and neither paid nor recovered.
    fn lost(&self) -> i128 {
        (self.written_off + self.principal.min(0) - self.recovered).max(0)
    }
}

/// Computes a loan through a day, by all that was told so far.
#[must_use]
pub fn reckon(book: &Book, loan: Uuid, through: Day) -> Reckoning {
    let Some(contract) = book.loans.get(&loan) else { return Reckoning::default() };
    let rules = Rules::of(book, contract);
    let basis = rules.as_ref().map_or(360, |rules| i128::from(rules.contract.basis.days()));
    let (exact, settled, deferred_until) = (Parts::default(), Vec::new(), Day::default());
    let (principal, overdue, paid, written_off, recovered) = (0, 0, [0; 3], 0, 0);
    let mut days =
        Days { rules, basis, exact, settled, principal, overdue, deferred_until, paid, written_off, recovered };
    let facts = in_order(contract);
    let (Some(first), Some(last)) = (facts.first(), facts.last()) else { return Reckoning::default() };
    let (mut day, end) = (first.1, last.1.max(through));
    let mut reckoning = Reckoning { basis, ..Reckoning::default() };
    let mut next = 0;
    while day <= end {
        while let Some((_, _, kind)) = facts.get(next).filter(|(_, on, _)| *on == day) {
            days.happen(day, kind);
            reckoning.lost.push((day, days.lost()));
            next += 1;
        }
        days.pass(day);
        if day <= through {
            reckoning.exact = days.exact;
            reckoning.course.push((day, days.exact));
            reckoning.days += u32::from(days.principal > 0);
        }
        day = day.plus(1);
    }
    let fen = |exact| reckoning.fen(exact);
    let Parts { subsidy, waiver, borrower, penalty } = reckoning.exact;
    reckoning.interest =
        Interest { subsidy: fen(subsidy), waiver: fen(waiver), borrower: fen(borrower), penalty: fen(penalty) };
    let [penalty, interest, principal] = days.paid.map(small);
    reckoning.paid = Allocation { penalty, interest, principal };
    reckoning.principal = small(days.principal);
    reckoning.on_loss = small(days.written_off - days.recovered - days.lost());
    reckoning
}

fn small(fen: i128) -> Fen {
    Fen::try_from(fen).unwrap_or_default()
}

/// By day; on one day what lends stands before what settles, and of deferrals the longest last.
fn in_order(contract: &Contract) -> Vec<&(Uuid, Day, Kind)> {
    let mut facts: Vec<_> = contract.counting().collect();
    facts.sort_by_key(|(_, on, kind)| (*on, place(kind)));
    facts
}

fn place(kind: &Kind) -> (u8, Day) {
    let rank = match kind {
        Kind::LoanDrawn(_) => 1,
        Kind::LoanDrawReturned(_) => 2,
        Kind::LoanOverdue(_) => 3,
        Kind::LoanDeferred(e) => return (4, e.until),
        Kind::LoanStateRepaid(_) | Kind::LoanRelieved(_) => 5,
        Kind::LoanRepaid(e) => 6 + u8::from(e.allocation.is_none()),
        Kind::LoanRefunded(_) => 8,
        Kind::LoanWrittenOff(_) => 9,
        Kind::LossRecovered(_) => 10,
        _ => 0,
    };
    (rank, Day::default())
}

impl Days<'_> {
    fn fen(&self, exact: i128) -> Fen {
        let over = MILLIONTHS * self.basis;
        small((exact * 2 + over).div_euclid(over * 2))
    }

    /// One fact, in the morning: interest stands as it was the evening before.
    fn happen(&mut self, day: Day, kind: &Kind) {
        match kind {
            Kind::LoanDrawn(e) => self.principal += i128::from(e.fen),
            Kind::LoanDrawReturned(e) => self.principal -= i128::from(e.fen),
            Kind::LoanRefunded(e) => self.pay(&e.allocation, -1),
            Kind::LoanOverdue(e) if day >= self.deferred_until => self.overdue += i128::from(e.fen),
            Kind::LoanDeferred(e) => (self.overdue, self.deferred_until) = (0, e.until),
            Kind::LoanStateRepaid(e) => self.pay(&Allocation { principal: e.fen, ..Allocation::default() }, 1),
            Kind::LoanRelieved(e) => self.pay(&Allocation { principal: e.fen, ..Allocation::default() }, 1),
            Kind::LoanRepaid(e) => {
                let allocation = e.allocation.unwrap_or_else(|| self.allocate(day, e));
                self.pay(&allocation, 1);
            }
            Kind::LoanWrittenOff(e) => {
                // No more is given up than there is.
                let off = i128::from(e.fen).clamp(0, self.principal.max(0));
                self.principal -= off;
                self.overdue -= off;
                self.written_off += off;
            }
            Kind::LossRecovered(e) => self.recovered += i128::from(e.fen).min(self.lost()),
            _ => {}
        }
        self.overdue = self.overdue.min(self.principal).max(0);
    }

    fn pay(&mut self, allocation: &Allocation, sign: i128) {
        let parts = [allocation.penalty, allocation.interest, allocation.principal].map(|fen| i128::from(fen) * sign);
        for (paid, part) in self.paid.iter_mut().zip(parts) {
            *paid += part;
        }
        self.principal -= parts[2];
        self.overdue -= parts[2].max(0);
    }

    /// Penalty, overdue interest, overdue principal, interest, principal.
    fn allocate(&self, day: Day, repaid: &LoanRepaid) -> Allocation {
        if self.rules.is_none() {
            return Allocation { principal: repaid.fen, ..Allocation::default() };
        }
        let owed = |exact, paid: i128| (i128::from(self.fen(exact)) - paid).max(0);
        let penalty = owed(self.exact.penalty, self.paid[0]);
        let interest = owed(self.exact.borrower, self.paid[1]);
        // Collected so many days after it is settled, and overdue from the day after that.
        let days = self.rules.as_ref().map_or(1, |rules| rules.terms.conventions.collected_days);
        let collected = i32::try_from(days).unwrap_or_default();
        let overdue = self.settled.iter().rev().find(|(on, _)| on.plus(collected) < day).map_or(0, |settled| settled.1);
        let overdue_interest = owed(overdue, self.paid[1]);
        let mut left = i128::from(repaid.fen);
        let mut take = |most: i128| {
            let taken = left.min(most.max(0));
            left -= taken;
            taken
        };
        let penalty = take(penalty);
        let late = take(overdue_interest);
        let overdue_principal = take(self.overdue);
        let interest = late + take(interest - late);
        let principal = small(overdue_principal + left);
        Allocation { penalty: small(penalty), interest: small(interest), principal }
    }

    /// The day's interest, on what stands at its end.
    fn pass(&mut self, day: Day) {
        let Some(rules) = &self.rules else { return };
        if self.principal > 0 {
            let rate = rules.rate_ppm(day);
            let all = self.principal * rate * 1_000_000;
            if rules.studies(day) {
                self.exact.subsidy += all;
            } else {
                let [waived, waived_overdue] = rules.waived(day, self.principal, self.overdue);
                let (rest, late) = (self.principal - waived, self.overdue - waived_overdue);
                self.exact.waiver += waived * rate * 1_000_000;
                self.exact.borrower += (rest - late) * rate * 1_000_000;
                self.exact.penalty += late * rate * i128::from(rules.terms.penalty_ppm);
            }
        }
        if rules.settles(day) {
            self.settled.push((day, self.exact.borrower));
        }
    }
}
