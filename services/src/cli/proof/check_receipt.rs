//! `mingzhang check-receipt`: whether a receipt holds, without asking anybody.

use super::receipt::unreadable;
use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::cli::shown::text::moment;
use clap::Args;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::key_files;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::Verifier;
use serde_json::json;
use std::path::PathBuf;

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

impl CheckReceiptArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let key = |text: &String| key_files::public(text).map_err(|error| Failure::Usage(error.to_string()));
        let ledger = key(&self.vkey)?;
        let witnesses: Vec<Verifier> = self.witness.iter().map(key).collect::<Result<_, _>>()?;
        let bytes = std::fs::read(&self.file).map_err(|error| unreadable(&self.file, &error))?;
        let held = Receipt::parse(&bytes).and_then(|receipt| Ok((receipt.check(&ledger, &witnesses)?, receipt)));
        let (checkpoint, receipt) = match held {
            Ok(held) => held,
            Err(why) if self.json => {
                print_json(&json!({ "holds": false, "why": why.to_string() }))?;
                return Err(Failure::Failed(format!("{}: {why}", self.file.display())));
            }
            Err(why) => return Err(Failure::Failed(format!("{}: {why}", self.file.display()))),
        };
        self.say(&checkpoint, &receipt, &witnesses)
    }

    fn say(&self, checkpoint: &Checkpoint, receipt: &Receipt, by: &[Verifier]) -> Result<(), Failure> {
        let raw = proto::entry::decode(&receipt.entry);
        // An entry of a later version is proven all the same; this program just cannot say what it means.
        let event = raw.as_ref().ok().and_then(|raw| proto::event::decode(raw.content).ok());
        let (principal, recorded_ms) = raw.map_or(("?", 0), |raw| (raw.principal, raw.recorded_ms));
        let kind = event.as_ref().map_or("?", |event| event.kind.name());
        let effective = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.effective.to_string());
        let id = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.id.to_string());
        let witnesses: Vec<&str> = by.iter().map(Verifier::name).collect();
        if self.json {
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
}
