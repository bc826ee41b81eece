//! A proof that something is in a log, as text (C2SP tlog-proof): what it is, where it is, the path to the root, and the signed
//! checkpoint. What it means, and who signs, is not known here.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::proof::is_included;

use crate::proof::checkpoint::Checkpoint;
use crate::proof::signed_note::{Note, NoteError};

/// The first line.
pub(crate) const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A path in a tree of 2^64 entries is no longer.
const MAX_PATH: usize = 64;

/// Why a text is no proof.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LogProofError {
    /// It is not written as one.
    #[error("{0}")]
    Malformed(&'static str),
    /// Its checkpoint is no note.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// A leaf with its path and the checkpoint it leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogProof {
    /// What the leaf is the hash of.
    pub data: Vec<u8>,
    /// Its place in the log.
    pub index: u64,
    /// The path to the root, lowest hash first.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl LogProof {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HEADER}\nextra {}\nindex {}\n", STANDARD.encode(&self.data), self.index);
        for hash in &self.path {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", STANDARD.encode(hash));
        }
        let _ = write!(text, "\n{}", self.checkpoint);
        text
    }

    /// Reads the text; proves nothing yet.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, LogProofError> {
        let malformed = LogProofError::Malformed;
        let (head, note) = text.split_once("\n\n").ok_or(malformed("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        let mut line = |missing| lines.next().ok_or(malformed(missing));
        if line("it is empty")? != HEADER {
            return Err(malformed("its first line should read c2sp.org/tlog-proof@v1"));
        }
        let data = line("it has no data")?.strip_prefix("extra ").and_then(|text| STANDARD.decode(text).ok());
        let data = data.ok_or(malformed("its second line should hold what is proved in base64"))?;
        let number = line("it has no index")?.strip_prefix("index ");
        let index = number.and_then(|text| text.parse().ok().filter(|index: &u64| index.to_string() == text));
        let index = index.ok_or(malformed("its third line should name the index"))?;
        let path: Option<Vec<Hash>> =
            lines.map(|line| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok())).collect();
        let path = path.filter(|path| path.len() <= MAX_PATH);
        let path = path.ok_or(malformed("a hash is not 32 bytes in base64"))?;
        Ok(Self { data, index, path, checkpoint: Note::parse(note.as_bytes())? })
    }

    /// Whether what is proved is in the tree of a checkpoint.
    #[must_use]
    pub fn is_in(&self, checkpoint: &Checkpoint) -> bool {
        is_included(&leaf_hash(&self.data), self.index, checkpoint.size, &self.path, &checkpoint.root)
    }
}
