//! Questions answered from the state: by key, or over the sets a thing belongs to. Computes no figures of its own where
//! `replay::answers` holds them; here they only take their wire shape.

pub mod accounts;
pub mod asked;
pub mod awards;
pub mod bounded;
pub mod compare;
pub mod debts;
pub mod explain;
pub mod givers;
pub mod lines;
pub mod loans;
pub mod page;
pub mod payments;
pub mod proofs;
pub mod record;
pub mod rights;
pub mod totals;
pub mod trace;
pub mod withdrawals;

mod counted;
pub(crate) mod window;

use ledger::handle::Handle;
use replay::engine::EngineError;
use replay::engine::past::PastError;
use uuid::Uuid;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no such thing.
    #[error("no {kind} has the id {id}")]
    NotFound {
        /// What was asked for.
        kind: &'static str,
        /// The id given.
        id: Uuid,
    },
    /// The record does not hold so many entries.
    #[error("there is no entry {index}: {entries} entries are on record, the first is entry 0")]
    NoEntry {
        /// The index asked for.
        index: u64,
        /// How many there are.
        entries: u64,
    },
    /// A field of the question is wrong.
    #[error("{field}: {description}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong and what to do.
        description: String,
    },
    /// Rows of the pages before this one are not what they were, so the rest would not fit to them.
    #[error("what the pages before showed has changed since; ask again from the first page")]
    Changed,
    /// One row alone is larger than an answer may be.
    #[error("the answer has {bytes} bytes, and none may have more than {most}; ask for its parts one by one")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        most: usize,
    },
    /// The past asked about is not at hand.
    #[error(transparent)]
    Past(PastError),
    /// The ledger does not answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl QueryError {
    pub(crate) fn field(field: &'static str, description: impl Into<String>) -> Self {
        Self::Field { field, description: description.into() }
    }
}

/// The id in a field of 16 bytes.
pub(crate) fn need_id(field: &'static str, bytes: &[u8]) -> Result<Uuid, QueryError> {
    Uuid::from_slice(bytes)
        .map_err(|_| QueryError::field(field, format!("an id has 16 bytes, this one {}", bytes.len())))
}

/// The id in a field that may be left empty.
pub(crate) fn maybe_id(field: &'static str, bytes: &[u8]) -> Result<Option<Uuid>, QueryError> {
    if bytes.is_empty() { Ok(None) } else { need_id(field, bytes).map(Some) }
}

/// The handle a table found, or the error that says nothing was.
pub(crate) fn found<T>(kind: &'static str, id: Uuid, handle: Option<Handle<T>>) -> Result<Handle<T>, QueryError> {
    handle.ok_or(QueryError::NotFound { kind, id })
}
