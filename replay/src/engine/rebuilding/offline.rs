//! A rebuild where no service runs: the generation in use is read, as a start would, and taken for the ledger.

use std::path::Path;

use ledger::state::State;

use super::compare::{same_state, same_tally};
use super::next::NextGeneration;
use super::{Only, RebuildError, Rebuilt, Step};
use crate::pages::generations::Generations;
use crate::pages::store::Store;
use crate::proof::tally::Tally;
use crate::record::log::file::lock;
use crate::record::repairing;

/// Makes the pages of the ledger under `data` once more from its record. Needs the memory of two ledgers while it compares.
///
/// # Errors
/// A service runs on it, the record cannot be read, or what is in use differs from what the record gives.
pub fn rebuild_offline(
    data: &Path,
    ledger: [u8; 16],
    only: Option<Only>,
    step: Step<'_>,
) -> Result<Rebuilt, RebuildError> {
    let record = data.join("record");
    // To the end, so that nobody writes: whoever starts has the record before a generation in use.
    let _lock = lock(&record)?;
    repairing::refuse(data)?;
    let generations = Generations::of(data);
    let (_, store) = generations.open(ledger)?;
    let (store, in_use) = store.restore()?;
    let mut next = NextGeneration::begin(generations, ledger, &record, only)?;
    let compared = in_use.is_some();
    match in_use {
        Some((state, tally)) => come_level(&mut next, only, &store, state, tally.tally(), step)?,
        None if only.is_some() => return Err(RebuildError::NothingInUse),
        None => {}
    }
    if only.is_none() {
        next.fold_rest(step)?;
        next.keep(None)?;
    }
    let (generation, entries, digest) = (next.number(), next.state.entries, next.state.digest());
    drop(next.put_in_use()?);
    drop(store);
    next.settle();
    Ok(Rebuilt { generation, entries, digest, compared, held_us: 0 })
}

/// Comes to where the generation in use ends, and compares.
fn come_level(
    next: &mut NextGeneration,
    only: Option<Only>,
    store: &Store,
    state: State,
    tally: &Tally,
    step: Step<'_>,
) -> Result<(), RebuildError> {
    next.fold_to(state.entries, step)?;
    same_tally(tally, &next.tally())?;
    if only != Some(Only::Entries) {
        same_state(&state, &next.state)?;
    }
    if only.is_some() { next.keep(Some(store)) } else { Ok(()) }
}
