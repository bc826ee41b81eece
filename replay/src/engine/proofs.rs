//! What a running ledger answers to auditors: signed checkpoints, and proofs in the trees they are over.

use std::sync::Arc;

use bytes::Bytes;
use ledger::entry::Entry;
use ledger::state::State;
use ledger::state::key_rows::AnnouncedKey;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::outcome_leaf::{EntryMark, write};
use parking_lot::MutexGuard;
use proto::entry::Raw;

use super::folded::folded;
use super::recorded::missing;
use super::{Engine, EngineError, Role};
use crate::proof::checkpoint::Checkpoint;
use crate::proof::checkpoint_files::Signed;
use crate::proof::notary::SigningError;
use crate::proof::trees::{Trees, TwoPaths};
use crate::proof::trust::line_of;

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

    /// The last checkpoint that at least so many of the witnesses cosigned which the ledger was told of.
    ///
    /// # Errors
    /// There is none, the ledger has no key, or it is a follower, which knows no witness.
    pub fn checkpoint_cosigned(&self, least: usize) -> Result<Arc<Signed>, SigningError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower) };
        writing.notary()?.last_cosigned(least)
    }

    /// Keeps what known witnesses signed under a checkpoint of this ledger, and shows it with that from now on. Entries the checkpoint
    /// is over, and who they are. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The ledger did not sign these notes, knows none of the witnesses, or cannot keep what they signed; or it is a follower.
    pub fn cosigned_by(&self, offered: &Signed) -> Result<(u64, Vec<String>), SigningError> {
        let Role::Writer(writing) = &self.role else { return Err(SigningError::Follower) };
        writing.notary()?.cosigned_by(offered)
    }

    /// The paths from an entry and from its outcome to the roots over the first `size` of them. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry or tree, or the ledger has no key.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<TwoPaths, SigningError> {
        Ok(self.trees(size)?.prove_inclusion(index, size)?)
    }

    /// What shows that the trees over `to` entries continue those over `from`. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There are no such trees, or the ledger has no key.
    pub fn prove_consistency(&self, from: u64, to: u64) -> Result<TwoPaths, SigningError> {
        Ok(self.trees(to)?.prove_consistency(from, to)?)
    }

    /// The trees, over at least so many entries if they are folded: callers are answered before the thread that signs takes their
    /// entries, and may ask about these at once.
    fn trees(&self, size: u64) -> Result<MutexGuard<'_, Trees>, SigningError> {
        let notary = match &self.role {
            Role::Follower(follower) => return Ok(follower.trees().lock()),
            Role::Writer(writing) => writing.notary()?,
        };
        let trees = notary.trees().lock();
        if trees.entries.0.size() >= size {
            return Ok(trees);
        }
        drop(trees);
        if self.read().entries >= size {
            notary.wait_for_taken();
        }
        Ok(notary.trees().lock())
    }

    /// What the ledger made of the entry that comes after `before`, as bytes of the tree over outcomes: folded once more, and given
    /// only if it is what stands there. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry, the ledger has no key, or what is made of the entry now is something else.
    pub fn outcome_bytes(&self, mut before: State) -> Result<Bytes, EngineError> {
        let index = before.entries;
        let bytes = self.entry_bytes(index)?;
        let unreadable = |why: &dyn std::fmt::Display| EngineError::unreadable(index, why);
        let Raw { recorded_ms, proof, again, salt, principal, content } =
            proto::entry::decode(&bytes).map_err(|error| unreadable(&error))?;
        let event = proto::event::decode(content).map_err(|error| unreadable(&error))?;
        let outcome =
            folded(&mut before, &Entry { index, recorded_ms, principal, proof, again, content, event: &event })?;
        let (mut made, mark) = (Vec::new(), EntryMark { leaf: leaf_hash(&bytes), salt });
        write(&mut made, &mark, &outcome, &before);
        let leaf = self.trees(index + 1)?.outcomes.0.subtree(0, index).map_err(SigningError::from)?;
        if leaf == leaf_hash(&made) { Ok(made.into()) } else { Err(EngineError::OutcomeDiffers { index }) }
    }

    /// Which of the first `size` entries announce keys in the line of the key that signs now.
    ///
    /// # Errors
    /// The ledger has no key.
    pub fn announcements(&self, size: u64) -> Result<Vec<u64>, SigningError> {
        let latest = self.checkpoint()?;
        let (Checkpoint { origin, .. }, _) = latest.unverified()?;
        let state = self.read();
        let rows: Vec<&AnnouncedKey> = state.keys.iter().map(|(_, row)| row).filter(|row| row.last < size).collect();
        Ok(line_of(&latest.tree, &origin, &rows).into_iter().map(|row| row.last).collect())
    }

    /// The stored bytes of an entry, over which its leaf is taken. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is no such entry, the ledger has no key, or the files hold no entry of this leaf.
    pub fn entry_bytes(&self, index: u64) -> Result<Bytes, EngineError> {
        // The tree knows the leaf, so a void frame's entry of the same index cannot be taken for it.
        let leaf = {
            let trees = self.trees(index.saturating_add(1))?;
            let size = trees.entries.0.size();
            if index >= size {
                return Err(SigningError::OutOfRange { asked: index, size }.into());
            }
            trees.entries.0.subtree(0, index).map_err(SigningError::from)?
        };
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
