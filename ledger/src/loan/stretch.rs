//! Stretches of days on which nothing changes, and the interest of many of them summed up exactly.
//! Which stretches a loan has is found in `walk`.

use crate::event::{Allocation, DayBasis, Interest};
use crate::money::{Day, held};

/// Penalty rates are millionths of the contract rate, which is in millionths of the principal.
const MILLION: i128 = 1_000_000;

/// Who pays a stretch of days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payment {
    /// Finance, in study 贴息.
    Subsidy,
    /// Finance, waived 免息; the year in which it falls due.
    Waiver(u16),
    /// The borrower.
    Borrower,
}

/// Days on which nothing changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// First day.
    pub from: Day,
    /// Last day.
    pub through: Day,
    /// Principal at the end of each of the days.
    pub principal: i128,
    /// How much of it is overdue.
    pub overdue: i128,
    /// A year, in millionths.
    pub rate_ppm: u32,
    /// Who pays.
    pub payment: Payment,
    /// Interest at the contract rate, in parts of a fen: see [`parts_of_a_fen`].
    pub interest: i128,
    /// Penalty interest, in the same parts.
    pub penalty: i128,
}

impl Stretch {
    /// How many days.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from(self.through.number() - self.from.number() + 1).unwrap_or(0)
    }

    /// The same days with their interest, by the penalty rate of the terms.
    #[must_use]
    pub(super) fn charged(self, penalty_ppm: u32) -> Self {
        let rate_days = i128::from(self.rate_ppm) * i128::from(self.days());
        // No penalty while finance pays or interest is waived (财教〔2022〕110号).
        let punished = if self.payment == Payment::Borrower { self.overdue } else { 0 };
        let interest = (self.principal - punished) * rate_days * MILLION;
        Self { interest, penalty: punished * rate_days * i128::from(penalty_ppm), ..self }
    }
}

/// In how many parts a fen is divided where interest is summed up, by the days of the contract's year.
#[must_use]
pub fn parts_of_a_fen(basis: DayBasis) -> i128 {
    i128::from(basis.days()) * MILLION * MILLION
}

/// Parts in wholes of so many, rounded half up.
#[must_use]
pub fn half_up(parts: i128, whole: i128) -> i128 {
    // Most payers pay nothing of a loan's interest, and dividing so wide a number is dear.
    if parts == 0 { 0 } else { (parts * 2 + whole) / (whole * 2) }
}

/// Interest by payer in parts of a fen. Rounded only when read, so no remainder is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)] // As in `Interest`.
pub struct Exact {
    pub subsidy: i128,
    pub waiver: i128,
    pub borrower: i128,
    pub penalty: i128,
}

impl Exact {
    /// Takes in a stretch.
    pub fn add(&mut self, stretch: &Stretch) {
        let payer = match stretch.payment {
            Payment::Subsidy => &mut self.subsidy,
            Payment::Waiver(_) => &mut self.waiver,
            Payment::Borrower => &mut self.borrower,
        };
        *payer += stretch.interest;
        self.penalty += stretch.penalty;
    }

    /// In fen, if a fen has so many parts.
    #[must_use]
    pub fn rounded(&self, parts: i128) -> Interest {
        let fen = |exact: i128| held(half_up(exact, parts));
        Interest {
            subsidy: fen(self.subsidy),
            waiver: fen(self.waiver),
            borrower: fen(self.borrower),
            penalty: fen(self.penalty),
        }
    }
}

/// What the walk has come to at the end of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    /// Interest by payer, rounded half up.
    pub interest: Interest,
    /// The same, exactly: see [`parts_of_a_fen`].
    pub exact: Exact,
    /// Paid by the borrower and others, less refunds.
    pub paid: Allocation,
    /// Drawn less returned, paid and written off. Below zero: paid without owing it.
    pub principal: i128,
    /// Rate on that day in millionths.
    pub rate_ppm: u32,
    /// Days paid by finance in study, since the beginning.
    pub subsidy_days: u32,
}
