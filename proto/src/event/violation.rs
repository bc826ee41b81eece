//! What is wrong with the bytes of an event, one thing at a time. Not here: how it is found.

use std::fmt;

/// One thing wrong with the bytes of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Path of the field, for example `line_passed_down.parts[3].fen`.
    pub field: String,
    /// What is wrong, and what to do about it.
    pub description: String,
    /// Stable name machines read.
    pub code: &'static str,
}

/// The code of bytes that are no event as event.proto has it.
pub(super) const MALFORMED: &str = "malformed";

/// The code of an event whose id is not that of its key.
pub(super) const WRONG_ID: &str = "wrong_id";

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.description)
    }
}
