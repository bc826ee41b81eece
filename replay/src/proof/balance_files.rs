//! Signed roots over all balances as files beside the checkpoints, one for each that a closing brought: what was signed then is shown later,
//! also when the key that signed it has ended. Which are made stands in the engine, what they say in `balance_note`.

use std::path::PathBuf;

use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::checkpoint_files::{BALANCES, Checkpoints, KeptError};
use crate::proof::signed_note::{Note, Verifier, two_notes};
use crate::proof::suffered::suffered;

/// A root over all balances, and the checkpoint over the entries after which they stood so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedBalances {
    /// Over the entries.
    pub entries: Note,
    /// Over the balances.
    pub balances: Note,
}

impl SignedBalances {
    /// Both notes, one behind the other with an empty line between.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}", self.entries, self.balances)
    }

    /// Reads both; whoever signed them.
    ///
    /// # Errors
    /// They are no such notes, or not of the same entries.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let [entries, balances] = two_notes(bytes)?;
        let (tree, said) =
            (Checkpoint::parse(entries.unverified_text())?, BalanceRoot::parse(balances.unverified_text())?);
        if (&tree.origin, tree.size) != (&said.origin, said.entries) {
            return Err(CheckpointError::Malformed("the balances in it stood after other entries"));
        }
        Ok(Self { entries, balances })
    }
}

impl SignedBalances {
    /// What is wrong with one that one of these keys signed, if it is not as it was signed.
    #[must_use]
    pub fn suffered(&self, keys: &[Verifier]) -> Option<&'static str> {
        suffered(&self.entries, keys).or_else(|| suffered(&self.balances, keys))
    }
}

impl Checkpoints {
    /// After how many entries there are roots over all balances, the least first.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn balance_sizes(&self) -> Result<Vec<u64>, KeptError> {
        self.sizes_of(BALANCES)
    }

    /// The root after so many entries, if it is kept. Its signatures are not checked here.
    ///
    /// # Errors
    /// It cannot be read or is none.
    pub fn balances(&self, entries: u64) -> Result<Option<SignedBalances>, KeptError> {
        let Some(bytes) = self.bytes(entries, BALANCES)? else { return Ok(None) };
        let bad = |source| KeptError::Bad { path: self.path(entries, BALANCES), source };
        let signed = SignedBalances::parse(&bytes).map_err(bad)?;
        match Checkpoint::parse(signed.entries.unverified_text()) {
            Ok(checkpoint) if checkpoint.size == entries => Ok(Some(signed)),
            _ => Err(bad(CheckpointError::Malformed("its size is not the one its file is named after"))),
        }
    }

    /// The same, if it is as one of these keys signed it or none of them had to do with it.
    ///
    /// # Errors
    /// It cannot be read, is none, or suffered.
    pub fn whole_balances(&self, entries: u64, keys: &[Verifier]) -> Result<Option<SignedBalances>, KeptError> {
        let kept = self.balances(entries)?;
        let why = kept.as_ref().and_then(|kept| kept.suffered(keys));
        let bad = |why: &str| KeptError::Bad {
            path: self.path(entries, BALANCES),
            source: CheckpointError::Damaged(why.to_owned()),
        };
        why.map_or(Ok(kept), |why| Err(bad(why)))
    }

    /// Puts one that cannot be believed under another name, for whoever looks into it.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub(crate) fn set_balances_aside(&self, entries: u64, why: &dyn std::fmt::Display) -> Result<(), KeptError> {
        self.put_aside(entries, BALANCES, why)
    }

    /// Those that were set aside and not put back: what was signed then nobody else has, and once the key has changed it cannot be signed
    /// again.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn lost_balances(&self) -> Result<Vec<PathBuf>, KeptError> {
        let mut lost = self.aside_of(BALANCES)?;
        lost.retain(|path| !path.exists());
        Ok(lost)
    }

    /// Whether the one after so many entries was set aside and not put back.
    pub(crate) fn has_lost_balances(&self, entries: u64) -> bool {
        self.lost_balances().is_ok_and(|lost| lost.contains(&self.path(entries, BALANCES)))
    }

    /// Keeps one for good, durably.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn keep_balances(&self, entries: u64, signed: &SignedBalances) -> Result<(), KeptError> {
        self.write(entries, BALANCES, &signed.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::{Role, Signer};
    use std::fs;

    fn signed(entries: u64, after: u64) -> SignedBalances {
        let signer = Signer::from_seed("here", Role::Author, &[1; 32]).unwrap();
        let origin = "here".to_owned();
        let mut checkpoint = Checkpoint { origin: origin.clone(), size: entries, root: [2; 32] }.sign(&signer);
        let cosigned = signer.sign_at(checkpoint.unverified_text(), 7);
        checkpoint.add(cosigned);
        let balances = BalanceRoot { origin, accounts: 9, root: [3; 32], entries: after }.sign(&signer);
        SignedBalances { entries: checkpoint, balances }
    }

    #[test]
    fn what_is_kept_comes_back_and_what_is_none_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Checkpoints::of(dir.path());
        assert_eq!((kept.balance_sizes().unwrap(), kept.balances(5).unwrap()), (Vec::new(), None));
        for entries in [12, 5] {
            kept.keep_balances(entries, &signed(entries, entries)).unwrap();
            assert_eq!(kept.balances(entries).unwrap(), Some(signed(entries, entries)));
        }
        assert_eq!(kept.balance_sizes().unwrap(), [5, 12]);
        assert_eq!(kept.sizes().unwrap(), [0; 0], "they are no checkpoints");
        assert!(SignedBalances::parse(signed(5, 6).text().as_bytes()).is_err());
        let file = |size: u64| dir.path().join(format!("checkpoints/{size:020}.balances"));
        fs::copy(file(5), file(6)).unwrap();
        fs::write(file(12), &fs::read(file(12)).unwrap()[1..]).unwrap();
        for entries in [6, 12] {
            assert!(matches!(kept.balances(entries), Err(KeptError::Bad { .. })), "{entries}");
        }
    }
}
