//! Receipts: one small text by which anybody who knows the ledger's key confirms, offline, that an entry is on record and what the
//! ledger made of it. It holds these two and hashes, nothing of anyone else: a proof of the entry, an empty line, a proof of its outcome.

use ledger::tree::merkle::leaf_hash;
use ledger::tree::outcome_leaf::{self, LeafVerdict};
use proto::entry::EntryError;

use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::log_proof::{HEADER, LogProof, LogProofError};
use crate::proof::signed_note::{NoteError, Verifier};

/// Why a text is no receipt, or why it proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Not a receipt.
    #[error("this is no receipt: {0}")]
    Malformed(&'static str),
    /// A checkpoint in it is bad, forged, or of another ledger.
    #[error("the checkpoint in it does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A witness that was asked for did not sign.
    #[error("the checkpoint in it is not cosigned: {0}")]
    Witness(NoteError),
    /// The entry is not in the tree that was signed.
    #[error(
        "the entry does not fit: its bytes, as entry {index}, do not lead to the root that was signed over {size} \
         entries. The entry, its index or a hash was changed"
    )]
    NotIncluded {
        /// Where the entry is said to be.
        index: u64,
        /// Entries of the checkpoint.
        size: u64,
    },
    /// The outcome is not in the tree that was signed.
    #[error(
        "the outcome does not fit: its bytes, as that of entry {index}, do not lead to the root that was signed over {size} \
         outcomes. The outcome, its index or a hash was changed"
    )]
    OutcomeNotIncluded {
        /// Where it is said to be.
        index: u64,
        /// Outcomes of the checkpoint.
        size: u64,
    },
    /// The balances are not those after the entries of the checkpoint.
    #[error("the balances in it stood after {entries} entries, and the checkpoint in it is over {size}")]
    OtherEntries {
        /// After which they stood.
        entries: u64,
        /// Entries of the checkpoint.
        size: u64,
    },
    /// The leaf of an account is not in the tree that was signed.
    #[error(
        "the balance does not fit: its bytes, as account {index}, do not lead to the root that was signed over {size} accounts. The \
         balance, its place or a hash was changed"
    )]
    BalanceNotIncluded {
        /// Where it is said to be.
        index: u64,
        /// How many accounts there are.
        size: u64,
    },
    /// The accounts proved in it say nothing of the one it names.
    #[error("the accounts proved in it are neither the one it names nor those on both sides of its place")]
    OtherAccount,
    /// What is said to stand on the account is not what its leaf seals.
    #[error("what is said to stand on the account is not what was sealed in its leaf")]
    OtherOpening,
    /// The outcome is that of another entry.
    #[error("the outcome in it is not that of its entry")]
    OtherEntry,
    /// The outcome is written in a way that came later.
    #[error("the outcome in it is of a form that this program does not know; use a newer version")]
    UnknownForm,
}

impl From<LogProofError> for ReceiptError {
    fn from(error: LogProofError) -> Self {
        match error {
            LogProofError::Malformed(why) => Self::Malformed(why),
            LogProofError::Note(error) => Self::Checkpoint(error.into()),
        }
    }
}

/// An entry and its outcome, each with its proof.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The entry's bytes as they are on record, in the tree over entries.
    pub entry: LogProof,
    /// The bytes of its outcome, in the tree over outcomes.
    pub outcome: LogProof,
}

/// What a receipt proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proved {
    /// The checkpoint over entries.
    pub checkpoint: Checkpoint,
    /// The checkpoint over outcomes.
    pub outcomes: Checkpoint,
    /// What the ledger made of the entry.
    pub verdict: LeafVerdict,
    /// When the ledger says that it signed the checkpoint over entries, in seconds since 1970.
    pub signed_at: Option<u64>,
}

impl Receipt {
    /// The text people keep.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}", self.entry.text(), self.outcome.text())
    }

    /// Reads a receipt; proves nothing yet.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::Malformed("it is not UTF-8"))?;
        let between = format!("\n\n{HEADER}\n");
        let (entry, outcome) = text.split_once(&between).ok_or(ReceiptError::Malformed("it holds no second proof"))?;
        if outcome.contains(&between) {
            return Err(ReceiptError::Malformed("it holds more than two proofs"));
        }
        let entry = LogProof::parse(&format!("{entry}\n"))?;
        Ok(Self { entry, outcome: LogProof::parse(&format!("{HEADER}\n{outcome}"))? })
    }

    /// What it proves, if everything fits: the ledger's key signed both checkpoints, each of these witnesses that over entries too, entry
    /// and outcome are in their trees at one place, and belong to each other.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, ledger: &Verifier, witnesses: &[Verifier]) -> Result<Proved, ReceiptError> {
        let checkpoint = Checkpoint::verified(&self.entry.checkpoint, ledger)?;
        for witness in witnesses {
            self.entry.checkpoint.verified_by(witness).map_err(ReceiptError::Witness)?;
        }
        // As any reader of checkpoints takes it: what stands behind the root is not needed here.
        let outcomes = Checkpoint::verified(&self.outcome.checkpoint, &Outcomes::key_of(ledger))?;
        let signed_at = self.entry.checkpoint.signed_at(ledger).map_err(CheckpointError::from)?;
        self.outcome.checkpoint.signed_at(ledger).map_err(CheckpointError::from)?;
        Ok(Proved { signed_at, ..self.are_in(checkpoint, outcomes)? })
    }

    /// What it proves of the checkpoints in it, whoever signed them.
    ///
    /// # Errors
    /// What does not fit.
    pub fn fits(&self) -> Result<Proved, ReceiptError> {
        let checkpoint = Checkpoint::parse(self.entry.checkpoint.unverified_text())?;
        self.are_in(checkpoint, Checkpoint::parse(self.outcome.checkpoint.unverified_text())?)
    }

    fn are_in(&self, checkpoint: Checkpoint, outcomes: Checkpoint) -> Result<Proved, ReceiptError> {
        let index = self.entry.index;
        if !self.entry.is_in(&checkpoint) {
            return Err(ReceiptError::NotIncluded { index, size: checkpoint.size });
        }
        if !self.outcome.is_in(&outcomes) {
            return Err(ReceiptError::OutcomeNotIncluded { index: self.outcome.index, size: outcomes.size });
        }
        let leaf = outcome_leaf::read(&self.outcome.data).ok_or(ReceiptError::UnknownForm)?;
        let salted = match proto::entry::salt(&self.entry.data) {
            Ok(salt) => salt == leaf.mark.salt,
            // An entry of a later form has its salt elsewhere; its leaf alone binds it then.
            Err(error) => matches!(error, EntryError::Kind { .. } | EntryError::Group),
        };
        let later = matches!(leaf.verdict, LeafVerdict::Duplicate { first, .. } if first >= index);
        if self.outcome.index != index || leaf.mark.leaf != leaf_hash(&self.entry.data) || !salted || later {
            return Err(ReceiptError::OtherEntry);
        }
        Ok(Proved { checkpoint, outcomes, verdict: leaf.verdict, signed_at: None })
    }
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
mod tests;
