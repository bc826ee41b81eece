//! The mark of a repair that has begun, as it is in the file `repairing`: it keeps the ledger from opening until the repair
//! has ended. Over NATS it names both streams, so that a second run goes on with the one that was begun.

use super::options::{RepairError, RepairOptions};
use crate::record::repairing;

/// What the mark says; over NATS it goes on with the names of both streams, so that a second run knows them.
pub(super) const DOING: &str = "replay repair";

/// What the mark says, if it is ours.
pub(super) fn begun(options: &RepairOptions) -> Result<Option<String>, RepairError> {
    if !options.data.is_dir() {
        return Err(RepairError::NoLedger(options.data.clone()));
    }
    match repairing::read(&options.data)? {
        Some(other) if !other.starts_with(DOING) => Err(RepairError::Otherwise(other)),
        begun => Ok(begun),
    }
}

/// A stream that is being filled, and the one it takes the place of.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamSwap<'a> {
    pub(super) old: &'a str,
    pub(super) new: &'a str,
}

impl<'a> StreamSwap<'a> {
    /// As the mark names them, once that was decided.
    pub(super) fn marked(begun: Option<&'a str>) -> Option<Self> {
        let (old, new) = begun?.strip_prefix(DOING)?.strip_prefix(", stream ")?.split_once(" into ")?;
        Some(Self { old, new })
    }

    pub(super) fn mark(self) -> String {
        format!("{DOING}, stream {} into {}", self.old, self.new)
    }
}
