//! What is signed over all balances: a C2SP tlog-checkpoint of an origin of its own, whose size is the number of accounts, and which says
//! after how many entries they stood so. Which leaves the tree has is in `ledger`, when it is signed in `notary`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;

use crate::proof::checkpoint::{CheckpointError, NoteLines, decimal, hash, speaks_for};
use crate::proof::signed_note::{Note, Signer, Verifier};

/// What is appended to the origin of a checkpoint, and to the name of the key.
const BALANCES: &str = "/balances";

/// What the line behind the root begins with.
const ENTRIES: &str = "entries ";

/// The root over all balances after some entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BalanceRoot {
    /// Which ledger, as in its checkpoints.
    pub origin: String,
    /// How many accounts there are.
    pub accounts: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
    /// After how many entries.
    pub entries: u64,
}

impl BalanceRoot {
    /// The text that is signed. What follows the root is an extension line to readers of checkpoints.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { origin, accounts, root, entries } = self;
        format!("{origin}{BALANCES}\n{accounts}\n{}\n{ENTRIES}{entries}\n", STANDARD.encode(root))
    }

    /// Reads the text. Lines after the fourth are passed over.
    ///
    /// # Errors
    /// It is not one of these.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = NoteLines::of(text)?;
        let origin = lines.next("it has no origin")?.strip_suffix(BALANCES);
        let origin = origin.ok_or(CheckpointError::Malformed("its origin does not end in /balances"))?.to_owned();
        let accounts = decimal(lines.next("it has no size")?)?;
        let root = hash(lines.next("it has no root")?)?;
        let entries = lines.next("it does not say after how many entries")?.strip_prefix(ENTRIES);
        let entries = decimal(entries.ok_or(CheckpointError::Malformed("it does not say after how many entries"))?)?;
        Ok(Self { origin, accounts, root, entries })
    }

    /// Signs it, with the ledger's key under the name of this log.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> Note {
        Note::signed(self.text(), &signer.named_with(BALANCES))
    }

    /// The key under whose name a ledger's key signs these.
    #[must_use]
    pub fn key_of(ledger: &Verifier) -> Verifier {
        ledger.named_with(BALANCES)
    }

    /// Reads it out of a note, if this key of a ledger signed it and speaks for its origin.
    ///
    /// # Errors
    /// The note is not one of these, not signed by the key, or of another ledger.
    pub fn verified(note: &Note, ledger: &Verifier) -> Result<Self, CheckpointError> {
        let balances = Self::parse(note.verified_by(&Self::key_of(ledger))?)?;
        speaks_for(ledger, &balances.origin)?;
        Ok(balances)
    }
}
