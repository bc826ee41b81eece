//! What receipts of either kind are held against besides the key: witnesses, and the ledger of today, which has to prove that it continues
//! what it signed then. Where it cannot, both notes are kept. What a receipt proves stands in `check_receipt` and `check_balance`.

use super::announcements::trust;
use super::checkpoint::{fetch, note};
use super::witness::prove;
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::text::moment;
use ledger::tree::proof::is_consistent;
use replay::proof::checkpoint::{Checkpoint, CheckpointError};
use replay::proof::evidence::{self, Evidence};
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::trees::TwoPaths;
use replay::proof::trust::Trust;
use replay::proof::witnessed::SeenBy;
use std::path::{Path, PathBuf};

/// What a ledger shows today, and which keys may have signed what.
pub(super) struct Shown {
    pub(super) entries: Note,
    pub(super) outcomes: Note,
    pub(super) trust: Trust,
}

/// What was signed then, over entries and over outcomes, if the receipt holds that.
pub(super) type Then<'a> = [Option<(&'a Note, &'a Checkpoint)>; 2];

/// Why a receipt and today's ledger do not go together.
pub(super) enum Contradiction {
    /// The ledger could not be asked.
    Failed(Failure),
    /// What it shows or says contradicts the receipt.
    Told {
        /// In which way.
        why: String,
        /// Where the notes are that show it.
        evidence: Option<PathBuf>,
    },
}

impl Contradiction {
    pub(super) fn told(why: String) -> Self {
        Self::Told { why, evidence: None }
    }
}

impl<E: Into<Failure>> From<E> for Contradiction {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What a server shows today.
pub(super) async fn of_today(target: &Target, keys: Vec<Verifier>) -> Result<Shown, Failure> {
    let answer = fetch(target, false).await?;
    let (entries, outcomes) = (note(&answer.checkpoint)?, note(&answer.outcomes)?);
    let trust = trust(target, keys, &entries).await?;
    Ok(Shown { entries, outcomes, trust })
}

impl Shown {
    /// The checkpoints over entries and over outcomes, which keys must have signed that are trusted.
    fn read(&self, target: &Target) -> Result<[Checkpoint; 2], Contradiction> {
        let strange = |error: CheckpointError| {
            Contradiction::told(format!(
                "the ledger at {} shows today what no key signed that you named, nor one announced under it: {error}. It is another ledger, or \
                 took another key without a word",
                target.server
            ))
        };
        let entries = self.trust.checkpoint(&self.entries).map_err(strange)?;
        let outcomes = self.trust.outcomes(&self.outcomes).map_err(strange)?;
        Ok([entries, Checkpoint { origin: outcomes.origin, size: outcomes.size, root: outcomes.root }])
    }
}

/// Has the server prove that its trees continue those of a receipt, and gives its checkpoint of today. What contradicts the receipt is kept
/// beside its file.
pub(super) async fn continues(
    target: &Target,
    shown: &Shown,
    then: Then<'_>,
    file: &Path,
) -> Result<Checkpoint, Contradiction> {
    let [entries, outcomes] = shown.read(target)?;
    let mut proof = TwoPaths::default();
    let logs = [("entries", &entries, &mut proof.entries), ("outcomes", &outcomes, &mut proof.outcomes)];
    let mut broken = None;
    for ((of, now, path), signed) in logs.into_iter().zip(then) {
        let Some((note, then)) = signed else { continue };
        if then.size < now.size {
            let paths = prove(target, then.size, now.size).await?;
            *path = if of == "entries" { paths.entries } else { paths.outcomes };
        }
        // Of outcomes the sums of all books are signed beside the root.
        let today = if of == "entries" { &shown.entries } else { &shown.outcomes };
        let other_sums = then.size == now.size && note.unverified_text() != today.unverified_text();
        if other_sums || !is_consistent((then.size, &then.root), (now.size, &now.root), path) {
            broken = broken.or(Some((of, then.size, now.size)));
        }
    }
    let Some((of, before, after)) = broken else { return Ok(entries) };
    let why = if after < before {
        format!(
            "the ledger at {} has signed only {after} {of} since, and {before} were signed then: its end is missing, or it is another ledger",
            target.server
        )
    } else {
        format!(
            "the ledger at {} does not continue what was signed over {before} {of}: its {after} {of}, or their sums, are others",
            target.server
        )
    };
    Err(kept(why, (shown, then, &proof), &at(file, before, after)))
}

/// Beside a receipt, by its name.
fn at(file: &Path, before: u64, after: u64) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".evidence-{before}-{after}"));
    name.into()
}

/// Keeps the notes of then and of today, and says by which command others see what they prove.
fn kept(why: String, (shown, then, proof): (&Shown, Then<'_>, &TwoPaths), dir: &Path) -> Contradiction {
    let seen = then.map(|signed| signed.map(|(note, _)| note));
    // Of a log that the receipt says nothing of there is nothing to compare.
    let offered = [seen[0].map(|_| &shown.entries), seen[1].map(|_| &shown.outcomes)];
    if let Err((path, error)) = (Evidence { seen, offered, proof }).keep(dir) {
        let why =
            format!("{why}. Keep the receipt, it is the evidence; nothing else was kept: {}: {error}", path.display());
        return Contradiction::told(why);
    }
    let command = evidence::command(dir, shown.trust.all());
    let why = format!(
        "{why}. Keep the receipt. Both signed notes are kept in {}. What they prove to anybody who has the ledger's key, says\n  {command}",
        dir.display()
    );
    Contradiction::Told { why, evidence: Some(dir.to_owned()) }
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
