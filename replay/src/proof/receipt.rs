//! Receipts: one small text (C2SP tlog-proof) by which anybody who knows the ledger's key confirms, offline, that an
//! entry is on record. It holds that entry and hashes, nothing of anyone else.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::proof::is_included;

use crate::proof::checkpoint::{Checkpoint, CheckpointError};
use crate::proof::signed_note::{Note, NoteError, Verifier};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A path in a tree of 2^64 entries is no longer.
const MAX_PATH: usize = 64;

/// Why a text is no receipt, or why it proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Not a receipt.
    #[error("this is no receipt: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it is bad, forged, or of another ledger.
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
}

impl From<NoteError> for ReceiptError {
    fn from(error: NoteError) -> Self {
        Self::Checkpoint(error.into())
    }
}

/// An entry with its proof.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The entry's bytes as they are on record.
    pub entry: Vec<u8>,
    /// Its index.
    pub index: u64,
    /// The path to the root, lowest hash first.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl Receipt {
    /// The text people keep.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HEADER}\nextra {}\nindex {}\n", STANDARD.encode(&self.entry), self.index);
        for hash in &self.path {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", STANDARD.encode(hash));
        }
        let _ = write!(text, "\n{}", self.checkpoint);
        text
    }

    /// Reads a receipt; proves nothing yet.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::Malformed("it is not UTF-8"))?;
        let (head, note) = text.split_once("\n\n").ok_or(ReceiptError::Malformed("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        let mut line = |missing| lines.next().ok_or(ReceiptError::Malformed(missing));
        if line("it is empty")? != HEADER {
            return Err(ReceiptError::Malformed("its first line should read c2sp.org/tlog-proof@v1"));
        }
        let entry = line("it has no entry")?.strip_prefix("extra ").and_then(|text| STANDARD.decode(text).ok());
        let entry = entry.ok_or(ReceiptError::Malformed("its second line should hold the entry in base64"))?;
        let number = line("it has no index")?.strip_prefix("index ");
        let index = number.and_then(|text| text.parse().ok().filter(|index: &u64| index.to_string() == text));
        let index = index.ok_or(ReceiptError::Malformed("its third line should name the index"))?;
        let path: Option<Vec<Hash>> =
            lines.map(|line| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok())).collect();
        let path = path.filter(|path| path.len() <= MAX_PATH);
        let path = path.ok_or(ReceiptError::Malformed("a hash is not 32 bytes in base64"))?;
        Ok(Self { entry, index, path, checkpoint: Note::parse(note.as_bytes())? })
    }

    /// The checkpoint that covers the entry, if everything fits: the ledger's key signed it, each of these witnesses
    /// too, and the entry is in its tree.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, ledger: &Verifier, witnesses: &[Verifier]) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::verified(&self.checkpoint, ledger)?;
        for witness in witnesses {
            self.checkpoint.verified_by(witness).map_err(ReceiptError::Witness)?;
        }
        self.is_in(checkpoint)
    }

    /// The checkpoint in it, whoever signed it, if the entry is in its tree.
    ///
    /// # Errors
    /// It is not.
    pub fn fits(&self) -> Result<Checkpoint, ReceiptError> {
        self.is_in(Checkpoint::parse(self.checkpoint.unverified_text())?)
    }

    fn is_in(&self, checkpoint: Checkpoint) -> Result<Checkpoint, ReceiptError> {
        let (index, size) = (self.index, checkpoint.size);
        if is_included(&leaf_hash(&self.entry), index, size, &self.path, &checkpoint.root) {
            Ok(checkpoint)
        } else {
            Err(ReceiptError::NotIncluded { index, size })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::{Role, Signer};
    use ledger::tree::merkle::Frontier;
    use ledger::tree::proof::prove_inclusion;

    fn entry(n: u64) -> Vec<u8> {
        format!("entry {n}").into_bytes()
    }

    fn subtree(level: u32, index: u64) -> Hash {
        let mut tree = Frontier::new();
        (index << level..(index + 1) << level).for_each(|n| tree.push(leaf_hash(&entry(n))));
        tree.root()
    }

    fn signer() -> Signer {
        Signer::from_seed("here", Role::Author, &[1; 32]).unwrap()
    }

    fn receipt(index: u64, size: u64) -> Receipt {
        let mut hashes = |level, index| Ok::<_, ()>(subtree(level, index));
        let root = ledger::tree::proof::root(size, &mut hashes).unwrap();
        let path = prove_inclusion(index, size, &mut hashes).unwrap();
        let checkpoint = Checkpoint { origin: "here".to_owned(), size, root }.sign(&signer());
        Receipt { entry: entry(index), index, path, checkpoint }
    }

    #[test]
    fn a_receipt_comes_back_and_holds() {
        for (index, size) in [(0, 1), (0, 2), (5, 7), (6, 7), (8, 100)] {
            let again = Receipt::parse(receipt(index, size).text().as_bytes()).unwrap();
            assert_eq!(again, receipt(index, size));
            assert_eq!(again.check(signer().verifier(), &[]).unwrap().size, size);
        }
    }

    #[test]
    fn whatever_is_changed_no_longer_holds() {
        let good = receipt(5, 7);
        let text = good.text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let held = Receipt::parse(&bytes).and_then(|receipt| receipt.check(signer().verifier(), &[]));
            assert!(held.is_err(), "byte {at} of\n{text}");
        }
        let other = Signer::from_seed("here", Role::Author, &[2; 32]).unwrap();
        assert!(good.check(other.verifier(), &[]).is_err());
    }

    #[test]
    fn a_witness_that_is_asked_for_must_have_signed() {
        let witness = Signer::from_seed("witness", Role::Witness, &[3; 32]).unwrap();
        let mut receipt = receipt(5, 7);
        let asked = [witness.verifier().clone()];
        assert!(matches!(receipt.check(signer().verifier(), &asked), Err(ReceiptError::Witness(_))));
        let text = receipt.checkpoint.unverified_text().to_owned();
        receipt.checkpoint.add(witness.cosign(&text, 1_700_000_000));
        assert!(receipt.check(signer().verifier(), &asked).is_ok());
        let again = Receipt::parse(receipt.text().as_bytes()).unwrap();
        assert!(again.check(signer().verifier(), &asked).is_ok());
    }
}
