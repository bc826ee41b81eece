//! Signed notes (C2SP signed-note): a text, then signatures with Ed25519 that each name their key. What the text says is not looked at
//! here; the keys are in `note_keys`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::note_keys::is_name;
pub use super::note_keys::{NoteError, Role, SignatureLine, Signer, Verifier};

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";
/// More is no note of ours, and not worth the memory.
const MAX_NOTE_BYTES: usize = 1 << 20;
/// As many signatures as the reference implementation reads.
const MAX_SIGNATURES: usize = 100;

/// A text with signatures, none of which has been checked yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    text: String,
    /// The signatures in their order.
    pub signatures: Vec<SignatureLine>,
}

impl Note {
    /// A note of one signature.
    #[must_use]
    pub fn signed(text: String, signer: &Signer) -> Self {
        let signatures = vec![signer.sign(&text)];
        Self { text, signatures }
    }

    /// A note that nobody signed yet.
    #[must_use]
    pub(crate) fn unsigned(text: String) -> Self {
        Self { text, signatures: Vec::new() }
    }

    /// Reads a note.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Malformed("it is too long"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        if whole.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed("it has control characters"));
        }
        // The last blank line parts text and signatures; the text keeps its last newline.
        let at = whole.rfind("\n\n").ok_or(NoteError::Malformed("no blank line parts text and signatures"))?;
        let (text, lines) = (&whole[..=at], &whole[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("the last line does not end"))?;
        let signatures: Option<Vec<_>> = lines.split('\n').map(signature_line).collect();
        let signatures = signatures.ok_or(NoteError::Malformed("a line after the blank one is no signature"))?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, if this key signed it. A witness's signature also says when, in its first eight bytes.
    ///
    /// # Errors
    /// There is no signature by the key, or it does not fit.
    pub fn verified_by(&self, verifier: &Verifier) -> Result<&str, NoteError> {
        // Keys that follow each other share their name.
        let which = || NoteError::NotSigned(format!("{}+{:08x}", verifier.name(), verifier.id()));
        let line = self.line_of(verifier).ok_or_else(which)?;
        if verifier.fits(&self.text, &line.bytes) {
            Ok(&self.text)
        } else {
            Err(NoteError::Forged(verifier.name().to_owned()))
        }
    }

    /// When an author says that it signed, in seconds since 1970, if it does.
    ///
    /// # Errors
    /// It does, and the signature with the time does not fit.
    pub fn signed_at(&self, verifier: &Verifier) -> Result<Option<u64>, NoteError> {
        let timed = verifier.timed();
        let Some(line) = self.line_of(&timed) else { return Ok(None) };
        if !timed.fits(&self.text, &line.bytes) {
            return Err(NoteError::Forged(timed.name().to_owned()));
        }
        Ok(line.bytes.first_chunk().map(|time| u64::from_be_bytes(*time)))
    }

    /// When a witness saw the text, in seconds since 1970, if it cosigned it.
    ///
    /// # Errors
    /// There is no signature by the key, or it does not fit.
    pub fn cosigned_at(&self, witness: &Verifier) -> Result<u64, NoteError> {
        self.verified_by(witness)?;
        let time =
            self.line_of(witness).filter(|_| witness.role() == Role::Witness).and_then(|line| line.bytes.first_chunk());
        let none = NoteError::Key { kind: "witness's key", why: "it signs no times" };
        time.map(|bytes| u64::from_be_bytes(*bytes)).ok_or(none)
    }

    /// Takes over a signature by a key from another note of the same text, if it is good and this note has none by that key.
    pub(crate) fn add_of(&mut self, other: &Self, key: &Verifier) -> bool {
        let good = other.verified_by(key).is_ok_and(|text| text == self.text) && self.line_of(key).is_none();
        let line = other.line_of(key).filter(|_| good);
        self.signatures.extend(line.cloned());
        line.is_some()
    }

    /// The text, whoever signed it. For showing, never for believing.
    #[must_use]
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// Adds a signature, in place of an earlier one by the same key.
    pub fn add(&mut self, line: SignatureLine) {
        self.signatures.retain(|old| (old.id, &old.name) != (line.id, &line.name));
        self.signatures.push(line);
    }

    /// Whether a line claims to be by a key.
    pub(crate) fn names(&self, key: &Verifier) -> bool {
        self.line_of(key).is_some()
    }

    fn line_of(&self, verifier: &Verifier) -> Option<&SignatureLine> {
        self.signatures.iter().find(|line| line.id == verifier.id() && line.name == verifier.name())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let mut bytes = line.id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&line.bytes);
            writeln!(f, "{DASH}{} {}", line.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

/// Two notes that stand one behind the other with an empty line between.
pub(super) fn two_notes(bytes: &[u8]) -> Result<[Note; 2], NoteError> {
    let malformed = NoteError::Malformed("it is not two notes");
    let text = std::str::from_utf8(bytes).map_err(|_| malformed.clone())?;
    let parts: Vec<&str> = text.split("\n\n").collect();
    let [first, by, second, also_by] = parts[..] else { return Err(malformed) };
    let first = Note::parse(format!("{first}\n\n{by}\n").as_bytes())?;
    Ok([first, Note::parse(format!("{second}\n\n{also_by}").as_bytes())?])
}

fn signature_line(line: &str) -> Option<SignatureLine> {
    let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(bytes).ok()?;
    let (id, bytes) = bytes.split_first_chunk()?;
    (is_name(name) && !bytes.is_empty()).then(|| SignatureLine {
        name: name.to_owned(),
        id: u32::from_be_bytes(*id),
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
#[path = "signed_note_tests.rs"]
mod tests;
