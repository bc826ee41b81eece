//! What was told of an id beside what the ledger holds under it. Data only; who decides is in `fold`.

use crate::handle::{Handle, Link};
use crate::state::entity::rows;
use crate::state::rows::Finding;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was told of one id beside what the ledger holds under it, so that telling it again opens no second finding. There is a
/// row only where anything was.
#[derive(Clone, Serialize, Deserialize)]
pub struct Dispute {
    /// The event id.
    pub id: Uuid,
    /// The contents, as they came; so many at most.
    pub versions: Vec<Version>,
    /// The finding that stands for all further ones.
    pub many: Link<Finding>,
    /// What was told under this id was taken back.
    pub withdrawn: bool,
}

/// One content told beside what counts.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Version {
    /// 64-bit hash of the event bytes.
    pub content: u64,
    /// The entry that told it first.
    pub index: u64,
    /// What says so.
    pub finding: Handle<Finding>,
}

rows! {
    compared { Dispute: id, none, [versions] [many]; }
    uncompared {}
    parts { Version [finding] }
}
