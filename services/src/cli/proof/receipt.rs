//! `mingzhang receipt`: a small text that proves, offline and to anybody, that an entry is on record and what became of it. It is
//! checked by `check_receipt`. What proves a balance is in `balance_receipt`.

use super::balance_receipt::{self, AccountArgs};
use super::check_balance::named;
use super::checkpoint::{fetch, fetch_cosigned, hashes, note};
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::ask::patiently;
use crate::cli::typed::wire_id;
use crate::cli::{print_json, runtime};
use bytes::Bytes;
use clap::Args;
use proto::v1;
use replay::files::small::{SMALL_BYTES, read_at_most};
use replay::proof::checkpoint::Checkpoint;
use replay::proof::key_files;
use replay::proof::log_proof::LogProof;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Verifier};
use serde_json::{Value, json};
use std::path::PathBuf;
use uuid::Uuid;

/// Write a receipt: one small text that proves an entry is on record and what the ledger made of it, or how an account stands
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang receipt 0190a6f2-0000-7000-8000-000000000000 --out payout.tlog-proof\n  \
    mingzhang receipt 12345\n  mingzhang receipt 12345 --checkpoint seen/checkpoint --outcomes seen/outcomes\n  \
    mingzhang receipt --balance --owner 0190a6f2-0000-7000-8000-000000000000 --class available\n  \
    mingzhang receipt --balance --owner 0190a6f2-0000-7000-8000-000000000000 --class available --at-index 12345\n\n\
    A payment's receipt is of the last entry about it: what the bank said. What became of it is folded once more for the\n\
    receipt, which takes a while in a large ledger. Whoever holds the receipt checks it with\n\
    `mingzhang check-receipt` or `scripts/check_receipt.py` and learns of nobody else. With --balance it proves how an\n\
    account stands, or that there is no such account: then it names the accounts beside its place, and not what is on them.\n\n\
    Exit codes: 0 written, 1 failed, 2 usage, 3 server unreachable, 4 no such entry"
)]
pub struct ReceiptArgs {
    /// Id of a payment or event, or index of an entry
    #[arg(value_name = "ID|INDEX", value_parser = which, required_unless_present = "balance")]
    entry: Option<Which>,
    #[command(flatten)]
    account: AccountArgs,
    /// File to write; without it the receipt is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Use this signed checkpoint, for example one that a witness cosigned, instead of the ledger's last
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The same for the outcome: a signed checkpoint over outcomes, for example DIR/outcomes of a witness
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,
    /// Use the last checkpoint that so many of the ledger's witnesses cosigned, over entries and over outcomes; of a balance: as it was then
    #[arg(long, value_name = "K", conflicts_with_all = ["checkpoint", "outcomes", "at_index"], value_parser = clap::value_parser!(u32).range(1..))]
    quorum: Option<u32>,
    /// Also check the signature before it is written, with this public key, as text or file
    #[arg(long, value_name = "KEY")]
    vkey: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Index(u64),
    Id(Uuid),
}

fn which(text: &str) -> Result<Which, String> {
    let id = || Uuid::parse_str(text).map(Which::Id);
    text.parse().map(Which::Index).or_else(|_| id()).map_err(|_| "neither an id nor an index".to_owned())
}

impl ReceiptArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let read = |path: &PathBuf| {
            let bytes = read_at_most(path, SMALL_BYTES).map_err(|error| unreadable(path, &error))?;
            Note::parse(&bytes).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
        };
        let given = Given {
            entries: self.checkpoint.as_ref().map(read).transpose()?,
            outcomes: self.outcomes.as_ref().map(read).transpose()?,
            quorum: self.quorum,
        };
        let key = self.vkey.as_ref().map(|key| key_files::public(key)).transpose();
        let key = key.map_err(|error| Failure::Usage(error.to_string()))?;
        if let Some(asked) = self.account.asked() {
            let (receipt, exists) = runtime()?.block_on(async {
                let asked = match self.quorum {
                    Some(least) => asked.after(cosigned_size(&self.target, least).await?),
                    None => asked,
                };
                balance_receipt::fetched(&self.target, asked, key.as_ref()).await
            })?;
            let json = json!({ "class": asked.class.name(), "owner": asked.owner.to_string(), "exists": exists });
            let none = if exists { "" } else { "，无此账户 that there is no such account" };
            return self.write(&receipt.text(), json, &format!("收据 receipt of {}{none}", named(receipt.account)));
        }
        // Asked for by whoever names no account.
        let Some(entry) = self.entry else { return Err(Failure::Usage("name an entry".to_owned())) };
        let receipt = runtime()?.block_on(fetched(&self.target, entry, given, key.as_ref()))?;
        let index = receipt.entry.index;
        self.write(&receipt.text(), json!({ "index": index }), &format!("收据 receipt of entry {index}"))
    }

    /// Writes the text where it is wanted, and says what it is.
    fn write(&self, text: &str, mut json: Value, what: &str) -> Result<(), Failure> {
        if let Some(path) = &self.out {
            let failed = |error| Failure::Failed(format!("cannot write {}: {error}", path.display()));
            std::fs::write(path, text).map_err(failed)?;
        }
        match (&self.out, self.target.json) {
            (path, true) => {
                (json["receipt"], json["file"]) = (json!(text), json!(path));
                print_json(&json)
            }
            (Some(path), false) => {
                outln!("  {what} in {}", path.display());
                Ok(())
            }
            (None, false) => {
                out!("{text}");
                Ok(())
            }
        }
    }
}

/// Checkpoints to use instead of the ledger's last.
struct Given {
    entries: Option<Note>,
    outcomes: Option<Note>,
    quorum: Option<u32>,
}

async fn fetched(target: &Target, which: Which, given: Given, key: Option<&Verifier>) -> Result<Receipt, Failure> {
    let mut auditor = target.audit().await?;
    let request = match which {
        Which::Index(index) => v1::GetEntryRequest { index, id: Bytes::new() },
        Which::Id(id) => v1::GetEntryRequest { index: 0, id: wire_id(id) },
    };
    let entry = auditor.get_entry(request).await?.into_inner();
    let index = entry.index;
    let latest = latest(target, index, given.quorum).await?;
    let one = (given.entries.clone(), given.outcomes.clone());
    let (checkpoint, size) = sized(given.entries.map_or_else(|| note(&latest.checkpoint), Ok)?)?;
    let (outcomes, outcomes_size) = sized(given.outcomes.map_or_else(|| note(&latest.outcomes), Ok)?)?;
    for (given, today) in [(&one.0, &latest.checkpoint), (&one.1, &latest.outcomes)] {
        if let Some(given) = given.as_ref().filter(|_| one.0.is_some() != one.1.is_some())
            && !same_author(given, &note(today)?)
        {
            let why = "the note given was signed by another key than the one beside it is now: give both of that time, --checkpoint and --outcomes";
            return Err(Failure::Failed(format!("no receipt was written: {why}")));
        }
    }
    let mut prove = async |size| {
        let request = v1::GetInclusionProofRequest { index, size };
        Ok::<_, Failure>(auditor.get_inclusion_proof(request).await?.into_inner())
    };
    let path = hashes(&prove(size).await?.hashes)?;
    let beside = hashes(&prove(outcomes_size).await?.outcome_hashes)?;
    let receipt = Receipt {
        entry: LogProof { data: entry.entry.to_vec(), index, path, checkpoint },
        outcome: LogProof { data: outcome(target, index).await?, index, path: beside, checkpoint: outcomes },
    };
    // The signature is for whoever has the key; that the entry is in the signed tree shows now.
    let fits = match key {
        Some(key) => receipt.check(key, &[]).map(drop),
        None => receipt.fits().map(drop),
    };
    fits.map_err(|error| Failure::Failed(format!("no receipt was written: {error}")))?;
    Ok(receipt)
}

/// The ledger's last checkpoint over the entry, or the last that so many witnesses cosigned.
async fn latest(target: &Target, index: u64, quorum: Option<u32>) -> Result<v1::GetCheckpointResponse, Failure> {
    let latest = match quorum {
        Some(least) => fetch_cosigned(target, least).await?,
        None => fetch(target, false).await?,
    };
    match (sized(note(&latest.outcomes)?)?.1, quorum) {
        (size, Some(least)) if size <= index => Err(Failure::Failed(format!(
            "{least} witnesses have cosigned {size} entries so far, and this is entry {index}; ask again when they have looked, or without --quorum"
        ))),
        // What was recorded just now may not be signed yet.
        (size, None) if size <= index => fetch(target, true).await,
        _ => Ok(latest),
    }
}

/// Entries of the last checkpoint that so many witnesses cosigned.
async fn cosigned_size(target: &Target, least: u32) -> Result<u64, Failure> {
    Ok(sized(note(&fetch_cosigned(target, least).await?.checkpoint)?)?.1)
}

/// What became of the entry, as bytes of the tree over outcomes.
async fn outcome(target: &Target, index: u64) -> Result<Vec<u8>, Failure> {
    let mut query = target.query().await?;
    let request = v1::GetOutcomeRequest { not_before: 0, index };
    let at = v1::Point { at_index: Some(index), ..v1::Point::default() };
    Ok(patiently(Some(at), async || query.get_outcome(request).await).await?.outcome.to_vec())
}

/// Whether a key of the name they are of signed both, by the ids in them.
fn same_author(one: &Note, other: &Note) -> bool {
    let origin = |note: &Note| note.unverified_text().lines().next().unwrap_or_default().to_owned();
    let ids = |note: &Note| -> Vec<u32> {
        let origin = origin(note);
        note.signatures.iter().filter(|line| line.name == origin).map(|line| line.id).collect()
    };
    ids(one).iter().any(|id| ids(other).contains(id))
}

fn sized(note: Note) -> Result<(Note, u64), Failure> {
    let checkpoint = Checkpoint::parse(note.unverified_text()).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok((note, checkpoint.size))
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("cannot read {}: {error}", path.display()))
}
