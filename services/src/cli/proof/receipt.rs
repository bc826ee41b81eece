//! `mingzhang receipt`: a small text that proves, offline and to anybody, that an entry is on record. It is checked by
//! `check_receipt`.

use super::checkpoint::{fetch, hashes, note};
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::typed::wire_id;
use crate::cli::{print_json, runtime};
use bytes::Bytes;
use clap::Args;
use proto::v1;
use replay::files::small::{SMALL_BYTES, read_at_most};
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
        let given = self.checkpoint.as_ref().map(|path| {
            let bytes = read_at_most(path, SMALL_BYTES).map_err(|error| unreadable(path, &error))?;
            Note::parse(&bytes).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
        });
        let key = self.vkey.as_ref().map(|key| key_files::public(key)).transpose();
        let key = key.map_err(|error| Failure::Usage(error.to_string()))?;
        let receipt = runtime()?.block_on(fetched(&self.target, self.entry, given.transpose()?, key.as_ref()))?;
        let text = receipt.text();
        if let Some(path) = &self.out {
            let failed = |error| Failure::Failed(format!("cannot write {}: {error}", path.display()));
            std::fs::write(path, &text).map_err(failed)?;
        }
        match (&self.out, self.target.json) {
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
}

async fn fetched(
    target: &Target,
    which: Which,
    given: Option<Note>,
    key: Option<&Verifier>,
) -> Result<Receipt, Failure> {
    let mut auditor = target.audit().await?;
    let request = match which {
        Which::Index(index) => v1::GetEntryRequest { index, id: Bytes::new() },
        Which::Id(id) => v1::GetEntryRequest { index: 0, id: wire_id(id) },
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
    let receipt = Receipt { entry: entry.entry.to_vec(), index: entry.index, path: hashes(&proof.hashes)?, checkpoint };
    // The signature is for whoever has the key; that the entry is in the signed tree shows now.
    let fits = match key {
        Some(key) => receipt.check(key, &[]).map(drop),
        None => receipt.fits().map(drop),
    };
    fits.map_err(|error| Failure::Failed(format!("no receipt was written: {error}")))?;
    Ok(receipt)
}

fn sized(note: Note) -> Result<(Note, u64), Failure> {
    let checkpoint = Checkpoint::parse(note.unverified_text()).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok((note, checkpoint.size))
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("cannot read {}: {error}", path.display()))
}
