//! The only loop: what is durable is folded, in order, and answered. Live operation is a replay that does not stop.
//! It knows no network face and no rule of money.
//!
//! `open` begins and ends an engine, `live` is its fold, `follower` the fold of one that only follows. What it is asked is
//! in `balances`, `balance_tree` (roots over balances, at closings by `closings`), `recorded`, `audit` (signatures and proofs), `standing` (how it is) and [`past`] (the ledger as it was).
//! [`catch_up`] reads a record again without serving anybody, [`rebuilding`] makes pages from it once more.

mod balance_tree;
#[cfg(test)]
mod balance_tree_tests;
mod balances;
pub mod catch_up;
mod closings;
mod error;
pub(crate) mod folded;
mod follower;
mod live;
mod open;
mod options;
pub mod past;
mod proofs;
pub mod rebuilding;
mod recorded;
#[cfg(test)]
mod signed_files_tests;
#[cfg(test)]
mod signing_keys_tests;
#[cfg(test)]
mod signing_tests;
mod standing;

use std::sync::Arc;

use bytes::Bytes;
use ledger::event::Event;
use ledger::outcome::Outcome;

use crate::record::log::Clock;
use crate::record::log::single::Single;

pub use crate::record::writer::Speaker;
pub use balance_tree::Balances;
pub use error::EngineError;
pub use options::{DEFAULT_LEDGER, Home, Options};
pub use recorded::Recorded;
pub use standing::Standing;

/// A ledger in operation. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    live: Arc<live::LiveState>,
    /// Entries one by one, as the files hold them.
    single: Arc<Single>,
    pasts: Arc<past::Pasts>,
    moments: Arc<balances::Moments>,
    rebuilding: Arc<rebuilding::Rebuilding>,
    clock: Clock,
    ledger: [u8; 16],
    role: Role,
}

/// What this engine does besides answering.
#[derive(Clone)]
enum Role {
    /// It is the one writer of the record.
    Writer(Arc<open::Writing>),
    /// Another is, and this one reads.
    Follower(Arc<follower::Follower>),
}

/// An event on its way into the record.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its bytes, as received.
    pub content: Bytes,
    /// The same, decoded.
    pub event: Event,
    /// Index of the refused entry of the same event that is said again on purpose.
    pub again: Option<u64>,
}

impl From<(Bytes, Event)> for Submission {
    fn from((content, event): (Bytes, Event)) -> Self {
        Self { content, event, again: None }
    }
}

/// What a caller wants to hear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// What became of each event, with postings and findings.
    Full,
    /// What was not simply posted; of the rest how many.
    Terse,
}

/// What became of one event, or of several alike.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// Its index in the record.
    pub index: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
    /// What the fold made of it. To who asked tersely, what was posted is told without postings and findings.
    pub outcome: Outcome,
    /// So many events after it were posted as it was, each in the next entry. None, unless it was asked tersely.
    pub alike: u64,
}

/// What became of the events of one call, in their order.
pub type Answered = Result<Vec<Acknowledged>, EngineError>;
