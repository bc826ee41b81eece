//! What a running ledger answers to auditors: signed checkpoints, and proofs in the tree they are over.

use std::sync::Arc;

use bytes::Bytes;
use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;

use super::recorded::missing;
use super::{Engine, EngineError, Role};
use crate::proof::checkpoint_files::Signed;
use crate::proof::notary::SigningError;

impl Engine {
    /// The checkpoint signed last; of a follower the last of its writer that was equal here.
    ///
    /// # Errors
    /// The ledger has no key, or signing has ended; or the follower has compared none yet.
    pub fn checkpoint(&self) -> Result<Arc<Signed>, SigningError> {
        match &self.role {
            Role::Writer(writing) => writing.notary()?.latest(),
            Role::Follower(follower) => follower.latest(),
        }
    }

    /// A checkpoint over everything folded by now.
    ///
    /// # Errors
    /// The ledger has no key, signing has ended, or it is a follower.
    pub async fn sign_now(&self) -> Result<Arc<Signed>, SigningError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower) };
        let notary = writing.notary()?;
        notary.sign_now()?.await.unwrap_or_else(|_| Err(notary.why_ended()))
    }

    /// The path from an entry to the root over the first `size` entries, lowest hash first. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry or tree, or the ledger has no key.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, SigningError> {
        self.leaf_and_path(index, size).map(|(_, path)| path)
    }

    /// What shows that the tree over `to` entries continues the one over `from`. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There are no such trees, or the ledger has no key.
    pub fn prove_consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, SigningError> {
        match &self.role {
            Role::Writer(writing) => writing.notary()?.prove_consistency(from, to),
            Role::Follower(follower) => Ok(follower.tiles().lock().prove_consistency(from, to)?),
        }
    }

    fn leaf_and_path(&self, index: u64, size: u64) -> Result<(Hash, Vec<Hash>), SigningError> {
        match &self.role {
            Role::Writer(writing) => writing.notary()?.prove_inclusion(index, size),
            Role::Follower(follower) => {
                let tiles = follower.tiles().lock();
                let path = tiles.prove_inclusion(index, size)?;
                Ok((tiles.subtree(0, index)?, path))
            }
        }
    }

    /// The stored bytes of an entry, over which its leaf is taken. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry, the ledger has no key, or the files hold no entry of this leaf.
    pub fn entry_bytes(&self, index: u64) -> Result<Bytes, EngineError> {
        // The tree knows the leaf, so a void frame's entry of the same index cannot be taken for it.
        let (leaf, _) = self.leaf_and_path(index, index.saturating_add(1))?;
        let found = self.single.entry(index, &|bytes| leaf_hash(bytes) == leaf);
        let found = found.map_err(|error| self.live.noted(self.as_found(error).into()))?;
        if found.is_none() {
            // The record or the tree is wrong; of the record it is known by the event.
            self.recorded(index)?;
        }
        let why = "no frame holds an entry of the leaf in the tree";
        found.ok_or_else(|| self.as_found(missing(&self.single, index, why.to_owned())).into())
    }
}
