//! How far things have come: sets of lines through their steps, payments to their result, periods closed. Parts of rows, no rows.
#![allow(missing_docs)] // Words of closed lists, and fields named after what events call them.

use crate::event::policy::Policy;
use crate::handle::Handle;
use crate::hash::Hash;
use crate::money::{Day, Fen};
use crate::state::entry_rows::Seen;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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

/// What every set has: a chain over its lines, who did what, and on which day.
#[derive(Clone, Serialize, Deserialize)]
pub struct Set {
    pub stage: Stage,
    pub count: u32,
    pub fen: Fen,
    pub hash: Hash,
    pub preparer: String,
    pub sealer: String,
    pub reviewer: String,
    pub approver: String,
    pub sealed_on: Day,
    pub reviewed_on: Day,
    pub approved_on: Day,
}

impl Set {
    /// A set without lines.
    #[must_use]
    pub(crate) fn begun(preparer: &str) -> Self {
        let (sealer, reviewer, approver) = Default::default();
        let (sealed_on, reviewed_on, approved_on) = Default::default();
        let (stage, preparer) = (Stage::Open, preparer.to_owned());
        Self {
            stage,
            count: 0,
            fen: 0,
            hash: [0; 32],
            preparer,
            sealer,
            reviewer,
            approver,
            sealed_on,
            reviewed_on,
            approved_on,
        }
    }

    /// A step is taken by somebody on a day.
    pub(crate) fn enter(&mut self, stage: Stage, who: &str, on: Day) {
        self.stage = stage;
        match stage {
            Stage::Sealed => (self.sealer, self.sealed_on) = (who.to_owned(), on),
            Stage::Reviewed => (self.reviewer, self.reviewed_on) = (who.to_owned(), on),
            Stage::Approved => (self.approver, self.approved_on) = (who.to_owned(), on),
            Stage::Open | Stage::Sent | Stage::Cancelled => {}
        }
    }

    /// The step it took last is taken back: it stands at `to`, and nobody took what comes after.
    pub(crate) fn step_back(&mut self, to: Stage) {
        self.stage = to;
        if to < Stage::Approved {
            self.approver.clear();
        }
        if to < Stage::Reviewed {
            self.reviewer.clear();
        }
    }

    /// Whether somebody approved it, and that stands.
    pub(crate) fn is_approved(&self) -> bool {
        matches!(self.stage, Stage::Approved | Stage::Sent)
    }

    /// The day on which it took a step.
    pub(crate) fn entered(&self, stage: Stage) -> Day {
        match stage {
            Stage::Reviewed => self.reviewed_on,
            Stage::Approved => self.approved_on,
            Stage::Open | Stage::Sealed | Stage::Sent | Stage::Cancelled => self.sealed_on,
        }
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
    /// The order was taken back.
    Cancelled,
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
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a bank told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum BankWord {
    Unknown,
    Credited,
    Returned,
}

/// What the treasury takes from a document line, by its id: nobody need have issued it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VoucherFact {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    /// The day.
    pub on: Day,
    /// How much; of a clearing 0 is the whole.
    pub fen: Fen,
    /// Whether it came back.
    pub back: bool,
}

/// What a voucher takes from a document line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VoucherDraw {
    pub line: Uuid,
    pub fen: Fen,
}

/// A period closed, and what it takes to open it again.
#[derive(Clone, Serialize, Deserialize)]
pub struct Closing {
    /// The entry that closed it.
    pub entry: Handle<Seen>,
    /// Its effective day.
    pub on: Day,
    /// Of which book, by its place among all.
    pub book: u8,
    /// The first open day before it.
    pub open_from: Day,
}

/// A policy as adopted: in force from a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdoptedPolicy {
    pub from: Day,
    /// The entry that adopted it.
    pub index: u64,
    pub policy: Policy,
}

/// What a version of a policy had judged when it was taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JudgedBy {
    /// The entry that adopted it.
    pub index: u64,
    pub rosters: u32,
    pub applications: u32,
}

/// What an organisation was called from a day on, in which division, and the entry that told it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Naming {
    pub on: Day,
    pub by: Handle<Seen>,
    /// Whether its registration told it.
    pub registered: bool,
    pub name: String,
    pub division: u32,
}
