//! What goes into the writer and what comes out of it. How it gets from one to the other is in the other files of this folder.

use std::sync::Arc;

use bytes::Bytes;
use ledger::entry::Proof;
use proto::entry::{Raw, SALT_BYTES};

use crate::limits::{ENTRY_OVERHEAD_BYTES, QUEUE_BYTES};
use crate::record::error::LogError;
use crate::record::leaves::Leaves;

/// Appends one entry's bytes to the buffer.
pub type EncodeEntry = fn(&mut Vec<u8>, &Raw<'_>);

/// Who submits, and how he showed that it is he.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Speaker {
    /// His name.
    pub principal: Arc<str>,
    /// What stands behind the name.
    pub proof: Proof,
}

impl<T: Into<Arc<str>>> From<T> for Speaker {
    /// Somebody who only says his name.
    fn from(name: T) -> Self {
        Self { principal: name.into(), proof: Proof::Named }
    }
}

/// One event on its way into the record.
#[derive(Debug)]
pub struct Item<T> {
    /// Who submits it.
    pub speaker: Speaker,
    /// Index of the refused entry of the same event that is said again.
    pub again: Option<u64>,
    /// The event as bytes, exactly as received.
    pub content: Bytes,
    /// The caller's own, handed back unchanged.
    pub tag: T,
}

impl<T> Item<T> {
    /// What it takes of the queue and of an entry, rounded up.
    pub(super) fn cost(&self) -> usize {
        self.content.len() + self.speaker.principal.len() + ENTRY_OVERHEAD_BYTES
    }
}

/// Entries that are durable in every home, in the order of the record.
#[derive(Debug)]
pub struct Settled<T> {
    /// Index of the first.
    pub first_index: u64,
    /// When they were recorded.
    pub recorded_ms: i64,
    /// One after the other.
    pub items: Vec<Item<T>>,
    /// Their places in the tree.
    pub leaves: Leaves,
    /// The salt of each.
    pub salts: Vec<[u8; SALT_BYTES]>,
}

/// What becomes of items; each item is reported exactly once.
#[derive(Debug)]
pub enum Reported<T> {
    /// They are recorded.
    Settled(Settled<T>),
    /// The writer ended first.
    Ended {
        /// Why.
        error: Arc<LogError>,
        /// Whether they may nevertheless be in the record; if not, they are certainly not.
        maybe_recorded: bool,
        /// Those items.
        items: Vec<Item<T>>,
    },
}

/// Why a submission was not taken. The items come back unrecorded.
#[derive(Debug)]
pub enum SubmitError<T> {
    /// The queue is full; come back later.
    Full(Vec<Item<T>>),
    /// An item is too long for an entry.
    TooLong {
        /// Which one.
        position: usize,
        /// Its bytes with the principal.
        bytes: usize,
        /// All items.
        items: Vec<Item<T>>,
    },
    /// The writer has ended.
    Ended {
        /// Why; `None` after an orderly stop.
        error: Option<Arc<LogError>>,
        /// All items.
        items: Vec<Item<T>>,
    },
}

/// What the writer needs besides its log.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    /// How entries are written.
    pub encode: EncodeEntry,
    /// Bytes that may wait for a frame.
    pub queue_bytes: usize,
}

impl WriterOptions {
    /// The usual limits.
    #[must_use]
    pub fn new(encode: EncodeEntry) -> Self {
        Self { encode, queue_bytes: QUEUE_BYTES }
    }
}
