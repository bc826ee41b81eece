//! What a stream says: of itself, and to a frame that was published; and whether that can be true. What is done about it is
//! decided in `publish`.

use std::path::Path;

use super::reader::first_index_of;
use crate::record::error::{Full, LogError};

/// What came of publishing a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Acknowledged at this sequence.
    Stored(u64),
    /// "I have that already", at this sequence: so answers a replicated stream.
    Duplicate(u64),
    /// The last sequence is another: so answers a stream of one replica, also to a repeat.
    WrongLast,
    /// No answer, or one that says nothing; it may be stored now, later or never.
    Unknown(String),
    /// There is no room.
    Full(Full, String),
    /// The server will not take it.
    Refused(String),
}

/// What the stream says of itself.
#[derive(Clone, Debug)]
pub(crate) struct StreamInfo {
    pub(crate) created: String,
    pub(crate) first_sequence: u64,
    pub(crate) last_sequence: u64,
    pub(crate) messages: u64,
    pub(crate) differences: Vec<String>,
}

/// What must be true of a stream: that it is the one that was opened, and has what it acknowledged.
pub(crate) struct Expected<'a> {
    /// Its name.
    pub(crate) stream: &'a str,
    /// When it was created, by its own account.
    pub(crate) created: &'a str,
    /// The last sequence that was acknowledged.
    pub(crate) settled: u64,
    /// The index after all that was acknowledged by now.
    pub(crate) next_index: u64,
    /// The directory of its archive.
    pub(crate) archive: &'a Path,
}

impl Expected<'_> {
    /// Something of it is lost, which is not known more closely.
    pub(crate) fn lost(&self, why: String) -> LogError {
        LogError::BrokerLostTail { stream: self.stream.to_owned(), index: self.next_index, why }
    }
}

impl StreamInfo {
    /// Holds what the stream says of itself against what must be true.
    pub(crate) fn fits(&self, expected: &Expected<'_>) -> Result<(), LogError> {
        let Expected { stream, created, settled, next_index, archive } = *expected;
        if !self.differences.is_empty() {
            return Err(LogError::Settings { stream: stream.to_owned(), differences: self.differences.clone() });
        }
        if self.created != created {
            return Err(expected.lost(format!("it was created at {}, not {created}", self.created)));
        }
        if self.last_sequence < settled {
            let why = format!("it ends at sequence {}, but {settled} was acknowledged", self.last_sequence);
            let index = first_index_of(archive, self.last_sequence + 1).unwrap_or(next_index);
            return Err(LogError::BrokerLostTail { stream: stream.to_owned(), index, why });
        }
        self.whole().map_err(|why| expected.lost(why))
    }

    /// Whether the stream still has every message from 1 to its last.
    pub(crate) fn whole(&self) -> Result<(), String> {
        let dense = self.messages == self.last_sequence && (self.messages == 0 || self.first_sequence == 1);
        if dense {
            return Ok(());
        }
        let Self { messages, first_sequence, last_sequence, .. } = self;
        Err(format!("it holds {messages} messages from sequence {first_sequence} to {last_sequence}"))
    }
}
