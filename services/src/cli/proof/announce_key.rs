//! `mingzhang announce-key`: the next key that signs checkpoints is put on record. Making keys is `keygen`.

use super::announcements;
use super::checkpoint::{fetch, note};
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
use replay::proof::checkpoint::Checkpoint;
use replay::proof::key_files;
use replay::proof::signed_note::{Role, Verifier};
use replay::proof::trust::{Trust, announcement};
use serde_json::json;
use std::path::PathBuf;

/// Put the next key that signs checkpoints on record, so that whoever trusts the present one can trust it
///
/// To change keys: make the new one with `keygen --origin`, the origin as before; announce it here; serve with the new one. The old
/// key ends with the announcement: it signs nothing over more entries, whoever has it. A ledger served with `--next-key` goes on with
/// the new one at once. Whoever has the old key follows to the new one by what the record announces.
///
/// The announcement bears a signature by the old key, so its secret is needed here; who may record but does not have it can
/// announce nothing that anybody follows. A key that was stolen can announce another too: whichever is announced first is followed.
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
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed, required_unless_present = "me")]
    principal: Option<String>,
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
        let target = &self.target;
        let runtime = runtime()?;
        runtime.block_on(self.can_be_followed(&key, present.verifier()))?;
        let event = Event::said(self.on, Kind::KeyAnnounced(announcement(&key, &present)));
        let events = vec![Bytes::from(proto::event::encode(&event))];
        let message = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
        let answer = runtime.block_on(async {
            let request = named(message, &target.in_name(self.principal.as_ref(), ""));
            Ok::<_, Failure>(target.recorder().await?.record(request).await?.into_inner())
        })?;
        let receipt = answer.receipts.into_iter().next().unwrap_or_default();
        Self::refused(&receipt)?;
        // Somebody else may have announced in the meantime. It is on record whether that can be asked or not: nobody may take this for a
        // failure and put the new secret away.
        let followed = runtime.block_on(announcements::known(target, present.verifier()));
        if let Err(why) = &followed {
            eprintln!("whether it is followed could not be asked ({why}): say the same again to ask");
        }
        if followed.map_or(true, |trust| trust.all().any(|known| *known == key)) {
            return self.told(&key.to_string(), &receipt);
        }
        Err(Failure::Failed(format!(
            "entry {} announces the key, and nobody follows it: another announcement came before. `mingzhang findings --kind \
             key_unfollowed` shows which",
            receipt.index
        )))
    }

    /// Nothing is put on record that nobody can follow: the present key must be the one the ledger signs with, and not have announced
    /// another before.
    async fn can_be_followed(&self, key: &Verifier, present: &Verifier) -> Result<(), Failure> {
        let offered = note(&fetch(&self.target, false).await?.checkpoint)?;
        let trust = announcements::known(&self.target, present).await?;
        match trust.end_of(present) {
            // Said again, it is the same announcement.
            Some(end) if trust.holds(key, end) => Ok(()),
            Some(end) => Err(Failure::Failed(format!(
                "the key in {} ended with entry {}, which announces another: what it announces now nobody follows. Announce with the secret \
                 of the one announced there",
                self.present.display(),
                end.saturating_sub(1)
            ))),
            None if Checkpoint::verified(&offered, present).is_ok() && key == present => {
                Err(Failure::Failed("that is the key the ledger signs with now; announce the next one".to_owned()))
            }
            None if Checkpoint::verified(&offered, present).is_ok() => Self::never_ended(key, &trust),
            None => Err(Failure::Failed(format!(
                "the ledger does not sign with the key in {}: what that announces nobody follows. Give the secret key it is served with \
                 (`mingzhang checkpoint --note` names it)",
                self.present.display()
            ))),
        }
    }

    /// A key that ended is never followed again.
    fn never_ended(key: &Verifier, trust: &Trust) -> Result<(), Failure> {
        if trust.has_ended(key) {
            let why = "that key announced another and has ended, and a key ends once; make a new one with `keygen`";
            return Err(Failure::Failed(why.to_owned()));
        }
        Ok(())
    }

    fn refused(receipt: &v1::Receipt) -> Result<(), Failure> {
        match receipt.outcome() {
            v1::Outcome::Posted | v1::Outcome::Duplicate => Ok(()),
            _ => {
                let refusal = receipt.refusal.clone().unwrap_or_default();
                Err(Failure::Failed(format!("{}; {}", refusal.sentence_en, refusal.remedy)))
            }
        }
    }

    fn told(&self, key: &str, receipt: &v1::Receipt) -> Result<(), Failure> {
        if self.target.json {
            return print_json(&json!({ "index": receipt.index, "key": key }));
        }
        let before = receipt.outcome() == v1::Outcome::Duplicate;
        let said = if before { "公钥此前已公布 announced before" } else { "公钥已公布 announced" };
        outln!("  {said}: entry {}", receipt.index);
        outln!("  {key}");
        outln!(
            "  the old key signs nothing after that entry: serve with the new one, unless --next-key named it already"
        );
        Ok(())
    }
}
