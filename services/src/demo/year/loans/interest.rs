//! A lender's own arithmetic: principal times days times rate, summed from the first draw and rounded once. It knows
//! nothing of the ledger's, so that the demo's claims are an opinion of their own.

use super::borrowers::Borrower;
use super::contracts::Contract;
use super::deeds::Deed;
use ledger::money::{Day, Fen};

/// A contract as its lender calculates it.
#[derive(Debug)]
pub struct Calculation {
    /// Principal from each day on, ascending.
    steps: Vec<(Day, Fen)>,
    rate_ppm: u32,
    basis: u32,
    /// The first day the borrower pays himself.
    pays_from: Option<Day>,
}

/// What a lender claims of a contract for a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// Principal on the last day claimed.
    pub principal: Fen,
    /// A year, in millionths.
    pub rate_ppm: u32,
    /// How many days.
    pub days: u32,
    /// How much.
    pub fen: Fen,
}

impl Calculation {
    /// A contract after what has been done with it.
    #[must_use]
    pub fn of(contract: &Contract, borrower: &Borrower, deeds: &[Deed]) -> Self {
        let mut principal = 0;
        let mut steps: Vec<(Day, Fen)> = Vec::with_capacity(deeds.len());
        for deed in deeds.iter().filter(|deed| deed.principal != 0) {
            principal += deed.principal;
            match steps.last_mut() {
                Some(last) if last.0 == deed.on => last.1 = principal,
                _ => steps.push((deed.on, principal)),
            }
        }
        let (rate_ppm, basis) = (contract.rate_ppm(), contract.basis(borrower).days());
        Self { steps, rate_ppm, basis, pays_from: borrower.pays_from() }
    }

    /// The same while nobody had told the lender that the study ended.
    #[must_use]
    pub fn before_the_notice(self) -> Self {
        Self { pays_from: None, ..self }
    }

    /// A year, in millionths.
    #[must_use]
    pub fn rate_ppm(&self) -> u32 {
        self.rate_ppm
    }

    /// Principal at the end of a day.
    #[must_use]
    pub fn principal(&self, on: Day) -> Fen {
        let end = self.steps.partition_point(|(from, _)| *from <= on);
        end.checked_sub(1).map_or(0, |at| self.steps[at].1)
    }

    /// The subsidy of a period, if any of its days is one of study.
    #[must_use]
    pub fn claimed(&self, from: Day, through: Day) -> Option<Claimed> {
        let first = from.max(self.steps.first()?.0);
        let mut last = self.pays_from.map_or(through, |pays| through.min(pays.plus(-1)));
        while last >= first && self.principal(last) == 0 {
            last = last.plus(-1);
        }
        if last < first {
            return None;
        }
        let (whole, before) = (self.interest(Day::default(), last), self.interest(Day::default(), from.plus(-1)));
        let days = u32::try_from(last.number() - first.number() + 1).unwrap_or(0);
        Some(Claimed { principal: self.principal(last), rate_ppm: self.rate_ppm, days, fen: whole - before })
    }

    /// What the borrower himself owes for the days through one, if he paid nothing and nothing was overdue.
    #[must_use]
    pub fn of_borrower(&self, through: Day) -> Fen {
        self.pays_from.map_or(0, |pays| self.interest(pays, through))
    }

    /// Interest of the days from one through another, rounded half up.
    fn interest(&self, from: Day, through: Day) -> Fen {
        let mut product = 0_i128;
        for (at, (begins, principal)) in self.steps.iter().enumerate() {
            let ends = self.steps.get(at + 1).map_or(through, |(next, _)| through.min(next.plus(-1)));
            let days = ends.number() - from.max(*begins).number() + 1;
            product += i128::from(days.max(0)) * i128::from(*principal);
        }
        self.rounded(product)
    }

    /// Fen-days at the contract's rate.
    fn rounded(&self, fen_days: i128) -> Fen {
        let divisor = i128::from(self.basis) * 1_000_000;
        let exact = fen_days * i128::from(self.rate_ppm);
        Fen::try_from((exact * 2 + divisor) / (divisor * 2)).unwrap_or(0)
    }

    /// What so many days of a principal cost at a rate, for lines a lender gets wrong.
    #[must_use]
    pub fn simply(&self, principal: Fen, rate_ppm: u32, days: u32) -> Fen {
        let other = Self { steps: Vec::new(), rate_ppm, ..*self };
        other.rounded(i128::from(principal) * i128::from(days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::year::loans::day;

    /// The worked example of two notices: 20,000 yuan, 111 days at 3.60 %, then a year at 2.90 %.
    #[test]
    fn the_worked_example_comes_out_on_both_bases() {
        for (basis, first, second) in [(360, 22_200, 58_806), (365, 21_896, 58_000)] {
            let steps = vec![(day(2024, 9, 1), 2_000_000)];
            let pays_from = None;
            let one = Calculation { steps: steps.clone(), rate_ppm: 36_000, basis, pays_from };
            assert_eq!(one.interest(day(2024, 9, 1), day(2024, 12, 20)), first);
            let other = Calculation { steps, rate_ppm: 29_000, basis, pays_from };
            assert_eq!(other.interest(day(2024, 12, 21), day(2025, 12, 20)), second);
        }
    }
}
