//! How far things have come: sets of lines through their steps, payments to their result. Parts of rows, no rows.
#![allow(missing_docs)] // Words of closed lists, and fields named after what events call them.

use crate::hash::Hash;
use crate::money::Fen;
use serde::{Deserialize, Serialize};

/// The stages of a set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Stage {
    Open,
    Sealed,
    Reviewed,
    Approved,
    Sent,
    Cancelled,
}

impl Stage {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What every set has: a chain over its lines, and who did what.
#[derive(Clone, Serialize, Deserialize)]
pub struct Set {
    pub stage: Stage,
    pub count: u32,
    pub fen: Fen,
    pub hash: Hash,
    pub preparer: String,
    pub reviewer: String,
    pub approver: String,
}

impl Set {
    /// A set without lines.
    #[must_use]
    pub(crate) fn begun(preparer: &str) -> Self {
        let (reviewer, approver) = (String::new(), String::new());
        Self { stage: Stage::Open, count: 0, fen: 0, hash: [0; 32], preparer: preparer.to_owned(), reviewer, approver }
    }
}

/// How far a payment has come, beyond the stage of its application.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Progress {
    /// Ordered; the application says whether it is sealed, approved or sent.
    Ordered,
    /// The bank does not know.
    Unknown,
    /// On the card.
    Credited,
    /// Came back.
    Returned,
}

impl Progress {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Unknown => "unknown",
            Self::Credited => "credited",
            Self::Returned => "returned",
        }
    }
}

/// How far a payment to a lender has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum RemittanceStage {
    Ordered,
    Approved,
    Cleared,
    Returned,
}

impl RemittanceStage {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Approved => "approved",
            Self::Cleared => "cleared",
            Self::Returned => "returned",
        }
    }
}
