//! Which of the checkpoints that are kept binds a ledger: the newest that a key of its own signed, over entries it may sign. A file in
//! which bits have changed says nothing about the record; it is set aside, and the next one binds.

use super::error::SigningError;
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, KeptError, Signed};
use crate::proof::signed_note::Verifier;
use crate::proof::trees::Trees;
use crate::proof::trust::Trust;

/// The newest checkpoint that a trusted key signed. If none did, the newest that is well formed: whoever signed it is a stranger. All that
/// suffered are set aside, older ones too: nobody else would ever name them.
pub(super) fn believed(kept: &Checkpoints, trust: &Trust, trees: &Trees) -> Result<Option<Signed>, SigningError> {
    let mut damaged: Vec<(u64, String)> = Vec::new();
    let mut strange: Vec<(u64, Signed)> = Vec::new();
    let mut found = None;
    let keys: Vec<Verifier> = trust.all().cloned().collect();
    for size in kept.sizes()?.into_iter().rev() {
        match kept.read_pair(size) {
            Ok(signed) => match trust.checkpoint(&signed.tree).and_then(|_| trust.outcomes(&signed.outcomes)) {
                _ if signed.suffered(&keys).is_some() => {
                    damaged.push((size, format!("the signatures of the checkpoint over {size} entries do not fit it")));
                }
                // Older ones bind nobody any more: only what suffered among them is looked for.
                _ if found.is_some() => {}
                Ok(_) if trust.keys(size).any(|key| signed.is_by(key)) => found = Some(signed),
                // Whoever has a key that was put away or stolen may have made it. It binds nobody.
                Err(why @ CheckpointError::Outside { .. }) => {
                    damaged.push((size, format!("no key of this ledger signed over {size} entries: {why}")));
                }
                _ => strange.push((size, signed)),
            },
            Err(error @ KeptError::Bad { .. }) => damaged.push((size, error.to_string())),
            Err(error) => return Err(error.into()),
        }
    }
    if found.is_none() && !strange.is_empty() {
        return Ok(Some(strange.swap_remove(0).1));
    }
    for (size, signed) in strange {
        // It would be a fork, or the end of the record is missing: then it is no file that suffered.
        fits_before(&signed, trees)?;
        damaged.push((size, format!("no key of this ledger signed the checkpoint over {size} entries")));
    }
    let whole = kept.sizes()?;
    let alone = kept.outcome_sizes()?.into_iter().filter(|size| whole.binary_search(size).is_err());
    for size in alone.chain(damaged.iter().map(|(size, _)| *size)) {
        halves_fit(kept, size, trust, trees)?;
    }
    for (size, why) in damaged {
        kept.set_aside(size, &why)?;
    }
    Ok(found)
}

/// Sets aside the roots over balances that are not as they were signed. They bind nobody, and are no evidence of anything any more.
pub(super) fn balances_suffered(kept: &Checkpoints, trust: &Trust) -> Result<(), SigningError> {
    let keys: Vec<Verifier> = trust.all().cloned().collect();
    for entries in kept.balance_sizes()? {
        match kept.whole_balances(entries, &keys) {
            Err(error @ KeptError::Bad { .. }) => kept.set_balances_aside(entries, &error)?,
            read => drop(read?),
        }
    }
    Ok(())
}

/// One of the notes over so many entries may have suffered: the other, if a trusted key signed it, still binds the record. Else who cuts the
/// record would only have to spoil one file beside it.
fn halves_fit(kept: &Checkpoints, size: u64, trust: &Trust, trees: &Trees) -> Result<(), SigningError> {
    let [tree, made] = kept.halves(size)?;
    let tree = tree.filter(|note| trust.checkpoint(note).is_ok());
    let made = made.filter(|note| trust.outcomes(note).is_ok());
    let entries = trees.entries.0.size();
    if tree.is_none() && made.is_none() {
        return Ok(());
    }
    if size > entries {
        return Err(cut(size, entries));
    }
    let roots = trees.roots(size)?;
    let said = tree.and_then(|note| Checkpoint::parse(note.unverified_text()).ok());
    if said.is_some_and(|said| (said.size, said.root) != (size, roots.0)) {
        return Err(SigningError::Differs { size, why: "its root is another".to_owned() });
    }
    let said = made.and_then(|note| Outcomes::parse(note.unverified_text()).ok());
    let other = said.is_some_and(|said| (said.size, said.root) != (size, roots.1));
    if other { Err(other_outcomes(size)) } else { Ok(()) }
}

/// The record ends before what was signed over it.
pub(super) fn cut(size: u64, entries: u64) -> SigningError {
    SigningError::Differs { size, why: format!("the record has only {entries} entries") }
}

/// A ledger never signs what does not continue its last checkpoint: that would prove it forked.
pub(super) fn fits_before(signed: &Signed, trees: &Trees) -> Result<(), SigningError> {
    let (checkpoint, outcomes) = signed.unverified()?;
    let (size, entries) = (checkpoint.size, trees.entries.0.size());
    if size > entries {
        return Err(cut(size, entries));
    }
    let (root, made) = trees.roots(size)?;
    if root != checkpoint.root {
        return Err(SigningError::Differs { size, why: "its root is another".to_owned() });
    }
    if made == outcomes.root { Ok(()) } else { Err(other_outcomes(size)) }
}

/// The record is the same, and what is made of it now is not what was signed.
pub(super) fn other_outcomes(size: u64) -> SigningError {
    let why = "its outcomes are others; the pages may be wrong, `replay rebuild` makes them anew".to_owned();
    SigningError::Differs { size, why }
}
