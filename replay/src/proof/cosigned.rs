//! What witnesses signed under a ledger's checkpoints, as the ledger collects it: beside each checkpoint a file with both notes and the
//! signatures of the witnesses it was told of. Such a file is no evidence of anything to the ledger: one that is damaged, or not its own, is
//! passed over. What witnesses cosign is in `witness`.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::Arc;

use crate::limits::{CHECKPOINTS_LAST, COSIGNED_NOTE_BYTES};
use crate::proof::balance_files::SignedBalances;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::checkpoint_files::{COSIGNED, Checkpoints, KeptError, Signed, outlived};
use crate::proof::cosignature_error::CosignatureError;
use crate::proof::notary::SigningError;
use crate::proof::signed_note::{Note, NoteError, Verifier, two_notes};

/// A note that was sent by whoever calls himself a witness.
///
/// # Errors
/// It is too long, or none.
pub fn sent_note(text: &str) -> Result<Note, CosignatureError> {
    if text.len() > COSIGNED_NOTE_BYTES {
        return Err(CosignatureError::TooLong { bytes: text.len(), most: COSIGNED_NOTE_BYTES });
    }
    Note::parse(text.as_bytes()).map_err(CosignatureError::Bad)
}

/// The cosignatures of a ledger.
#[derive(Debug)]
pub(crate) struct Cosigned {
    kept: Checkpoints,
    witnesses: Vec<Verifier>,
    /// The last checkpoints that were cosigned, by size: the ledger's own notes, with signatures that were checked.
    recent: VecDeque<(u64, Arc<Signed>)>,
}

impl Cosigned {
    /// What was kept before, as far as it can be read, is the ledger's, and by these witnesses.
    pub(crate) fn open(
        kept: Checkpoints,
        witnesses: Vec<Verifier>,
        ours: &dyn Fn(&Signed) -> Result<(), SigningError>,
    ) -> Self {
        let sizes = kept.sizes_of(COSIGNED).unwrap_or_default();
        let mut all = Self { kept, witnesses, recent: VecDeque::new() };
        for size in sizes.into_iter().rev() {
            if all.recent.len() == CHECKPOINTS_LAST {
                break;
            }
            let read = all.kept.cosigned(size).map_err(|error| error.to_string());
            match read.and_then(|signed| ours(&signed).map_err(|error| error.to_string()).map(|()| signed)) {
                Ok(signed) => all.recent.extend(all.checked(&signed).map(|signed| (size, Arc::new(signed)))),
                Err(why) => tracing::warn!(size, %why, "cosignatures that cannot be shown are passed over"),
            }
        }
        all.recent.make_contiguous().reverse();
        all
    }

    /// The same notes with the signatures of known witnesses alone beside the ledger's; none if there are none.
    fn checked(&self, read: &Signed) -> Option<Signed> {
        let origin = read.unverified().ok()?.0.origin;
        let own = |note: &Note, name: &str| {
            let mut own = note.clone();
            own.signatures.retain(|line| line.name == name);
            own
        };
        let (tree, outcomes) = (own(&read.tree, &origin), own(&read.outcomes, &format!("{origin}/outcomes")));
        let mut signed = Signed { tree, outcomes };
        let added = self.witnesses.iter().filter(|witness| add(&mut signed, read, witness)).count();
        (added > 0).then_some(signed)
    }

    /// A checkpoint with what is known to be signed under it.
    pub(crate) fn beside(&self, signed: Signed) -> Signed {
        let known = self.recent.iter().find(|(_, known)| known.says_as(&signed));
        known.map_or(signed, |(_, known)| Signed::clone(known))
    }

    /// A root over balances whose checkpoint bears what known witnesses signed under it, if it is kept.
    pub(crate) fn beside_balances(&self, mut balances: SignedBalances) -> SignedBalances {
        let Ok(said) = Checkpoint::parse(balances.entries.unverified_text()) else { return balances };
        let known = self.recent.iter().find(|(size, _)| *size == said.size).map(|(_, known)| Arc::clone(known));
        // What is not there, or not ours, is not shown: a signature fits the same text alone.
        let known = known.or_else(|| self.kept.cosigned(said.size).ok().map(Arc::new));
        if let Some(known) = known {
            for witness in &self.witnesses {
                balances.entries.add_of(&known.tree, witness);
            }
        }
        balances
    }

    /// Takes the signatures of known witnesses under both notes of `own`, which the ledger signed over so many entries. Who they are, and
    /// the checkpoint with all that is known now. What a witness said first stays.
    pub(crate) fn take(
        &mut self,
        size: u64,
        own: &Arc<Signed>,
        offered: &Signed,
    ) -> Result<(Vec<String>, Arc<Signed>), SigningError> {
        let known = self.recent.iter().find(|(_, known)| known.says_as(own)).map(|(_, known)| Arc::clone(known));
        let mut signed = known.as_ref().map_or_else(|| Signed::clone(own), |known| Signed::clone(known));
        let (mut names, mut more) = (Vec::new(), false);
        for witness in &self.witnesses {
            let said = [&offered.tree, &offered.outcomes].map(|note| note.verified_by(witness).map(drop));
            match said {
                [Ok(()), Ok(())] => {
                    names.push(witness.name().to_owned());
                    more |= add(&mut signed, offered, witness);
                }
                [Err(NoteError::NotSigned(_)), Err(NoteError::NotSigned(_))] => {}
                [Err(error), _] | [_, Err(error)] => return Err(CosignatureError::Bad(error).into()),
            }
        }
        if names.is_empty() {
            return Err(CosignatureError::Unknown { known: self.witnesses.len() }.into());
        }
        let signed = Arc::new(signed);
        if more {
            // On disk before it is shown: who was shown it finds it again.
            self.kept.keep_cosigned(size, &signed)?;
            self.recent.retain(|(known, _)| *known != size);
            let at = self.recent.partition_point(|(known, _)| *known < size);
            self.recent.insert(at, (size, Arc::clone(&signed)));
            while self.recent.len() > CHECKPOINTS_LAST {
                self.recent.pop_front();
            }
        }
        Ok((names, signed))
    }

    /// The last one that so many witnesses signed both notes of.
    pub(crate) fn last_by(&self, least: usize) -> Option<Arc<Signed>> {
        let by = |signed: &Signed| {
            let both = |key: &&Verifier| [&signed.tree, &signed.outcomes].iter().all(|note| note.names(key));
            self.witnesses.iter().filter(both).count()
        };
        self.recent.iter().rev().find(|(_, signed)| by(signed) >= least).map(|(_, signed)| Arc::clone(signed))
    }
}

/// Takes over what a witness signed under both notes; whether there is more than before.
fn add(signed: &mut Signed, from: &Signed, witness: &Verifier) -> bool {
    let good = |note: &Note| note.verified_by(witness).is_ok();
    if !good(&from.tree) || !good(&from.outcomes) {
        return false;
    }
    let tree = signed.tree.add_of(&from.tree, witness);
    signed.outcomes.add_of(&from.outcomes, witness) || tree
}

impl Checkpoints {
    /// The sizes of checkpoints that witnesses cosigned, smallest first.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn cosigned_sizes(&self) -> Result<Vec<u64>, KeptError> {
        self.sizes_of(COSIGNED)
    }

    /// Both notes over so many entries with what witnesses signed. No signature is checked here.
    ///
    /// # Errors
    /// The file is not there, cannot be read, or holds something else.
    pub fn cosigned(&self, size: u64) -> Result<Signed, KeptError> {
        let path = self.path(size, COSIGNED);
        let gone = || KeptError::Io { doing: "reading", path: path.clone(), source: ErrorKind::NotFound.into() };
        let bytes = self.bytes(size, COSIGNED)?.ok_or_else(gone)?;
        let bad = |source| KeptError::Bad { path: path.clone(), source };
        let [tree, outcomes] = two_notes(&bytes).map_err(|error| bad(error.into()))?;
        let signed = Signed { tree, outcomes };
        match signed.unverified().map_err(bad)?.0.size {
            found if found == size => Ok(signed),
            _ => Err(bad(CheckpointError::Malformed("its size is not the one its file is named after"))),
        }
    }

    /// Keeps them, durably, and lets older ones go as checkpoints go.
    fn keep_cosigned(&self, size: u64, signed: &Signed) -> Result<(), KeptError> {
        self.write(size, COSIGNED, &signed.text())?;
        for old in outlived(&self.cosigned_sizes()?) {
            // What cannot go now goes later.
            if let Err(error) = self.remove(old, COSIGNED) {
                tracing::warn!(%error, "old cosignatures stay");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "cosigned_tests.rs"]
mod tests;
