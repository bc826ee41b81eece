//! What a stream says: of itself, and to a frame that was published. What is done about it is decided in `publish`.

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
    /// The stream has no room.
    Full(String),
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

impl StreamInfo {
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
