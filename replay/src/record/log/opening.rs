//! What opening a record needs and whom it shows the frames. The homes that are opened are in `homes`.

use super::clock::Clock;
use super::frame::Frame;
use crate::record::error::LogError;

/// Is shown each frame in order while a record is opened; an error ends the opening.
pub type Visit<'a> = &'a mut dyn FnMut(&Frame) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// What opening a record for writing needs besides its place.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// Which ledger the record must be, or becomes if it is empty.
    pub ledger: [u8; 16],
    /// Where recorded times come from.
    pub clock: Clock,
}

/// Shows a frame; wraps the visitor's refusal.
pub(super) fn visit(seen: Visit<'_>, frame: &Frame) -> Result<(), LogError> {
    seen(frame).map_err(|source| LogError::Visitor { index: frame.header().first_index, source })
}

/// A number no other writer has: the standard library seeds its hashers from the system's randomness.
pub(super) fn random_number() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now()))
}
