//! What can be said of risk compensation 风险补偿金, of rewards, closing, reversing and keys. Meaning: `risk`, `control`.

use super::{Hash, LenderYear, LoanKind, PayerFen};
use crate::account::Book;
use crate::money::{Day, Fen};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who bears a part of subsidy, compensation or loss.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Payer {
    Central,
    Province,
    City,
    County,
    University,
    Lender,
}

impl Payer {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Central => "central",
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::University => "university",
            Self::Lender => "lender",
        }
    }
}

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
}

/// An organisation closed a book through a day (D). Late facts are booked on the day after, and keep their effective day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeriodClosed {
    /// The organisation.
    pub org: Uuid,
    /// The book.
    pub book: Book,
    /// The last closed day.
    pub through: Day,
}

/// An entry was reversed 红字冲销 (D). Only the last entry that changed its subject can be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryReversed {
    /// Event id of the entry.
    pub entry: Uuid,
    /// What it changed: the loan.
    pub subject: Uuid,
    /// Document number of the decision.
    pub document: String,
}

/// A public key that will sign checkpoints of this ledger (D). Whoever trusts the key that vouches for it trusts it once a
/// checkpoint over this entry is signed. Signatures are checked where checkpoints are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyAnnounced {
    /// Ed25519 public key.
    pub key: Hash,
    /// The key that vouches for it.
    pub by: Hash,
    /// Its signature, in two halves.
    pub signature: [Hash; 2],
}
