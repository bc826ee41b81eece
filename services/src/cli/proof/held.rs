//! What receipts of either kind are held against besides the key: witnesses, and the ledger of today, which has to prove that it continues
//! what it signed then. What a receipt proves stands in `check_receipt` and `check_balance`.

use super::announcements::trust;
use super::checkpoint::{fetch, note};
use super::witness::prove;
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::text::moment;
use ledger::hash::Hash;
use ledger::tree::proof::is_consistent;
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::trust::Trust;
use replay::proof::witnessed::SeenBy;

/// What a ledger shows today, and which keys may have signed what.
pub(super) struct Shown {
    pub(super) entries: Note,
    pub(super) outcomes: Note,
    pub(super) trust: Trust,
}

/// Size and root of a tree.
pub(super) type SizeAndRoot<'a> = (u64, &'a Hash);

/// What a server shows today.
pub(super) async fn of_today(target: &Target, keys: Vec<Verifier>) -> Result<Shown, Failure> {
    let answer = fetch(target, false).await?;
    let (entries, outcomes) = (note(&answer.checkpoint)?, note(&answer.outcomes)?);
    let trust = trust(target, keys, &entries).await?;
    Ok(Shown { entries, outcomes, trust })
}

/// Whether a tree, of entries or else of their outcomes, continues another; the server proves it.
pub(super) async fn continues(
    target: &Target,
    (then, now): (SizeAndRoot<'_>, SizeAndRoot<'_>),
    entries: bool,
) -> Result<(), Failure> {
    let paths = if then.0 < now.0 { prove(target, then.0, now.0).await? } else { Default::default() };
    let path = if entries { paths.entries } else { paths.outcomes };
    if is_consistent(then, now, &path) {
        return Ok(());
    }
    if now.0 < then.0 {
        return Err(Failure::Failed(format!(
            "the ledger at {} has signed only {} entries since, and {} were signed then: its end is missing, or it is another ledger. Keep the \
             receipt, it is the evidence",
            target.server, now.0, then.0
        )));
    }
    let of = if entries { "entries" } else { "outcomes" };
    Err(Failure::Failed(format!(
        "the ledger at {} does not continue what was signed over {} {of}: its {} {of} are others. Keep the receipt, it is the evidence",
        target.server, then.0, now.0
    )))
}

/// When the ledger says that it signed, and who cosigned.
pub(super) fn print_signatures(signed_at: Option<u64>, seen: &[SeenBy]) {
    if let Some(seconds) = signed_at {
        outln!("  签于 signed at {}, as the ledger says", moment(milliseconds(seconds)));
    }
    for SeenBy { name, at_ms, outcome } in seen {
        let what = if *outcome == Some(true) { "entries and outcomes" } else { "entries alone" };
        outln!("  见证 cosigned by {name}, 见于 who saw {what} at {}", moment(*at_ms));
    }
}

fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000)
}
