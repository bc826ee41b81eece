//! How days, money and choices look on a terminal. Ids and hashes look as in JSON, see `proto::json`.

use ledger::money::Day;
use proto::v1;

pub(crate) use replay::audit::explain::printout::moment;

/// A day as `2021-09-01`; a dash for none.
pub(crate) fn day(number: u32) -> String {
    Day::from_yyyymmdd(number).map_or_else(|| "-".to_owned(), |day| day.to_string())
}

/// Yuan with separators.
pub(crate) fn yuan(fen: i64) -> String {
    ledger::money::yuan(i128::from(fen))
}

/// The same; a dash where no money is concerned.
pub(crate) fn yuan_if_any(fen: i64) -> String {
    if fen == 0 { "—".to_owned() } else { yuan(fen) }
}

/// The name a wire enum gives its number, without its prefix and in small letters.
pub(crate) fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_ascii_lowercase()
}

/// Where a payment has come to.
pub(crate) fn stage(stage: v1::PayoutStage) -> String {
    word(stage.as_str_name(), "PAYOUT_STAGE_")
}
