//! `mingzhang receipt` and `check-receipt`: a small text that proves, offline and to anybody, that an entry is on record.

use super::audit::{fetch, note};
use crate::cli::client::Target;
use crate::cli::shown::show::moment;
use crate::cli::{Failure, print_json, runtime};
use bytes::Bytes;
use clap::Args;
use ledger::tree::merkle::Hash;
use proto::v1;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::key_files;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Verifier};
use serde_json::json;
use std::path::PathBuf;
use uuid::Uuid;

/// Write a receipt: one small text that proves an entry is on record
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang receipt 0190a6f2-0000-7000-8000-000000000000 --out payout.tlog-proof\n  \
    mingzhang receipt 12345\n  mingzhang receipt 12345 --checkpoint cosigned.checkpoint\n\n\
    A payment's receipt is of the last entry about it: what the bank said. Whoever holds the receipt checks it with\n\
    `mingzhang check-receipt` or `scripts/check_receipt.py` and learns of nobody else.\n\n\
    Exit codes: 0 written, 1 failed, 2 usage, 3 server unreachable, 4 no such entry"
)]
pub struct ReceiptArgs {
    /// Id of a payment or event, or index of an entry
    #[arg(value_name = "ID|INDEX", value_parser = which)]
    entry: Which,
    /// File to write; without it the receipt is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Use this signed checkpoint, for example one that a witness cosigned, instead of the ledger's last
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
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

pub(crate) fn receipt(args: &ReceiptArgs) -> Result<(), Failure> {
    let given = args.checkpoint.as_ref().map(|path| {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        Note::parse(&bytes).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
    });
    let receipt = runtime()?.block_on(ask(&args.target, args.entry, given.transpose()?))?;
    let text = receipt.text();
    if let Some(path) = &args.out {
        let failed = |error| Failure::Failed(format!("cannot write {}: {error}", path.display()));
        std::fs::write(path, &text).map_err(failed)?;
    }
    match (&args.out, args.target.json) {
        (path, true) => print_json(&json!({ "index": receipt.index, "receipt": text, "file": path })),
        (Some(path), false) => {
            outln!("  收据 receipt of entry {} in {}", receipt.index, path.display());
            Ok(())
        }
        (None, false) => {
            out!("{text}");
            Ok(())
        }
    }
}

async fn ask(target: &Target, which: Which, given: Option<Note>) -> Result<Receipt, Failure> {
    let mut auditor = target.audit().await?;
    let request = match which {
        Which::Index(index) => v1::GetEntryRequest { index, id: Bytes::new() },
        Which::Id(id) => v1::GetEntryRequest { index: 0, id: crate::cli::shown::show::typed(id) },
    };
    let entry = auditor.get_entry(request).await?.into_inner();
    let (checkpoint, size) = match given {
        Some(note) => sized(note)?,
        None => {
            let latest = sized(note(&fetch(target, false).await?.checkpoint)?)?;
            // What was recorded just now may not be signed yet.
            if entry.index < latest.1 { latest } else { sized(note(&fetch(target, true).await?.checkpoint)?)? }
        }
    };
    let request = v1::GetInclusionProofRequest { index: entry.index, size };
    let proof = auditor.get_inclusion_proof(request).await?.into_inner();
    let path: Option<Vec<Hash>> = proof.hashes.iter().map(|hash| hash.as_ref().try_into().ok()).collect();
    let path = path.ok_or_else(|| crate::cli::shown::show::missing("hashes of 32 bytes"))?;
    Ok(Receipt { entry: entry.entry.to_vec(), index: entry.index, path, checkpoint })
}

fn sized(note: Note) -> Result<(Note, u64), Failure> {
    let checkpoint = Checkpoint::parse(note.unverified_text()).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok((note, checkpoint.size))
}

/// Check a receipt offline: the ledger's signature, and that the entry is in the tree that was signed
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub\n  \
    mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub --witness witness.key.pub\n\n\
    Exit codes: 0 it holds, 1 it does not (and why), 2 usage")]
pub struct CheckReceiptArgs {
    /// The receipt
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The ledger's public key, as text or file; get it from somebody other than who gave you the receipt
    #[arg(long, value_name = "KEY")]
    vkey: String,
    /// Also ask for the cosignature of this witness; may be given several times
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn check_receipt(args: &CheckReceiptArgs) -> Result<(), Failure> {
    let key = |text: &String| key_files::public(text).map_err(|error| Failure::Usage(error.to_string()));
    let ledger = key(&args.vkey)?;
    let witnesses: Vec<Verifier> = args.witness.iter().map(key).collect::<Result<_, _>>()?;
    let bytes = std::fs::read(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let held = Receipt::parse(&bytes).and_then(|receipt| Ok((receipt.check(&ledger, &witnesses)?, receipt)));
    let (checkpoint, receipt) = match held {
        Ok(held) => held,
        Err(why) if args.json => {
            print_json(&json!({ "holds": false, "why": why.to_string() }))?;
            return Err(Failure::Failed(format!("{}: {why}", args.file.display())));
        }
        Err(why) => return Err(Failure::Failed(format!("{}: {why}", args.file.display()))),
    };
    say(args, &checkpoint, &receipt, &witnesses)
}

fn say(args: &CheckReceiptArgs, checkpoint: &Checkpoint, receipt: &Receipt, by: &[Verifier]) -> Result<(), Failure> {
    let raw = proto::entry::decode(&receipt.entry);
    // An entry of a later version is proven all the same; this program just cannot say what it means.
    let event = raw.as_ref().ok().and_then(|raw| proto::event::decode(raw.content).ok());
    let (principal, recorded_ms) = raw.map_or(("?", 0), |raw| (raw.principal, raw.recorded_ms));
    let kind = event.as_ref().map_or("?", |event| event.kind.name());
    let effective = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.effective.to_string());
    let id = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.id.to_string());
    let witnesses: Vec<&str> = by.iter().map(Verifier::name).collect();
    if args.json {
        return print_json(&json!({ "holds": true, "origin": checkpoint.origin, "index": receipt.index,
            "size": checkpoint.size, "principal": principal, "recorded_ms": recorded_ms, "event": id, "kind": kind,
            "effective": effective, "witnesses": witnesses }));
    }
    outln!("  属实 holds: entry {} of {} in {}", receipt.index, checkpoint.size, checkpoint.origin);
    outln!("  事项 {kind} {id}");
    outln!("  生效日 effective {effective}, 提交人 said by {principal}, 记录于 recorded {}", moment(recorded_ms));
    if !witnesses.is_empty() {
        outln!("  见证 cosigned by {}", witnesses.join(", "));
    }
    Ok(())
}

fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("cannot read {}: {error}", path.display()))
}
