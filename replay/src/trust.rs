//! Which keys may sign a ledger's checkpoints: those the reader was given, and those the record announces, each once a
//! checkpoint that covers its announcement is signed by a key trusted before. Announcing is an event like any other.

use ledger::merkle::Hash;

use crate::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::checkpoints::Signed;
use crate::note::{Role, Verifier};

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

    /// Whether there is any key to begin with; without one nothing can be checked.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.trusted.is_empty()
    }

    /// The entry of this index announces a key.
    pub fn announce(&mut self, index: u64, key: Hash) {
        self.announced.push((index, key));
    }

    /// What a checkpoint says, if a trusted key signed both of its notes. From then on the keys announced before it are
    /// trusted too.
    ///
    /// # Errors
    /// No trusted key signed it, or it is none.
    pub fn verified(&mut self, signed: &Signed) -> Result<(Checkpoint, Outcomes), CheckpointError> {
        let mut refused = CheckpointError::Malformed("no key is trusted");
        for key in &self.trusted {
            let read = Checkpoint::verified(&signed.tree, key)
                .and_then(|tree| Outcomes::verified(&signed.outcomes, key).map(|outcomes| (tree, outcomes)));
            match read {
                Ok((tree, outcomes)) => {
                    self.covered(&tree);
                    return Ok((tree, outcomes));
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn covered(&mut self, checkpoint: &Checkpoint) {
        let (covered, waiting) = self.announced.iter().partition(|(index, _)| *index < checkpoint.size);
        let covered: Vec<(u64, Hash)> = covered;
        self.announced = waiting;
        // Bytes that are no key were announced all the same; nothing can be signed with them.
        let keys = covered.iter().filter_map(|(_, key)| Verifier::from_bytes(&checkpoint.origin, Role::Author, key).ok());
        self.trusted.extend(keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::Signer;
    use crate::tally::Turnover;

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
    }

    fn signed(size: u64, by: u8) -> Signed {
        let (origin, books) = ("here".to_owned(), [Turnover::default(); 4]);
        let tree = Checkpoint { origin: origin.clone(), size, root: [2; 32] }.sign(&signer(by));
        Signed { tree, outcomes: Outcomes { origin, size, chain: [3; 32], books }.sign(&signer(by)) }
    }

    #[test]
    fn a_key_is_trusted_once_a_trusted_one_has_signed_over_its_announcement() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        trust.announce(10, signer(2).verifier().bytes());
        assert!(trust.verified(&signed(10, 2)).is_err(), "not covered yet");
        assert!(trust.verified(&signed(10, 1)).is_ok());
        assert!(trust.verified(&signed(11, 2)).is_err(), "entry 10 is not among the first ten");
        assert!(trust.verified(&signed(11, 1)).is_ok());
        assert!(trust.verified(&signed(12, 2)).is_ok());
        assert!(trust.verified(&signed(12, 3)).is_err());
    }

    #[test]
    fn a_chain_of_keys_is_followed_and_a_stranger_cannot_begin_one() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        trust.announce(1, signer(2).verifier().bytes());
        trust.announce(5, signer(3).verifier().bytes());
        assert!(trust.verified(&signed(6, 3)).is_err());
        assert!(trust.verified(&signed(3, 1)).is_ok());
        assert!(trust.verified(&signed(6, 2)).is_ok());
        assert!(trust.verified(&signed(9, 3)).is_ok());
    }

    #[test]
    fn both_notes_must_be_signed_by_the_same_key() {
        let mut trust = Trust::new(vec![signer(1).verifier().clone()]);
        let mixed = Signed { tree: signed(3, 1).tree, outcomes: signed(3, 2).outcomes };
        assert!(trust.verified(&mixed).is_err());
    }
}
