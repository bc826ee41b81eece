//! What can be said of lenders' claims and of payments to lenders. What it means is in `lender`.

use super::aid::Draw;
use super::choices::{ClaimFor, LoanKind, Payer};
use crate::money::{Day, Fen};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A lender began a claim file for a period (D): a claim asks for money. The submitter is its preparer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimSubmitted {
    /// The claim.
    pub claim: Uuid,
    /// The lender's own number.
    pub number: String,
    /// The lender.
    pub lender: Uuid,
    /// Kind of its loans.
    pub kind: LoanKind,
    /// Subsidy or waiver.
    pub what: ClaimFor,
    /// First loan-day claimed.
    pub from: Day,
    /// Last loan-day claimed.
    pub through: Day,
    /// The unit asked to pay.
    pub unit: Uuid,
    /// It asks for what days cost more that were confirmed before 补报, and for no other days.
    pub supplementary: bool,
    /// The edition of this claim before it, which was given up.
    pub replaces: Option<Uuid>,
}

/// A line of a claim: one loan (D). It is kept with our figure and confirmed or disputed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimLineAdded {
    /// The claim.
    pub claim: Uuid,
    /// Position, from 1, without gaps.
    pub number: u32,
    /// The loan.
    pub loan: Uuid,
    /// Principal on the last day claimed for it, in fen.
    pub principal: Fen,
    /// Rate on that day, a year in millionths.
    pub rate_ppm: u32,
    /// Loan-days claimed.
    pub days: u32,
    /// What is claimed.
    pub fen: Fen,
}

/// What a lender claimed of a loan before this ledger (R): the days through one are closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimedBefore {
    /// The lender.
    pub lender: Uuid,
    /// Kind of its loan.
    pub kind: LoanKind,
    /// The loan.
    pub loan: Uuid,
    /// Subsidy or waiver.
    pub what: ClaimFor,
    /// The last day claimed.
    pub through: Day,
    /// What was confirmed for them; 0 if nobody says, then they are neither over- nor underclaimed.
    pub fen: Fen,
}

/// A lender paid back what it had been confirmed for days it was not owed (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OverclaimReturned {
    /// The loan.
    pub loan: Uuid,
    /// Subsidy or waiver.
    pub what: ClaimFor,
    /// The claim of the line that was confirmed too much; without one it is what was claimed before this ledger.
    pub claim: Option<Uuid>,
    /// Its number in the claim; 0 without one.
    pub line: u32,
    /// The unit whose treasury received it.
    pub unit: Uuid,
    /// How much.
    pub fen: Fen,
    /// The lender's serial number.
    pub serial: String,
}

/// What money sent to a lender is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Purpose {
    /// The confirmed sum of a claim.
    Claim(Uuid),
    /// An advance on the claims of a year, settled by them.
    Advance(LenderYear),
    /// Risk compensation of a risk year, for one payer's share.
    Compensation(LenderYear),
}

/// A lender's loans of one kind in one year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LenderYear {
    /// The lender.
    pub lender: Uuid,
    /// Kind of its loans.
    pub kind: LoanKind,
    /// The year: risk year or claim year, by its first calendar year.
    pub year: u16,
}

/// A unit ordered a payment to a lender out of named document lines (D). The submitter is its preparer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemittanceOrdered {
    /// The payment.
    pub remittance: Uuid,
    /// The unit whose document lines pay.
    pub unit: Uuid,
    /// Budget year of those lines.
    pub fiscal_year: u16,
    /// What for.
    pub purpose: Purpose,
    /// What it takes from each document line; the source of a line is the payer.
    pub draws: Vec<Draw>,
}

/// Somebody else approved a payment to a lender (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemittanceApproved {
    /// The payment.
    pub remittance: Uuid,
    /// Its sum, so that nobody approves what they did not see.
    pub fen: Fen,
}

/// The treasury paid the lender (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemittanceCleared {
    /// The payment.
    pub remittance: Uuid,
    /// What was paid.
    pub fen: Fen,
    /// The treasury's serial number.
    pub serial: String,
}

/// A payment to a lender came back whole, or was not carried out (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemittanceReturned {
    /// The payment.
    pub remittance: Uuid,
    /// What came back.
    pub fen: Fen,
    /// The treasury's serial number.
    pub serial: String,
}

/// A payer and what it pays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PayerFen {
    /// Who.
    pub payer: Payer,
    /// How much.
    pub fen: Fen,
}
