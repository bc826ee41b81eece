//! Whether the days have come that an entry names. The rule of each kind is in its row of the list of kinds.

use crate::entry::Entry;
use crate::money::Day;
use crate::outcome::{Code, Refusal};

/// Whether the days an event names have come, by the rule of its kind. Reports too: what is not yet true cannot have happened,
/// and no state waits for time to pass. It may be said again when the day has come.
pub(super) fn come(entry: &Entry<'_>) -> Result<(), Refusal> {
    let first = entry.event.first_recordable();
    if Day::in_beijing(entry.recorded_ms) >= first {
        return Ok(());
    }
    let subject = entry.event.kind.loan().unwrap_or_default();
    Err(Refusal::with(Code::NotYet, subject, i64::from(first.yyyymmdd())))
}
