//! What a copy has at one place: a frame, something else, or nothing. Where it was read is not known here.

use super::report::Fault;
use crate::record::log::{Frame, FrameError};

/// What a copy has at a place.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// A whole frame; whether it belongs there is another question.
    Frame(Frame),
    /// Something else.
    Bad(Fault, String),
    /// Nothing.
    Nothing,
}

/// What bytes that are no frame are called.
pub(super) fn fault(why: &FrameError) -> Fault {
    match why {
        FrameError::Short { .. } => Fault::Truncated,
        _ => Fault::Flipped,
    }
}
