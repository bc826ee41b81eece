//! What compensation funds remember of their days, and of single loans what was lost of them. Data only.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use super::table::Row;
use crate::event::Payer;
use crate::money::{Day, Fen};
use crate::state::State;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of a loss.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Turn {
    /// Written off.
    Lost,
    /// Come in after all: recovered by the lender, paid beyond what was open, a draw come back.
    Recovered,
}

/// Something that became of what was written off on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Loss {
    /// When it became of it.
    pub at: Day,
    /// When it was written off.
    pub on: Day,
    pub turn: Turn,
    /// Above zero.
    pub fen: Fen,
}

impl Loss {
    /// In the order of days; on one day what became of earlier losses comes before that day's own.
    #[must_use]
    pub fn place(&self) -> (Day, Day, Turn) {
        (self.at, self.on, self.turn)
    }
}

/// What is lost of a loan, as its fund was told. There is a row only where there ever was a loss, so that no other loan pays for it.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoanLoss {
    /// The loan's id.
    pub id: Uuid,
    /// In their order.
    pub losses: Vec<Loss>,
}

/// A statement of the lender: what its account held at the end of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stated {
    pub on: Day,
    pub fen: Fen,
    /// The entry that told it.
    pub index: u64,
}

/// Money that reached the fund past the document lines of this ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Received {
    pub on: Day,
    /// The entry that told it.
    pub index: u64,
    pub year: u16,
    pub payer: Payer,
    pub fen: Fen,
}

/// A computation of what is owed for a university's risk year.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Computed {
    pub on: Day,
    /// The entry that told it.
    pub index: u64,
    pub number: u32,
    pub parts: Vec<(Payer, Fen)>,
}

/// A surplus rewarded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Granted {
    pub on: Day,
    /// The entry that told it.
    pub index: u64,
    pub year: u16,
    pub fen: Fen,
    /// Net drawings of the fund, and of settled loans among them, when it was decided.
    pub drawn: [Fen; 2],
    /// The rewards it became, by their ids.
    pub rewards: Vec<Uuid>,
}

/// Reward money spent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Spent {
    pub on: Day,
    /// The entry that told it.
    pub index: u64,
    pub purpose: String,
    pub fen: Fen,
}

impl Row for LoanLoss {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

impl State {
    /// What is lost of a loan, as its fund was told.
    #[must_use]
    pub fn losses_of(&self, loan: Uuid) -> &[Loss] {
        self.losses.by_id(loan).map_or(&[], |(_, row)| &row.losses)
    }
}
