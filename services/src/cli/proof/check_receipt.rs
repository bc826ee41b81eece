//! `mingzhang check-receipt`: whether a receipt holds and what it proves, without asking anybody; and if the ledger is asked, whether it
//! is still the one of the receipt, and what it makes of the entry now. How what is proved is told stands in `proved`, receipts of balances in
//! `check_balance`.

use super::check_balance;
use super::held::{Contradiction, Shown, continues, of_today, print_signatures};
use super::proved;
use super::receipt::unreadable;
use super::today::{self, Today};
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::text::moment;
use crate::cli::{print_json, runtime};
use clap::Args;
use replay::dial::DialArgs;
use replay::files::small::{TEXT_BYTES, read_at_most};
use replay::proof::balance_receipt::{self, BalanceReceipt};
use replay::proof::checkpoint::{Checkpoint, CheckpointError};
use replay::proof::key_files;
use replay::proof::receipt::{Proved, Receipt, ReceiptError};
use replay::proof::signed_note::Verifier;
use replay::proof::trust::Trust;
use replay::proof::witnessed::{Quorum, SeenBy};
use replay::terminal::shown_text::one_line;
use serde_json::json;
use std::path::PathBuf;

/// Check a receipt offline: the ledger's signatures, and that entry and outcome are in the trees that were signed
///
/// Of a receipt of a balance: how the account stood after so many entries, or that there was none. Of one of an entry:
/// what holds is that somebody said it, that it is on record, and what the ledger made of it when it came: posted, refused or said before.
/// Whether it was taken back since, a receipt does not show: with --server the ledger proves that it still continues what it signed then,
/// and says what it makes of the entry now: `posted`, `suspense`, `beside`, `taken_back`, `duplicate` or `refused`. What contradicts the
/// receipt is told, and both signed notes are kept beside its file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub\n  \
    mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub --witness witness.key.pub\n  \
    mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub --server http://127.0.0.1:50051\n\n\
    Exit codes: 0 it holds, 1 it does not (and why), or today's ledger contradicts it, 2 usage, 3 server unreachable")]
pub struct CheckReceiptArgs {
    /// The receipt
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The ledger's public key, as text or file; get it from somebody other than who gave you the receipt. Several after a change of
    /// keys; with --server those announced under it are followed, and one that had ended counts no more
    #[arg(long, value_name = "KEY", required = true)]
    vkey: Vec<String>,
    /// Also ask for the cosignatures of this witness on both logs, of entries and of outcomes; may be given several times
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// So many of the witnesses named, at least one, must have cosigned both; without this all of them
    #[arg(long, value_name = "K", requires = "witness")]
    quorum: Option<usize>,
    /// Ask this ledger whether it still continues what it signed then, and what it makes of the entry now
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    by: DialArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a receipt proves, if a key signed it that is trusted over so many entries.
fn confirmed(receipt: &Receipt, trust: &Trust) -> Result<Proved, ReceiptError> {
    let note = &receipt.entry.checkpoint;
    let checkpoint = trust.checkpoint(note)?;
    let by = trust.keys(checkpoint.size).find(|key| Checkpoint::verified(note, key).is_ok());
    by.map_or(Err(CheckpointError::Malformed("no key is trusted").into()), |key| receipt.check(key, &[]))
}

impl CheckReceiptArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let key = |text: &String| key_files::public(text).map_err(|error| Failure::Usage(error.to_string()));
        let ledger: Vec<Verifier> = self.vkey.iter().map(key).collect::<Result<_, _>>()?;
        let quorum = Quorum::named(&self.witness, self.quorum).map_err(|error| Failure::Usage(error.to_string()))?;
        let bytes = read_at_most(&self.file, TEXT_BYTES).map_err(|error| unreadable(&self.file, &error))?;
        let today = match &self.server {
            Some(server) => Some(runtime()?.block_on(of_today(&self.target(server), ledger.clone()))?),
            None => None,
        };
        let given = Trust::new(ledger);
        let trust = today.as_ref().map_or(&given, |today| &today.trust);
        if bytes.starts_with(balance_receipt::HEADER.as_bytes()) {
            let held = BalanceReceipt::parse(&bytes).and_then(|receipt| {
                let proved = check_balance::confirmed(&receipt, trust)?;
                let seen = quorum.seen((&receipt.checkpoint, None)).map_err(ReceiptError::Witness)?;
                Ok((proved, seen, receipt.account, receipt.checkpoint))
            });
            let (proved, seen, account, note) = self.held(held)?;
            let target = self.target(self.server.as_deref().unwrap_or_default());
            let then = (&note, &proved);
            let ask = |today: &Shown| {
                self.together(runtime()?.block_on(check_balance::ask(&target, today, then, account, &self.file)))
            };
            let now = today.as_ref().map(ask).transpose()?;
            return check_balance::say(&proved, account, &seen, now.as_ref(), self.json);
        }
        let (proved, receipt, seen) = self.held(Receipt::parse(&bytes).and_then(|receipt| {
            let proved = confirmed(&receipt, trust)?;
            let notes = (&receipt.entry.checkpoint, Some(&receipt.outcome.checkpoint));
            let seen = quorum.seen(notes).map_err(ReceiptError::Witness)?;
            Ok((proved, receipt, seen))
        }))?;
        let today = today.map(|today| self.together(self.ask(&today, &proved, &receipt))).transpose()?;
        self.say(&proved, &receipt, &seen, today.as_ref())
    }

    /// What holds; else it is said why not.
    fn held<T>(&self, held: Result<T, ReceiptError>) -> Result<T, Failure> {
        held.or_else(|why| {
            if self.json {
                print_json(&json!({ "holds": false, "why": why.to_string() }))?;
            }
            Err(Failure::Failed(format!("{}: {why}", self.file.display())))
        })
    }

    fn target(&self, server: &str) -> Target {
        Target { server: server.to_owned(), by: self.by.clone(), json: self.json }
    }

    /// What today's ledger says; a contradiction is told aloud.
    fn together<T>(&self, asked: Result<T, Contradiction>) -> Result<T, Failure> {
        asked.or_else(|contradiction| match contradiction {
            Contradiction::Failed(failure) => Err(failure),
            Contradiction::Told { why, evidence } => {
                if self.json {
                    print_json(&json!({ "holds": true, "contradicted": why, "evidence": evidence }))?;
                }
                Err(Failure::Failed(format!("{}: {why}", self.file.display())))
            }
        })
    }

    /// Has the ledger prove that it continues the checkpoints, and say what it makes of the entry.
    fn ask(&self, shown: &Shown, then: &Proved, receipt: &Receipt) -> Result<Today, Contradiction> {
        let target = self.target(self.server.as_deref().unwrap_or_default());
        let signed =
            [Some((&receipt.entry.checkpoint, &then.checkpoint)), Some((&receipt.outcome.checkpoint, &then.outcomes))];
        runtime()?.block_on(async {
            let now = continues(&target, shown, signed, &self.file).await?;
            today::ask(&target, (receipt.entry.index, &then.verdict), now.size).await
        })
    }

    fn say(
        &self,
        Proved { checkpoint, outcomes, verdict, signed_at }: &Proved,
        receipt: &Receipt,
        seen: &[SeenBy],
        today: Option<&Today>,
    ) -> Result<(), Failure> {
        let raw = proto::entry::decode(&receipt.entry.data);
        // An entry of a later version is proven all the same; this program just cannot say what it means.
        let event = raw.as_ref().ok().and_then(|raw| proto::event::decode(raw.content).ok());
        let (principal, recorded_ms) = raw.map_or(("?", 0), |raw| (raw.principal, raw.recorded_ms));
        let kind = event.as_ref().map_or("?", |event| event.kind.name());
        let effective = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.effective.to_string());
        let id = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.id.to_string());
        let witness =
            |SeenBy { name, at_ms, outcome }: &SeenBy| json!({ "name": name, "seen_ms": at_ms, "outcome": outcome });
        let witnesses: Vec<_> = seen.iter().map(witness).collect();
        if self.json {
            return print_json(&json!({ "holds": true, "origin": checkpoint.origin, "index": receipt.entry.index,
            "size": checkpoint.size, "outcomes_size": outcomes.size, "outcome": proved::as_json(verdict), "signed_at": signed_at, "principal": principal, "recorded_ms": recorded_ms, "event": id, "kind": kind,
            "effective": effective, "witnesses": witnesses, "today": today.map(Today::as_json) }));
        }
        outln!("  在案 on record: entry {} of {} in {}", receipt.entry.index, checkpoint.size, checkpoint.origin);
        outln!("  所报 said: {kind} {id}");
        let principal = one_line(principal);
        outln!("  生效日 effective {effective}, 提交人 said by {principal}, 记录于 recorded {}", moment(recorded_ms));
        for line in proved::lines(verdict) {
            outln!("  {line}");
        }
        print_signatures(*signed_at, seen);
        // Both notes may be signed at different times.
        if outcomes.size != checkpoint.size {
            outln!("  结果所在 its outcome stands in a log of {} outcomes, signed by the same key", outcomes.size);
        }
        match today {
            None => outln!(
                "  其后是否撤销，收据不证明 whether it was taken back since, a receipt does not show: ask with --server"
            ),
            Some(today) => today.print(),
        }
        Ok(())
    }
}
