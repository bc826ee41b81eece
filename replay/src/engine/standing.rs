//! How an engine is: whether it may answer, whether it goes on, and what is not as it should be, in words for whoever
//! watches over it.

use super::{Engine, EngineError, Role};
use crate::proof::notary::Notary;

/// How an engine is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Why nothing more is recorded or folded; none while all is well.
    pub stopped: Option<String>,
    /// Since when what keeps the record does not answer, in milliseconds since 1970: nothing is recorded, and nothing is lost.
    pub held_up_since_ms: Option<i64>,
    /// What is not as it should be though it goes on: checkpoints are not signed any more, or a follower cannot read or
    /// compare at the moment.
    pub doubt: Option<String>,
    /// Why what is made of the record is not kept on disk: the next start takes longer.
    pub pages: Option<String>,
    /// What was signed, or is proved by, and was removed from disk meanwhile.
    pub removed: Option<String>,
    /// Where the writer is, of a follower.
    pub follows: Option<String>,
    /// Entries under the last checkpoint that was signed, or of a follower: that was equal.
    pub published: u64,
}

impl Engine {
    /// Why nothing can be recorded or folded any more, if so.
    ///
    /// # Errors
    /// The writer, the fold or the following has ended.
    pub fn alive(&self) -> Result<(), EngineError> {
        if let Some(error) = self.live.failed() {
            return Err(EngineError::Halted(error));
        }
        match &self.role {
            Role::Writer(writing) => writing.alive(),
            Role::Follower(_) => Ok(()),
        }
    }

    /// Why nothing may be answered, if so. An engine whose disk is full or whose writer was fenced still answers from what
    /// it folded; one that knows of damage or of a difference does not.
    ///
    /// # Errors
    /// What is wrong.
    pub fn answers(&self) -> Result<(), EngineError> {
        match self.alive() {
            Err(error) if error.is_damage() => Err(error),
            _ => Ok(()),
        }
    }

    /// How it is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let stopped = self.alive().err().map(|error| error.to_string());
        let published = self.checkpoint().ok().and_then(|signed| signed.unverified().ok());
        let published = published.map_or(0, |(checkpoint, _)| checkpoint.size);
        let pages = self.live.pages().doubt();
        match &self.role {
            Role::Writer(writing) => {
                let notary = writing.notary().ok();
                let doubt = notary.and_then(Notary::failed).map(|error| error.to_string());
                let removed = notary.and_then(Notary::removed);
                let held_up_since_ms = writing.held_up_since_ms();
                Standing { stopped, held_up_since_ms, doubt, pages, removed, follows: None, published }
            }
            Role::Follower(follower) => {
                let follows = Some(follower.writer().to_owned());
                let (doubt, removed) = (follower.doubt(), follower.removed());
                Standing { stopped, held_up_since_ms: None, doubt, pages, removed, follows, published }
            }
        }
    }
}
