//! How many witnesses must have cosigned before something is believed, and who did: one rule for receipts and for whoever verifies. Who
//! cosigns what is in `witness`.

use crate::proof::key_files::{self, KeyError};
use crate::proof::signed_note::{Note, NoteError, Verifier};

/// Why witnesses cannot be asked for like that.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuorumError {
    /// One of the keys is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// More than there are, or none.
    #[error("--quorum is at least 1 and at most the witnesses named, {most}")]
    Number {
        /// How many are named.
        most: usize,
    },
}

/// Witnesses, and how many of them it takes.
#[derive(Clone, Default, Debug)]
pub struct Quorum {
    /// Their keys, each once.
    pub witnesses: Vec<Verifier>,
    /// So many must have cosigned.
    pub least: usize,
}

/// A witness that cosigned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenBy {
    /// Its name.
    pub name: String,
    /// When it saw the checkpoint over entries.
    pub at_ms: i64,
    /// Whether it cosigned that over outcomes too, if there is one.
    pub outcome: Option<bool>,
}

impl Quorum {
    /// Witnesses by their public keys, as text or file; all of them, if no number is named.
    ///
    /// # Errors
    /// A key is none, or the number cannot be reached.
    pub fn named(named: &[String], least: Option<usize>) -> Result<Self, QuorumError> {
        let mut witnesses: Vec<Verifier> = Vec::new();
        for text in named {
            // One named twice is one.
            let witness = key_files::public(text)?;
            witnesses.extend(Some(witness).filter(|witness| !witnesses.contains(witness)));
        }
        let most = witnesses.len();
        match least.unwrap_or(most) {
            least if least > most || (least == 0 && most > 0) => Err(QuorumError::Number { most }),
            least => Ok(Self { witnesses, least }),
        }
    }

    /// The witnesses that cosigned the checkpoint over entries and when, if enough cosigned both that and the one over outcomes.
    ///
    /// # Errors
    /// They are too few; why one of the others does not count.
    pub fn seen(&self, (entries, outcomes): (&Note, Option<&Note>)) -> Result<Vec<SeenBy>, NoteError> {
        let (mut seen, mut missing) = (Vec::new(), None);
        for witness in &self.witnesses {
            let unseen = outcomes.and_then(|outcomes| outcomes.cosigned_at(witness).err());
            match entries.cosigned_at(witness) {
                Ok(seconds) => {
                    let outcome = outcomes.map(|_| unseen.is_none());
                    let at_ms = i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000);
                    seen.push(SeenBy { name: witness.name().to_owned(), at_ms, outcome });
                    missing = unseen.or(missing);
                }
                Err(error) => missing = Some(error),
            }
        }
        // What became of the entry stands in the log of outcomes: who did not see that vouches for none of it.
        let vouch = seen.iter().filter(|seen| seen.outcome != Some(false)).count();
        match missing {
            Some(error) if vouch < self.least => Err(error),
            _ => Ok(seen),
        }
    }
}
