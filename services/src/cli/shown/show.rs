//! How ids, days and money look on a terminal.

use crate::cli::Failure;
use bytes::Bytes;
use ledger::money::Day;
use uuid::Uuid;

pub(crate) use replay::audit::explain::printout::moment;

/// An id as people copy it; a dash for none.
pub(crate) fn id(bytes: &[u8]) -> String {
    Uuid::from_slice(bytes).map_or_else(|_| "-".to_owned(), |id| id.to_string())
}

/// An id typed by people, as the wire has it.
pub(crate) fn typed(id: Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

/// A day as `2021-09-01`; a dash for none.
pub(crate) fn day(number: u32) -> String {
    Day::from_yyyymmdd(number).map_or_else(|| "-".to_owned(), |day| day.to_string())
}

/// Yuan with separators.
pub(crate) fn yuan(fen: i64) -> String {
    ledger::money::yuan(i128::from(fen))
}

/// A hash as hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name a wire enum gives its number, without its prefix and in small letters.
pub(crate) fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_ascii_lowercase()
}

/// Says what an answer rests on, below a table.
pub(crate) fn foot(as_of: u64, more: bool) {
    let rest = if more { "; more rows follow, see --limit" } else { "" };
    outln!("  as of entry {as_of}{rest}");
}

/// What a server must send and did not.
pub(crate) fn missing(what: &str) -> Failure {
    Failure::Failed(format!("the server's answer holds no {what}; is it of the same version?"))
}
