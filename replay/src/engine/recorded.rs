//! Single entries read back from the record while the ledger runs: what was said, by whom and when.

use bytes::Bytes;
use ledger::entry::{Entry, Proof};
use ledger::event::Event;

use super::{Engine, EngineError};
use crate::record::error::LogError;
use crate::record::log::single::Single;

/// One entry as it is on record.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its index.
    pub index: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
    /// Who said it.
    pub principal: String,
    /// How he showed that it is he.
    pub proof: Proof,
    /// Index of the refused entry of the same event that was said again.
    pub again: Option<u64>,
    /// The event's bytes, as received.
    pub content: Bytes,
    /// The event.
    pub event: Event,
}

impl Recorded {
    /// A copy of an entry that is being folded.
    #[must_use]
    pub fn of(entry: &Entry<'_>) -> Self {
        let (principal, content) = (entry.principal.to_owned(), Bytes::copy_from_slice(entry.content));
        let Entry { index, recorded_ms, proof, again, .. } = *entry;
        Self { index, recorded_ms, principal, proof, again, content, event: entry.event.clone() }
    }

    /// As the fold takes it.
    #[must_use]
    pub fn entry(&self) -> Entry<'_> {
        let Self { index, recorded_ms, principal, proof, again, content, event } = self;
        Entry { index: *index, recorded_ms: *recorded_ms, principal, proof: *proof, again: *again, content, event }
    }

    /// Reads an entry's bytes.
    ///
    /// # Errors
    /// What keeps this program from reading them.
    pub fn read(index: u64, bytes: &[u8]) -> Result<Self, EngineError> {
        let raw = proto::entry::decode(bytes).map_err(|error| EngineError::unreadable(index, &error))?;
        let event = proto::event::decode(raw.content).map_err(|error| EngineError::unreadable(index, &error))?;
        let (principal, content) = (raw.principal.to_owned(), Bytes::copy_from_slice(raw.content));
        let proto::entry::Raw { recorded_ms, proof, again, .. } = raw;
        Ok(Self { index, recorded_ms, principal, proof, again, content, event })
    }
}

impl Engine {
    /// An entry by its index, read from the files with its frame's checksum verified; `None` if so many are not folded
    /// yet. Reads one frame and holds up neither writer nor fold. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The files cannot be read, or what they hold at this index is not what was folded.
    pub fn recorded(&self, index: u64) -> Result<Option<Recorded>, EngineError> {
        let id = {
            let state = self.read();
            let Some(seen) = state.seen_at(index) else { return Ok(None) };
            seen.id
        };
        let is_it = |bytes: &[u8]| Recorded::read(index, bytes).is_ok_and(|entry| entry.event.id == id);
        let gone = || missing(&self.single, index, format!("no frame holds the event {id} that was folded"));
        let found = self.single.entry(index, &is_it).and_then(|found| found.ok_or_else(gone));
        let found = found.map_err(|error| self.live.noted(self.as_found(error).into()))?;
        Recorded::read(index, &found).map(Some)
    }

    /// What is wrong with the files, as it is said here.
    pub(super) fn as_found(&self, error: LogError) -> LogError {
        if self.follows().is_some() { error.while_following() } else { error }
    }
}

/// The files lack an entry that was there.
pub(super) fn missing(files: &Single, index: u64, why: String) -> LogError {
    let place = format!("the files of the record in {}", files.dir().display());
    LogError::Damage { place, frame: files.frame_of(index), index, why: format!("{why}; verify the record") }
}
