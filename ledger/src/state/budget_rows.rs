//! What budget entries moved onto document lines, and what was paid over to finance, by entry, so that each can be taken back
//! whole. Data only.

use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::rows::{Line, Org};
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use uuid::Uuid;

/// What one entry moved.
#[derive(Clone, Serialize, Deserialize)]
pub struct BudgetMove {
    /// The entry's event id.
    pub id: Uuid,
    /// The day on which it counts.
    pub on: Day,
    /// In the order of the entry; none once it is taken back.
    pub parts: SmallVec<[MovedPart; 1]>,
}

/// One amount, onto a line from the line above it or, where that is none, from outside; below zero the other way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MovedPart {
    /// The line below.
    pub line: Handle<Line>,
    /// The line above.
    pub from: Link<Line>,
    /// How much.
    pub fen: Fen,
    /// Whether the line begins with it, so that nobody issued it once this is taken back.
    pub begins: bool,
}

impl Row for BudgetMove {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// What a unit paid over to finance.
#[derive(Clone, Serialize, Deserialize)]
pub struct Surrender {
    /// The event id of the entry that tells it.
    pub id: Uuid,
    /// Who paid.
    pub unit: Handle<Org>,
    /// How much; nothing once it is taken back.
    pub fen: Fen,
    /// The day.
    pub on: Day,
}

impl Row for Surrender {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}
