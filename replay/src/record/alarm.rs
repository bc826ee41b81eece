//! Damage of a record that somebody found while it is in use, known at once to all who write, fold, sign or answer from it. What
//! each of them does then is his own business.

use std::sync::{Arc, OnceLock};

use super::error::LogError;

/// Shared by all who use one record. What was found first counts.
#[derive(Clone, Debug, Default)]
pub struct Alarm(Arc<OnceLock<Arc<LogError>>>);

impl Alarm {
    /// Takes note of what was found, if it is damage.
    pub fn raise(&self, error: &Arc<LogError>) {
        if error.is_damage() && self.0.set(Arc::clone(error)).is_ok() {
            tracing::error!(%error, "the record is damaged; nothing more is recorded, folded or signed");
        }
    }

    /// What was found, if anything was.
    #[must_use]
    pub fn raised(&self) -> Option<Arc<LogError>> {
        self.0.get().cloned()
    }
}
