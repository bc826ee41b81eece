//! What auditors ask of the trees and of single entries. Nothing here is to be believed: every answer can be checked with
//! the ledger's public key.

use super::asked::Asked;
use super::explain::Before;
use super::{QueryError, need_id};
use bytes::Bytes;
use ledger::hash::Hash;
use ledger::tree::balances::{AccountKey, AccountStands, BalanceTree, PlacedLeaf, SealOpening};
use proto::v1;
use replay::engine::past::View;
use replay::engine::{Balances, Engine, EngineError};
use replay::proof::balance_files::SignedBalances;
use replay::proof::checkpoint_files::Signed;
use replay::proof::cosigned::sent_note;
use replay::proof::notary::SigningError;
use replay::proof::trees::TwoPaths;

/// A signed checkpoint on the wire.
#[must_use]
pub fn checkpoint(signed: &Signed) -> v1::GetCheckpointResponse {
    v1::GetCheckpointResponse { checkpoint: signed.tree.to_string(), outcomes: signed.outcomes.to_string() }
}

/// The last checkpoint that so many of the ledger's witnesses cosigned.
///
/// # Errors
/// There is none; or a fresh one is asked for, which nobody can have cosigned.
pub fn last_cosigned(
    engine: &Engine,
    request: &v1::GetCheckpointRequest,
) -> Result<v1::GetCheckpointResponse, QueryError> {
    if request.fresh {
        let why = "a fresh checkpoint has no cosignatures yet; ask for one or the other";
        return Err(QueryError::field("fresh", why));
    }
    let least = usize::try_from(request.witnesses).unwrap_or(usize::MAX);
    Ok(checkpoint(&*engine.checkpoint_cosigned(least).map_err(EngineError::from)?))
}

/// What a witness signed under a checkpoint of this ledger, to be kept and shown with it.
///
/// # Errors
/// The ledger did not sign these notes, or knows no witness that did; or the notes are too long.
pub fn cosigned(
    engine: &Engine,
    request: &v1::AddCosignaturesRequest,
) -> Result<v1::AddCosignaturesResponse, QueryError> {
    let note = |text: &str| sent_note(text).map_err(|error| EngineError::from(SigningError::from(error)));
    let offered = Signed { tree: note(&request.checkpoint)?, outcomes: note(&request.outcomes)? };
    let (size, witnesses) = engine.cosigned_by(&offered).map_err(EngineError::from)?;
    Ok(v1::AddCosignaturesResponse { size, witnesses })
}

/// That an entry is in a tree, and its outcome in the other.
///
/// # Errors
/// There is no such entry or tree, or the ledger does not sign.
pub fn inclusion(
    engine: &Engine,
    request: &v1::GetInclusionProofRequest,
) -> Result<v1::GetInclusionProofResponse, QueryError> {
    let paths = engine.prove_inclusion(request.index, request.size).map_err(EngineError::from)?;
    let (hashes, outcome_hashes) = (hashes(&paths.entries), hashes(&paths.outcomes));
    Ok(v1::GetInclusionProofResponse { hashes, outcome_hashes })
}

/// That both trees continue others.
///
/// # Errors
/// There are no such trees, or the ledger does not sign.
pub fn consistency(
    engine: &Engine,
    request: &v1::GetConsistencyProofRequest,
) -> Result<v1::GetConsistencyProofResponse, QueryError> {
    let paths = engine.prove_consistency(request.from, request.to).map_err(EngineError::from)?;
    let (hashes, outcome_hashes) = (hashes(&paths.entries), hashes(&paths.outcomes));
    Ok(v1::GetConsistencyProofResponse { hashes, outcome_hashes })
}

/// An entry's bytes, by index, payment or event.
///
/// # Errors
/// There is no such entry, or the ledger does not sign.
pub fn entry(engine: &Engine, request: &v1::GetEntryRequest) -> Result<v1::GetEntryResponse, QueryError> {
    let index = if request.id.is_empty() { request.index } else { index_of(engine, &request.id)? };
    Ok(v1::GetEntryResponse { index, entry: engine.entry_bytes(index)? })
}

/// An outcome's bytes, asked of the ledger before its entry.
///
/// # Errors
/// The past state is not at hand any more, the ledger does not sign, or what it makes of the entry now is not what is in the tree.
pub fn outcome(Before { asked, .. }: &Before, _: &v1::GetOutcomeRequest) -> Result<v1::GetOutcomeResponse, QueryError> {
    let before = asked.state()?.clone();
    Ok(v1::GetOutcomeResponse { outcome: asked.engine.outcome_bytes(before)? })
}

/// The entries that announce keys, each proved in a tree.
///
/// # Errors
/// There is no such tree, or the ledger does not sign.
pub fn announced(
    engine: &Engine,
    request: &v1::ListAnnouncedKeysRequest,
) -> Result<v1::ListAnnouncedKeysResponse, QueryError> {
    let size = request.size;
    let found = engine.announcements(if size == 0 { u64::MAX } else { size }).map_err(EngineError::from)?;
    let proved = |index: u64| {
        let path = match size {
            0 => TwoPaths::default(),
            _ => engine.prove_inclusion(index, size).map_err(EngineError::from)?,
        };
        let (entry, hashes) = (engine.entry_bytes(index)?, hashes(&path.entries));
        Ok::<_, QueryError>(v1::AnnouncedKey { index, entry, hashes })
    };
    Ok(v1::ListAnnouncedKeysResponse { keys: found.into_iter().map(proved).collect::<Result<_, _>>()? })
}

/// How an account stands under a root that was signed, or that there is none.
///
/// # Errors
/// The class is none, or the id.
pub fn balance(
    tree: &BalanceTree,
    signed: &SignedBalances,
    request: &v1::GetBalanceProofRequest,
) -> Result<v1::GetBalanceProofResponse, QueryError> {
    let proved = |placed: PlacedLeaf| {
        let leaf = Bytes::copy_from_slice(&placed.leaf.bytes());
        v1::ProvedAccount { leaf, index: placed.index, hashes: hashes(&placed.path) }
    };
    let proof = tree.prove(account_asked(request)?);
    let opened = |opening: SealOpening| Bytes::copy_from_slice(&opening.bytes());
    Ok(v1::GetBalanceProofResponse {
        checkpoint: signed.entries.to_string(),
        balances: signed.balances.to_string(),
        accounts: proof.places.into_iter().map(proved).collect(),
        opening: proof.opening.map(opened).unwrap_or_default(),
    })
}

/// Of what a proof of a balance is asked: of everything known now, or as it was after an entry.
///
/// # Errors
/// There is no such entry.
pub fn balances_asked(engine: &Engine, request: &v1::GetBalanceProofRequest) -> Result<Asked, QueryError> {
    match request.at_index {
        None => Ok(Asked::now(engine.clone())),
        Some(index) => super::explain::before_index(engine, index).map(|_| Asked::before(engine.clone(), index + 1)),
    }
}

/// How all accounts stand there.
///
/// # Errors
/// The past state is not at hand any more, or the ledger does not sign.
pub fn balances(asked: &Asked) -> Result<Balances, QueryError> {
    let past = match asked.state()? {
        View::Past(past) => Some(past),
        View::Now(_) => None,
    };
    Ok(match past {
        Some(past) => asked.engine.balances_of(&past)?,
        None => asked.engine.balances()?,
    })
}

/// The account a caller means, whether there is one or not.
///
/// # Errors
/// The class is none, or the id.
pub fn account_asked(request: &v1::GetBalanceProofRequest) -> Result<AccountKey, QueryError> {
    let none = || QueryError::field("class", "name the class, for example available");
    let class = super::accounts::maybe_class(&request.class)?.ok_or_else(none)?;
    Ok(AccountStands::new(class, need_id("owner", &request.owner)?, 0).key)
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
