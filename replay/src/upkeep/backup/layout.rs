//! What the directories and the list of a copy are called. What they hold is not known here.

/// Name of the list.
pub const MANIFEST: &str = "MANIFEST";
/// Directory of the segments, in a copy as in a ledger.
pub(super) const RECORD: &str = "record";
/// Directory of the checkpoints.
pub(super) const CHECKPOINTS: &str = "checkpoints";
/// Directory of public keys.
pub(super) const KEYS: &str = "keys";
