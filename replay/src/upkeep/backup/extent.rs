//! What a record comes to, as both directions report it.

use ledger::hash::Hash;

use crate::record::log::Tip;

/// What a record comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Frames, void ones too.
    pub frames: u64,
    /// Entries.
    pub entries: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
    /// Recorded time of the last frame, milliseconds since 1970.
    pub recorded_ms: i64,
}

impl Extent {
    pub(super) fn of(tip: &Tip) -> Self {
        let root = tip.frontier.root();
        Self { frames: tip.frames, entries: tip.next_index(), root, recorded_ms: tip.recorded_ms }
    }
}
