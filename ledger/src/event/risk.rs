//! What can be said of risk compensation 风险补偿金 and of rewards. What it means is in `lender::fund`.

use super::choices::{LoanKind, Payer};
use super::claim::{LenderYear, PayerFen};
use crate::money::Fen;
use uuid::Uuid;

/// Risk compensation of a risk year was computed for one university's borrowers (D). The fold recomputes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompensationAccrued {
    /// Lender, kind and risk year.
    pub year: LenderYear,
    /// The university.
    pub school: Uuid,
    /// Its default rate in millionths, as the lender stated it; 0 where the terms do not ask.
    pub default_ppm: u32,
    /// What each payer owes for the year in all, in the order of the terms.
    pub parts: Vec<PayerFen>,
    /// Which computation for this university and year it is, from 1 without gaps: a later one takes the place of the one before.
    pub number: u32,
}

/// A lender received risk compensation that no document line of this ledger paid (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompensationReceived {
    /// Lender, kind and risk year.
    pub year: LenderYear,
    /// Who paid.
    pub payer: Payer,
    /// How much.
    pub fen: Fen,
    /// The lender's serial number.
    pub serial: String,
}

/// A lender stated what its compensation account holds at the end of the effective day (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FundStated {
    /// The lender.
    pub lender: Uuid,
    /// Kind of its loans.
    pub kind: LoanKind,
    /// What it holds.
    pub fen: Fen,
}

/// A part of a surplus for one aid centre.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RewardPart {
    /// The reward this part becomes.
    pub reward: Uuid,
    /// The aid centre.
    pub centre: Uuid,
    /// How much.
    pub fen: Fen,
}

/// The surplus of a fund was rewarded to aid centres 结余奖励 (D). Once a year and fund.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SurplusRewarded {
    /// Lender, kind and year.
    pub year: LenderYear,
    /// The surplus as computed, which the fold recomputes.
    pub surplus: Fen,
    /// Who gets how much; together at most the surplus.
    pub parts: Vec<RewardPart>,
}

/// An aid centre spent reward money (D). Only for a use of the closed list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RewardSpent {
    /// The reward.
    pub reward: Uuid,
    /// A code of the closed list of the terms in force, such as `publicity`.
    pub purpose: String,
    /// How much.
    pub fen: Fen,
    /// The source's number; without one it is known by its day.
    pub serial: String,
}
