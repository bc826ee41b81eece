//! An entry: one event with who submitted it and when it was recorded, at its place in the record.

use crate::event::Event;

/// One event at its place in the record, ready to be folded.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Position in the record, dense from 0.
    pub index: u64,
    /// The writer's clock, milliseconds since 1970; never falls. Judging sees its Beijing day and nothing finer.
    pub recorded_ms: i64,
    /// Who submitted it.
    pub principal: &'a str,
    /// The refused entry of the same id that its submitter knows of and says again on purpose.
    pub again: Option<u64>,
    /// The event as bytes, exactly as received: content hash and set chains are taken over them.
    pub content: &'a [u8],
    /// The event, decoded.
    pub event: &'a Event,
}
