//! What a running ledger answers to auditors: signed checkpoints, and proofs in the tree they stand for.

use std::sync::Arc;

use bytes::Bytes;
use ledger::merkle::{Hash, leaf_hash};

use super::{DriveError, Engine};
use crate::checkpoints::Signed;
use crate::error::LogError;
use crate::signing::{Notary, SigningError};

impl Engine {
    fn notary(&self) -> Result<&Notary, SigningError> {
        self.shared.notary.as_ref().ok_or(SigningError::NoKey)
    }

    /// The checkpoint signed last.
    ///
    /// # Errors
    /// The ledger has no key, or signing has ended.
    pub fn checkpoint(&self) -> Result<Arc<Signed>, SigningError> {
        self.notary()?.latest()
    }

    /// A checkpoint over everything folded by now.
    ///
    /// # Errors
    /// As [`Engine::checkpoint`].
    pub async fn sign_now(&self) -> Result<Arc<Signed>, SigningError> {
        let notary = self.notary()?;
        notary.sign_now()?.await.unwrap_or_else(|_| Err(notary.why_ended()))
    }

    /// The path from an entry to the root over the first `size` entries, lowest hash first. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry or tree, or the ledger has no key.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, SigningError> {
        self.notary()?.prove_inclusion(index, size).map(|(_, path)| path)
    }

    /// What shows that the tree over `to` entries continues the one over `from`. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There are no such trees, or the ledger has no key.
    pub fn prove_consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, SigningError> {
        self.notary()?.prove_consistency(from, to)
    }

    /// The stored bytes of an entry, over which its leaf is taken. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry, the ledger has no key, or the files hold no entry of this leaf.
    pub fn entry_bytes(&self, index: u64) -> Result<Bytes, DriveError> {
        // The tree knows the leaf, so a void frame's entry of the same index cannot be taken for it.
        let (leaf, _) = self.notary()?.prove_inclusion(index, index.saturating_add(1))?;
        let found = self.shared.single.entry(index, &|bytes| leaf_hash(bytes) == leaf)?;
        found.ok_or_else(|| {
            let place = format!("the files of the record in {}", self.shared.single.dir().display());
            let why = "no frame holds an entry of the leaf in the tree; verify the record".to_owned();
            LogError::Damage { place, frame: 0, index, why }.into()
        })
    }
}
