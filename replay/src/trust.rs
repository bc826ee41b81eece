//! Which keys may sign a ledger's checkpoints: those the reader was given, and those the record announces, each once a
//! checkpoint that covers its announcement is signed by a key trusted before. Announcing is an event like any other.

use ledger::merkle::Hash;

use crate::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::note::{Note, Role, Verifier};

/// Keys trusted so far, and those announced that no checkpoint covers yet. It is told of announcements and shown
/// checkpoints in the order of the record.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    trusted: Vec<Verifier>,
    announced: Vec<(u64, Hash)>,
}

impl Trust {
    /// Trusts these to begin with.
    #[must_use]
    pub fn new(given: Vec<Verifier>) -> Self {
        Self { trusted: given, announced: Vec::new() }
    }

    /// The entry of this index announces a key.
    pub fn announce(&mut self, index: u64, key: Hash) {
        self.announced.push((index, key));
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
        let (covered, waiting) = self.announced.iter().partition(|(index, _)| *index < checkpoint.size);
        let covered: Vec<(u64, Hash)> = covered;
        self.announced = waiting;
        // Bytes that are no key were announced all the same; nothing can be signed with them.
        let keys =
            covered.iter().filter_map(|(_, key)| Verifier::from_bytes(&checkpoint.origin, Role::Author, key).ok());
        self.trusted.extend(keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::Signer;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
    }

    fn signed(size: u64, by: u8) -> Note {
        Checkpoint { origin: "here".to_owned(), size, root: [2; 32] }.sign(&signer(by))
    }

    #[test]
    fn a_key_is_trusted_once_a_trusted_one_has_signed_over_its_announcement() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        trust.announce(10, signer(2).verifier().bytes());
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
        trust.announce(1, signer(2).verifier().bytes());
        trust.announce(5, signer(3).verifier().bytes());
        assert!(trust.checkpoint(&signed(6, 3)).is_err());
        assert!(trust.checkpoint(&signed(3, 1)).is_ok());
        assert!(trust.checkpoint(&signed(6, 2)).is_ok());
        assert!(trust.checkpoint(&signed(9, 3)).is_ok());
    }
}
