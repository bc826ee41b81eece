//! `mingzhang announce-key`: the next key that signs checkpoints is put on record. Making keys is `keygen`.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::typed::{day_typed, principal_typed};
use crate::cli::{print_json, runtime};
use crate::principal::named;
use bytes::Bytes;
use clap::Args;
use ledger::event::{Event, Kind};
use ledger::money::Day;
use proto::v1;
use replay::proof::key_files;
use replay::proof::signed_note::Role;
use replay::proof::trust::announcement;
use serde_json::json;
use std::path::PathBuf;

/// Put the next key that signs checkpoints on record, so that whoever trusts the present one can trust it
///
/// To change keys: make the new one with `keygen --origin`, the origin as before; announce it here; stop the ledger, which
/// signs a last checkpoint over the announcement with the old key; serve with the new one. That checkpoint bears the
/// signatures of both. `replay verify` follows announcements, so it goes on taking the old key, and names those it followed.
///
/// The announcement bears a signature by the old key, so its secret is needed here; who may record but does not have it can
/// announce nothing that anybody follows. A key that was stolen is not taken back by announcing another; tell those who
/// have it to take the new one from you.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  mingzhang announce-key next.key.pub --key ledger.key --on 2026-12-31 --as 省财政厅/系统\n\n\
    Exit codes: 0 on record, 1 refused, 2 usage, 3 server unreachable"
)]
pub struct AnnounceKeyArgs {
    /// The new public key, as text or file
    #[arg(value_name = "KEY")]
    key: String,
    /// File of the secret key the ledger signs with now
    #[arg(long = "key", value_name = "FILE")]
    present: PathBuf,
    /// The day on which the announcement counts
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    on: Day,
    /// In whose name
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed)]
    principal: String,
    #[command(flatten)]
    target: Target,
}

impl AnnounceKeyArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let key = key_files::public(&self.key).map_err(|error| Failure::Usage(error.to_string()))?;
        if key.role() != Role::Author {
            return Err(Failure::Usage(format!("{} is a witness's key; a ledger's is announced", key.name())));
        }
        let present = key_files::read(&self.present).map_err(|error| Failure::Usage(error.to_string()))?;
        if key.name() != present.verifier().name() {
            let why = format!(
                "{} is not the name of the present key; make one with --origin {}",
                key.name(),
                present.verifier().name()
            );
            return Err(Failure::Usage(why));
        }
        let event = Event::said(self.on, Kind::KeyAnnounced(announcement(&key, &present)));
        let events = vec![Bytes::from(proto::event::encode(&event))];
        let message = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
        let answer = runtime()?.block_on(async {
            let request = named(message, &self.principal);
            Ok::<_, Failure>(self.target.recorder().await?.record(request).await?.into_inner())
        })?;
        let receipt = answer.receipts.into_iter().next().unwrap_or_default();
        self.told(&key.to_string(), &receipt)
    }

    fn told(&self, key: &str, receipt: &v1::Receipt) -> Result<(), Failure> {
        let said = match receipt.outcome() {
            v1::Outcome::Posted => "公钥已公布 announced",
            v1::Outcome::Duplicate => "公钥此前已公布 announced before",
            _ => {
                let refusal = receipt.refusal.clone().unwrap_or_default();
                return Err(Failure::Failed(format!("{}; {}", refusal.sentence_en, refusal.remedy)));
            }
        };
        if self.target.json {
            return print_json(&json!({ "index": receipt.index, "key": key }));
        }
        outln!("  {said}: entry {}", receipt.index);
        outln!("  {key}");
        outln!("  stop the ledger, then serve with the new key");
        Ok(())
    }
}
