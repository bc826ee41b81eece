//! Checkpoints: what a ledger signs. One note over size and root of the tree over entries, and beside it one over that of their outcomes,
//! each a C2SP tlog-checkpoint of an origin of its own; the second adds the trial balance. Files and keys are not here.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::account::Book;
use ledger::hash::Hash;

use crate::proof::signed_note::{Note, NoteError, Signer, Verifier};
use crate::proof::tally::Turnover;

/// What is appended to the origin of a checkpoint in the note beside it, and to the name of the key that signs it.
const OUTCOMES: &str = "/outcomes";

/// More entries than any log has.
const MOST: u64 = 1 << 62;

/// Why a text is no checkpoint, or not the one wanted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note or its signature is bad.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not one.
    #[error("this is no checkpoint: {0}")]
    Malformed(&'static str),
    /// The file it should be in cannot be read, or is not as it was signed.
    #[error("{0}")]
    Damaged(String),
    /// It is signed by the right key but speaks for another ledger.
    #[error("the checkpoint is of {found}, not of {wanted}")]
    WrongOrigin {
        /// Whose it is.
        found: String,
        /// Whose was wanted.
        wanted: String,
    },
    /// The key that signed it does not count over so many entries: another took its place, or it came later.
    #[error("the key {key} that signed over {size} entries signs {}: the record announces another", span(*from, *to))]
    Outside {
        /// The key's name.
        key: String,
        /// Entries of the checkpoint.
        size: u64,
        /// Over how many entries it signs at least.
        from: u64,
        /// And at most, if the record says so.
        to: Option<u64>,
    },
}

fn span(from: u64, to: Option<u64>) -> String {
    match to {
        Some(to) => format!("over {from} to {to} entries only"),
        None => format!("over {from} entries and more"),
    }
}

/// Size and root of a ledger's tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Which ledger; also the name of its key.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text. Lines after the third are allowed and passed over, as the format says.
    ///
    /// # Errors
    /// It is no checkpoint.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = NoteLines::of(text)?;
        let origin = lines.next("it has no origin")?.to_owned();
        let size = decimal(lines.next("it has no size")?)?;
        // The packages of Go's checksum database never end over more, and all are to come to one verdict.
        if size > MOST {
            return Err(CheckpointError::Malformed("it is over more entries than there can be"));
        }
        let root = hash(lines.next("it has no root")?)?;
        Ok(Self { origin, size, root })
    }

    /// Signs it.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> Note {
        Note::signed(self.text(), signer)
    }

    /// Reads a checkpoint out of a note, if this key signed it and speaks for its origin.
    ///
    /// # Errors
    /// The note is no checkpoint, not signed by the key, or of another ledger.
    pub fn verified(note: &Note, verifier: &Verifier) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(note.verified_by(verifier)?)?;
        speaks_for(verifier, &checkpoint.origin)?;
        Ok(checkpoint)
    }
}

/// What was made of a ledger's entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcomes {
    /// Which ledger, as in its checkpoints.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// RFC 6962 root over their outcomes.
    pub root: Hash,
    /// What was posted in each book, in the order of [`Book::ALL`].
    pub books: [Turnover; Book::ALL.len()],
}

impl Outcomes {
    /// The text that is signed. What follows the root are extension lines: no reader of checkpoints needs them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}{OUTCOMES}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root));
        for (book, sums) in Book::ALL.iter().zip(&self.books) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "book {} debits {} credits {}", book.name(), sums.debits, sums.credits);
        }
        text
    }

    /// Reads the text.
    ///
    /// # Errors
    /// It is not one of these.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = NoteLines::of(text)?;
        let origin = lines.next("it has no origin")?.strip_suffix(OUTCOMES);
        let origin = origin.ok_or(CheckpointError::Malformed("its origin does not end in /outcomes"))?.to_owned();
        let size = decimal(lines.next("it has no size")?)?;
        let root = hash(lines.next("it has no root")?)?;
        let mut books = [Turnover::default(); Book::ALL.len()];
        for (book, sums) in Book::ALL.iter().zip(&mut books) {
            *sums = turnover(*book, lines.next("a book is missing")?)?;
        }
        Ok(Self { origin, size, root, books })
    }

    /// Signs it, with the ledger's key under the name of this log.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> Note {
        Note::signed(self.text(), &signer.named_with(OUTCOMES))
    }

    /// The key under whose name a ledger's key signs these.
    #[must_use]
    pub fn key_of(ledger: &Verifier) -> Verifier {
        ledger.named_with(OUTCOMES)
    }

    /// Reads it out of a note, if this key of a ledger signed it and speaks for its origin.
    ///
    /// # Errors
    /// The note is not one of these, not signed by the key, or of another ledger.
    pub fn verified(note: &Note, verifier: &Verifier) -> Result<Self, CheckpointError> {
        let outcomes = Self::parse(note.verified_by(&Self::key_of(verifier))?)?;
        speaks_for(verifier, &outcomes.origin)?;
        Ok(outcomes)
    }
}

pub(super) fn speaks_for(verifier: &Verifier, origin: &str) -> Result<(), CheckpointError> {
    if verifier.name() == origin {
        return Ok(());
    }
    Err(CheckpointError::WrongOrigin { found: origin.to_owned(), wanted: verifier.name().to_owned() })
}

pub(super) struct NoteLines<'a>(std::str::Split<'a, char>);

impl<'a> NoteLines<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Malformed("its last line does not end"))?;
        Ok(Self(text.split('\n')))
    }

    pub(super) fn next(&mut self, missing: &'static str) -> Result<&'a str, CheckpointError> {
        self.0.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Malformed(missing))
    }
}

/// Only the shortest form of a number is taken, so that one checkpoint has one text.
pub(super) fn decimal<N: std::str::FromStr + std::fmt::Display>(text: &str) -> Result<N, CheckpointError> {
    let number: N = text.parse().map_err(|_| CheckpointError::Malformed("a number is none"))?;
    if number.to_string() == text { Ok(number) } else { Err(CheckpointError::Malformed("a number is not plain")) }
}

pub(super) fn hash(text: &str) -> Result<Hash, CheckpointError> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(CheckpointError::Malformed("a hash is not 32 bytes in base64"))
}

fn turnover(book: Book, line: &str) -> Result<Turnover, CheckpointError> {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["book", name, "debits", debits, "credits", credits] if name == book.name() => {
            Ok(Turnover { debits: decimal(debits)?, credits: decimal(credits)? })
        }
        _ => Err(CheckpointError::Malformed("a book is missing or out of order")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::Role;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("example.gov.cn/ledger", Role::Author, &[seed; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "example.gov.cn/ledger".to_owned(), size: 20_852_163, root: [7; 32] }
    }

    #[test]
    fn a_checkpoint_comes_back_through_its_note() {
        let note = checkpoint().sign(&signer(1));
        let again = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(Checkpoint::verified(&again, signer(1).verifier()), Ok(checkpoint()));
        assert!(Checkpoint::verified(&again, signer(2).verifier()).is_err());
        let stranger = Checkpoint { origin: "example.gov.cn/other".to_owned(), ..checkpoint() }.sign(&signer(1));
        assert!(matches!(
            Checkpoint::verified(&stranger, signer(1).verifier()),
            Err(CheckpointError::WrongOrigin { .. })
        ));
    }

    #[test]
    fn outcomes_come_back_and_are_no_checkpoint() {
        let books = [1, 2, 3, 1 << 90].map(|fen| Turnover { debits: fen, credits: fen });
        let outcomes = Outcomes { origin: checkpoint().origin, size: 9, root: [3; 32], books };
        let note = outcomes.sign(&signer(1));
        assert_eq!(Outcomes::verified(&note, signer(1).verifier()), Ok(outcomes));
        // The one may not be taken for the other: its origin differs.
        assert!(Checkpoint::verified(&note, signer(1).verifier()).is_err());
        assert!(Outcomes::verified(&checkpoint().sign(&signer(1)), signer(1).verifier()).is_err());
    }

    #[test]
    fn one_checkpoint_has_one_text() {
        let text = checkpoint().text();
        assert!(Checkpoint::parse(&text.replace("20852163", "020852163")).is_err());
        assert!(Checkpoint::parse(&text.replace("20852163", "+20852163")).is_err());
        assert!(Checkpoint::parse(&text.replace('\n', "\n\n")).is_err());
        assert!(Checkpoint::parse(text.trim_end()).is_err());
        assert_eq!(Checkpoint::parse(&format!("{text}extension\n")), Ok(checkpoint()));
    }
}
