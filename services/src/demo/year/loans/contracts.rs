//! The contracts of the demo's loans: one for each borrower and academic year. What is drawn and paid stands in `life`.

use super::super::scale::mixed;
use super::borrowers::{Borrower, Return};
use super::day;
use ledger::event::{DayBasis, LoanKind};
use ledger::money::{Day, Fen};

/// A contract.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// Position of the borrower.
    pub borrower: usize,
    /// First calendar year of the academic year it pays for.
    pub year: u16,
    /// What it lends.
    pub fen: Fen,
    /// Position within its kind and year, from 1.
    ordinal: u32,
}

/// The contracts of borrowers, in their order.
pub fn of(borrowers: &[Borrower]) -> Vec<Contract> {
    let mut ordinals = std::collections::BTreeMap::new();
    let mut contracts = Vec::new();
    for (at, borrower) in borrowers.iter().enumerate() {
        for year in borrower.years.0..=borrower.years.1 {
            let ordinal = ordinals.entry((borrower.kind as u8, year)).or_insert(0_u32);
            *ordinal += 1;
            let bits = mixed(borrower.position ^ u64::from(year) << 40);
            contracts.push(Contract { borrower: at, year, fen: lent(year, bits), ordinal: *ordinal });
        }
    }
    contracts
}

/// Fees in whole hundreds of yuan below the ceiling of their year: 8,000 yuan, since autumn 2021 12,000.
fn lent(year: u16, bits: u64) -> Fen {
    let hundreds = if year < 2021 { 50 + bits % 31 } else { 80 + bits % 41 };
    Fen::try_from(hundreds).unwrap_or(0) * 10_000
}

impl Contract {
    /// The lender's number.
    #[must_use]
    pub fn number(&self, borrower: &Borrower) -> String {
        let letters = if borrower.kind == LoanKind::Origin { "GK" } else { "XY" };
        format!("{letters}61{}{:07}", self.year, self.ordinal)
    }

    /// The day of signing: origin loans in summer, campus loans in October.
    #[must_use]
    pub fn signed(&self, borrower: &Borrower) -> Day {
        let spread = i32::try_from(self.ordinal).unwrap_or(0);
        match borrower.kind {
            LoanKind::Origin => day(self.year, 7, 20).plus(spread % 40),
            LoanKind::Campus => day(self.year, 10, 8).plus(spread % 8),
        }
    }

    /// The day of the draw: origin loans in November, campus loans at the end of October.
    #[must_use]
    pub fn drawn(&self, borrower: &Borrower) -> Day {
        let spread = i32::try_from(self.ordinal).unwrap_or(0);
        match borrower.kind {
            LoanKind::Origin => day(self.year, 11, 8).plus(spread % 12),
            LoanKind::Campus => day(self.year, 10, 25).plus(spread % 5),
        }
    }

    /// What comes back of the draw in December 2021.
    #[must_use]
    pub fn returned(&self, borrower: &Borrower) -> Fen {
        match borrower.returns() {
            Return::Nothing => 0,
            Return::Part => 100_000,
            Return::Whole => self.fen,
        }
    }

    /// Days of a year: origin loans 365, campus loans 360.
    #[must_use]
    pub fn basis(&self, borrower: &Borrower) -> DayBasis {
        if borrower.kind == LoanKind::Origin { DayBasis::D365 } else { DayBasis::D360 }
    }

    /// A year's rate in millionths. Until 2019 the benchmark of 4.90 %, unchanged since 2015; since 2020 the LPR of 4.65 %
    /// less 30 bp, the same at every reset day until the year's end.
    #[must_use]
    pub fn rate_ppm(&self) -> u32 {
        if self.year < 2020 { 49_000 } else { 43_500 }
    }

    /// Days on which the first and the last principal falls due: grace and term as the year of signing had them.
    #[must_use]
    pub fn due(&self, borrower: &Borrower) -> (Day, Day) {
        let of = borrower.graduates;
        // Graduates of 2018 come to their first principal in the demo's year.
        if of == 2018 {
            return (day(2021, 9, 20), day(2030, 9, 20));
        }
        let (grace, term) = if self.year < 2020 { (3, 13) } else { (5, 15) };
        (day(of + grace, 12, 20), day(of + term, 9, 20))
    }
}
