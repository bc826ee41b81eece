//! Between writer and fold: how an entry's bytes are written, and how settled frames reach the folding thread.

use std::sync::mpsc::SyncSender;

use super::Tag;
use crate::record::writer::{Outcome as Written, Settled};

/// Hands settled frames to the fold; while it is behind, the writer waits here. Items that were not recorded are
/// dropped with their callers' channels, which tells the callers.
pub(super) fn sink(to_fold: SyncSender<Settled<Tag>>) -> impl FnMut(Written<Tag>) + Send + 'static {
    move |written| {
        if let Written::Settled(settled) = written {
            // The fold only goes away with the whole engine, or after a halt that it has reported.
            let _ = to_fold.send(settled);
        }
    }
}

/// Writes an entry. Principal and length were checked before, so this cannot fail; were it to, the entry would be
/// unreadable and the next start would say so.
pub(super) fn encode_entry(buffer: &mut Vec<u8>, recorded_ms: i64, principal: &str, content: &[u8]) {
    if let Err(error) = proto::entry::encode_into(buffer, recorded_ms, principal, content) {
        tracing::error!(%error, "an admitted entry could not be written");
    }
}
