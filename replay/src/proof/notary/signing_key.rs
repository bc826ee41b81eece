//! With what a ledger signs, and how often. The signing itself is in `signing`.

use std::time::Duration;

use ledger::state::key_rows::AnnouncedKey;

use crate::limits::{SIGN_AFTER_MS, SIGN_EVERY};
use crate::proof::signed_note::{Signer, Verifier};
use crate::proof::trust::Trust;

/// The key that signs, and how often.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The key; its name is the origin of the checkpoints.
    pub signer: Signer,
    /// The key that takes its place at once, when the record announces it.
    pub next: Option<Signer>,
    /// Entries after which it signs.
    pub every: u64,
    /// How long something recorded may stay unsigned.
    pub after: Duration,
    /// The witnesses whose signatures under its checkpoints are kept and shown.
    pub witnesses: Vec<Verifier>,
}

impl Signing {
    /// With this key, as often as usual.
    #[must_use]
    pub fn new(signer: Signer) -> Self {
        let after = Duration::from_millis(SIGN_AFTER_MS);
        Self { signer, next: None, every: SIGN_EVERY, after, witnesses: Vec::new() }
    }

    /// Takes the next key where the record announces it under the present one. Over how many entries the key may sign then at most, if
    /// that is bounded.
    pub(super) fn turned(&mut self, announced: &[AnnouncedKey]) -> Option<u64> {
        let trust = Trust::of_ledger(self.signer.verifier(), announced);
        let end = trust.end_of(self.signer.verifier())?;
        match self.next.take_if(|next| trust.holds(next.verifier(), end)) {
            Some(next) => {
                tracing::info!(key = %next.verifier(), entry = end.saturating_sub(1), "checkpoints are signed by the next key");
                self.signer = next;
                self.turned(announced)
            }
            None => Some(end),
        }
    }
}
