//! What the record of a copy announces, for whoever knows none of the keys that signed something. Who is trusted is not said here.

use std::path::Path;

use ledger::state::key_rows::AnnouncedKey;

use super::error::BackupError;
use super::layout::RECORD;
use crate::proof::trust::announced_in;
use crate::record::log::{Reader, Tip};

/// The keys that the record of a copy announces.
pub(super) fn announced(dir: &Path, tip: &Tip) -> Result<Vec<AnnouncedKey>, BackupError> {
    let mut reader = Reader::open(&dir.join(RECORD), tip.ledger)?;
    let mut rows = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        rows.extend(
            frame.entries().zip(frame.header().first_index..).filter_map(|(entry, at)| announced_in(entry, at)),
        );
    }
    Ok(rows)
}
