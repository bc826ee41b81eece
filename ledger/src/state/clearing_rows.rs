//! How money in suspense was cleared, by decision, so that each can be taken back whole. Data only: what it moves is in `aid`.

use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, Drawn, Org};
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which way the money went that stands in suspense.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Sense {
    /// A bank credited it to a card; no voucher paid it.
    Credited,
    /// It left the treasury, and nobody was to have it.
    Out,
    /// It came into the treasury, and nobody paid it.
    In,
}

impl Sense {
    /// An amount with the sign it has in suspense.
    #[must_use]
    pub fn signed(self, fen: Fen) -> Fen {
        if self == Self::Out { fen } else { -fen }
    }
}

/// How money in suspense ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)] // As the event says.
pub enum Way {
    Accepted,
    Recoverable,
    Refundable,
    Surrendered,
    Offset,
}

/// One decision that cleared money in suspense.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cleared {
    /// The entry's event id; what is owed back because of it goes by that.
    pub id: Uuid,
    /// The entry whose fact stood in suspense.
    pub item: Handle<Seen>,
    /// What it was offset with.
    pub other: Link<Seen>,
    /// In whose suspense it stood.
    pub unit: Handle<Org>,
    /// Whose payees had it, or gave it.
    pub application: Handle<Application>,
    /// Which way it went.
    pub sense: Sense,
    /// Which way what it was offset with went.
    pub other_sense: Sense,
    /// How it ended.
    pub way: Way,
    /// How much.
    pub fen: Fen,
    /// Who owes it back or gets it back; without an id the payee.
    pub party: Uuid,
    /// What it was accepted with: the first draw and how many.
    pub draws: Link<Drawn>,
    /// How many.
    pub draw_count: u8,
    /// Whether it was taken back.
    pub gone: bool,
    /// The day.
    pub on: Day,
}

impl Row for Cleared {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}
