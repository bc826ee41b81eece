//! Which keys may sign a ledger's checkpoints: those the reader was given, and those the record announces under the
//! signature of a key trusted before, each once a checkpoint covers its announcement. Announcing is an event like any
//! other, which anybody may submit who may record; the signature in it is what counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::event::KeyAnnounced;
use ledger::hash::Hash;
use ledger::state::key_rows::AnnouncedKey;

use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::signed_note::{Note, Role, Signer, Verifier};

/// The announcement of a key of the same ledger, signed by the present one.
#[must_use]
pub fn announcement(next: &Verifier, present: &Signer) -> KeyAnnounced {
    let line = present.sign(&statement(next.name(), &next.bytes()));
    let mut signature = [[0; 32]; 2];
    // An author's signature has 64 bytes.
    signature.iter_mut().zip(line.bytes.chunks_exact(32)).for_each(|(half, bytes)| half.copy_from_slice(bytes));
    KeyAnnounced { key: next.bytes(), by: present.verifier().bytes(), signature }
}

/// The key an entry announces for a ledger of this origin, with the key that vouches for it: nothing, if the signature does
/// not fit or the bytes are no keys. Whether the latter is trusted is not said.
#[must_use]
pub fn vouched(origin: &str, row: &AnnouncedKey) -> Option<(Verifier, Verifier)> {
    let key = |bytes| Verifier::from_bytes(origin, Role::Author, bytes).ok();
    let (next, by) = (key(&row.key)?, key(&row.by)?);
    by.fits(&statement(origin, &row.key), &row.signature.concat()).then_some((next, by))
}

/// What is signed. No checkpoint begins like this: a name has no spaces.
fn statement(origin: &str, key: &Hash) -> String {
    format!("mingzhang key announced\n{origin}\n{}\n", STANDARD.encode(key))
}

/// Keys trusted so far, and those announced that no checkpoint covers yet. It is shown announcements and
/// checkpoints in the order of the record.
#[derive(Clone, Default)]
pub struct Trust {
    trusted: Vec<Verifier>,
    announced: Vec<AnnouncedKey>,
}

impl Trust {
    /// Trusts these to begin with.
    #[must_use]
    pub fn new(given: Vec<Verifier>) -> Self {
        Self { trusted: given, announced: Vec::new() }
    }

    /// The record announces a key.
    pub fn announce(&mut self, row: &AnnouncedKey) {
        self.announced.push(row.clone());
    }

    /// What a checkpoint says, if a trusted key signed it. From then on the keys announced before it are trusted too.
    ///
    /// # Errors
    /// No trusted key signed it, or it is none.
    pub fn checkpoint(&mut self, note: &Note) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = self.by_any(|key| Checkpoint::verified(note, key))?;
        self.covered(&checkpoint);
        Ok(checkpoint)
    }

    /// What the note beside a checkpoint says, if a trusted key signed it.
    ///
    /// # Errors
    /// No trusted key signed it, or it is none.
    pub fn outcomes(&self, note: &Note) -> Result<Outcomes, CheckpointError> {
        self.by_any(|key| Outcomes::verified(note, key))
    }

    fn by_any<T>(&self, read: impl Fn(&Verifier) -> Result<T, CheckpointError>) -> Result<T, CheckpointError> {
        let mut refused = CheckpointError::Malformed("no key is trusted");
        for key in &self.trusted {
            match read(key) {
                Err(error) => refused = error,
                read => return read,
            }
        }
        Err(refused)
    }

    fn covered(&mut self, checkpoint: &Checkpoint) {
        let announced = std::mem::take(&mut self.announced).into_iter();
        let (covered, waiting): (Vec<_>, _) = announced.partition(|row| row.last < checkpoint.size);
        self.announced = waiting;
        for row in covered {
            let next = vouched(&checkpoint.origin, &row).filter(|(_, by)| self.trusted.contains(by));
            self.trusted.extend(next.map(|(next, _)| next));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::signed_note::Signer;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
    }

    fn signed(size: u64, by: u8) -> Note {
        Checkpoint { origin: "here".to_owned(), size, root: [2; 32] }.sign(&signer(by))
    }

    /// What is on record of an announcement in the entry of this index.
    fn announced(index: u64, next: u8, by: u8) -> AnnouncedKey {
        let KeyAnnounced { key, by, signature } = announcement(signer(next).verifier(), &signer(by));
        AnnouncedKey { id: uuid::Uuid::nil(), key, by, signature, last: index }
    }

    #[test]
    fn a_key_is_trusted_once_a_trusted_one_has_signed_over_its_announcement() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        trust.announce(&announced(10, 2, 1));
        assert!(trust.checkpoint(&signed(10, 2)).is_err(), "not covered yet");
        assert!(trust.checkpoint(&signed(10, 1)).is_ok());
        assert!(trust.checkpoint(&signed(11, 2)).is_err(), "entry 10 is not among the first ten");
        assert!(trust.checkpoint(&signed(11, 1)).is_ok());
        assert!(trust.checkpoint(&signed(12, 2)).is_ok());
        assert!(trust.checkpoint(&signed(12, 3)).is_err());
        assert!(Trust::default().checkpoint(&signed(12, 1)).is_err());
    }

    #[test]
    fn a_chain_of_keys_is_followed_and_a_stranger_cannot_begin_one() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        trust.announce(&announced(1, 2, 1));
        trust.announce(&announced(5, 3, 2));
        assert!(trust.checkpoint(&signed(6, 3)).is_err());
        assert!(trust.checkpoint(&signed(3, 1)).is_ok());
        assert!(trust.checkpoint(&signed(6, 2)).is_ok());
        assert!(trust.checkpoint(&signed(9, 3)).is_ok());
    }

    /// Whoever may record may announce; the ledger then signs over it without a thought.
    #[test]
    fn an_announcement_that_no_trusted_key_signed_is_nothing() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        let stranger = announced(1, 2, 2);
        let claimed = AnnouncedKey { by: signer(1).verifier().bytes(), ..stranger.clone() };
        let moved = AnnouncedKey { key: signer(2).verifier().bytes(), ..announced(1, 3, 1) };
        [stranger, claimed, moved].iter().for_each(|row| trust.announce(row));
        assert!(trust.checkpoint(&signed(5, 1)).is_ok());
        assert!(trust.checkpoint(&signed(6, 2)).is_err());
        assert!(vouched("elsewhere", &announced(1, 2, 1)).is_none());
    }
}
