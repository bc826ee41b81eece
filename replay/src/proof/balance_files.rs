//! Signed roots over all balances as files beside the checkpoints, one for each that a closing brought: what was signed then is shown later,
//! also when the key that signed it has ended. Which are made stands in the engine, what they say in `balance_note`.

use std::fs;
use std::io::ErrorKind;

use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::checkpoint_files::{BALANCES, Checkpoints, KeptError};
use crate::proof::signed_note::{Note, two_notes};

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

impl Checkpoints {
    /// After how many entries there are roots over all balances, the least first.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub(crate) fn balance_sizes(&self) -> Result<Vec<u64>, KeptError> {
        self.sizes_of(BALANCES)
    }

    /// The root after so many entries, if it is kept. Its signatures are not checked here.
    ///
    /// # Errors
    /// It cannot be read or is none.
    pub(crate) fn balances(&self, entries: u64) -> Result<Option<SignedBalances>, KeptError> {
        let path = self.path(entries, BALANCES);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeptError::Io { doing: "reading", path, source }),
            Ok(bytes) => bytes,
        };
        let bad = |source| KeptError::Bad { path: path.clone(), source };
        let signed = SignedBalances::parse(&bytes).map_err(bad)?;
        match Checkpoint::parse(signed.entries.unverified_text()) {
            Ok(checkpoint) if checkpoint.size == entries => Ok(Some(signed)),
            _ => Err(bad(CheckpointError::Malformed("its size is not the one its file is named after"))),
        }
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
