//! What a line of a scenario is read against, and the parts that events about sets share: hashes, counts, draws.

use super::fields::{Fields, amount, pair};
use crate::desk::labelled;
use anyhow::{Result, bail};
use ledger::event::{Draw, SetDecided, SetSealed};
use ledger::hash::Hash;
use ledger::money::Fen;
use ledger::state::State;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Lines a set has taken so far: count, sum, chain. Kept by the runner, so that stories need not spell out hashes.
pub(super) type Chains = BTreeMap<Uuid, (u32, Fen, Hash)>;

/// What a line is read against: what sets hold so far, and what the ledger has made of the story.
pub(super) struct SoFar<'a> {
    pub(super) chains: &'a Chains,
    pub(super) state: &'a State,
}

pub(super) fn sealed(f: &mut Fields<'_>, chains: &Chains, what: &str) -> Result<SetSealed> {
    let set = f.id(what)?;
    let (count, fen, hash) = chains.get(&set).copied().unwrap_or_default();
    let (count, fen) = (f.number_or("count", count)?, f.amount_or("amount", fen)?);
    Ok(SetSealed { set, count, fen, hash: shown(f, hash)? })
}

pub(super) fn decided(f: &mut Fields<'_>, chains: &Chains, what: &str) -> Result<SetDecided> {
    let set = f.id(what)?;
    let (_, _, hash) = chains.get(&set).copied().unwrap_or_default();
    Ok(SetDecided { set, hash: shown(f, hash)? })
}

/// The chain's hash, unless the story says that another one was seen.
pub(super) fn shown(f: &mut Fields<'_>, hash: Hash) -> Result<Hash> {
    match f.take("hash") {
        None => Ok(hash),
        Some("other") => Ok([0x5a; 32]),
        Some(other) => bail!("hash={other}: leave it out, or say hash=other"),
    }
}

pub(super) fn draws(f: &mut Fields<'_>) -> Result<Vec<Draw>> {
    draws_in(f, "draws")
}

/// Lines with their amounts, in a field of this name.
pub(super) fn draws_in(f: &mut Fields<'_>, field: &str) -> Result<Vec<Draw>> {
    f.list(field, |text| {
        let (line, fen) = pair(text, ':')?;
        Ok(Draw { line: labelled(line), fen: amount(fen)? })
    })
}
