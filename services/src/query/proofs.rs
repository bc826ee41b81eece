//! What auditors ask of the tree and of single entries. Nothing here is to be believed: every answer can be checked with
//! the ledger's public key.

use super::{QueryError, need_id};
use bytes::Bytes;
use ledger::hash::Hash;
use proto::v1;
use replay::engine::{Engine, EngineError};
use replay::proof::checkpoint_files::Signed;

/// A signed checkpoint on the wire.
#[must_use]
pub fn checkpoint(signed: &Signed) -> v1::GetCheckpointResponse {
    v1::GetCheckpointResponse { checkpoint: signed.tree.to_string(), outcomes: signed.outcomes.to_string() }
}

/// That an entry is in a tree.
///
/// # Errors
/// There is no such entry or tree, or the ledger does not sign.
pub fn inclusion(
    engine: &Engine,
    request: &v1::GetInclusionProofRequest,
) -> Result<v1::GetInclusionProofResponse, QueryError> {
    let path = engine.prove_inclusion(request.index, request.size).map_err(EngineError::from)?;
    Ok(v1::GetInclusionProofResponse { hashes: hashes(&path) })
}

/// That a tree continues another.
///
/// # Errors
/// There are no such trees, or the ledger does not sign.
pub fn consistency(
    engine: &Engine,
    request: &v1::GetConsistencyProofRequest,
) -> Result<v1::GetConsistencyProofResponse, QueryError> {
    let path = engine.prove_consistency(request.from, request.to).map_err(EngineError::from)?;
    Ok(v1::GetConsistencyProofResponse { hashes: hashes(&path) })
}

/// An entry's bytes, by index, payment or event.
///
/// # Errors
/// There is no such entry, or the ledger does not sign.
pub fn entry(engine: &Engine, request: &v1::GetEntryRequest) -> Result<v1::GetEntryResponse, QueryError> {
    let index = if request.id.is_empty() { request.index } else { index_of(engine, &request.id)? };
    Ok(v1::GetEntryResponse { index, entry: engine.entry_bytes(index)? })
}

/// A payment's last entry says how it ended; an event's id names its first entry, which alone had an effect.
fn index_of(engine: &Engine, bytes: &Bytes) -> Result<u64, QueryError> {
    let id = need_id("id", bytes)?;
    let state = engine.read();
    let payment = state.payouts.find(id).map(|handle| state.payouts.get(handle).last);
    let event = || state.seen.find(id).map(u64::from);
    payment.or_else(event).ok_or(QueryError::NotFound { kind: "payment or event", id })
}

fn hashes(path: &[Hash]) -> Vec<Bytes> {
    path.iter().map(|hash| Bytes::copy_from_slice(hash)).collect()
}
