//! `mingzhang check-receipt`: whether a receipt holds and what it proves, without asking anybody; and if the ledger is asked, whether it
//! is still the one of the receipt, and what it makes of the entry now. How what is proved is told stands in `proved`.

use super::checkpoint::{fetch, note};
use super::proved;
use super::receipt::unreadable;
use super::witness::prove;
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::text::{moment, word};
use crate::cli::{print_json, runtime};
use clap::Args;
use ledger::tree::proof::is_consistent;
use proto::v1;
use replay::files::small::{TEXT_BYTES, read_at_most};
use replay::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use replay::proof::key_files;
use replay::proof::receipt::{Proved, Receipt};
use replay::proof::signed_note::Verifier;
use serde_json::json;
use std::path::PathBuf;

/// Check a receipt offline: the ledger's signatures, and that entry and outcome are in the trees that were signed
///
/// What holds is that somebody said it, that it is on record, and what the ledger made of it when it came: posted, refused or said before.
/// Whether it was taken back since, a receipt does not show: with --server the ledger proves that it still continues what it signed then,
/// and says what it makes of the entry now.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub\n  \
    mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub --witness witness.key.pub\n  \
    mingzhang check-receipt payout.tlog-proof --vkey ledger.key.pub --server http://127.0.0.1:50051\n\n\
    Exit codes: 0 it holds, 1 it does not (and why), or today's ledger does not continue it, 2 usage, 3 server unreachable")]
pub struct CheckReceiptArgs {
    /// The receipt
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The ledger's public key, as text or file; get it from somebody other than who gave you the receipt. Several after a change of
    /// keys: one must have signed the receipt, one today's checkpoint
    #[arg(long, value_name = "KEY", required = true)]
    vkey: Vec<String>,
    /// Also ask for the cosignature of this witness; may be given several times
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// Ask this ledger whether it still continues what it signed then, and what it makes of the entry now
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What today's ledger says of an entry.
struct Today {
    /// Entries of the checkpoint that continues the receipt's.
    size: u64,
    /// Its word on the entry, which no proof shows.
    outcome: String,
    /// Why not, or what took it back.
    why: Option<String>,
}

/// The keys of one ledger: the one named first and those named besides.
type Keys<'a> = (&'a Verifier, &'a [Verifier]);

/// What one of the keys confirms; else why the first does not.
fn by_one_of<T, E>((first, others): Keys<'_>, confirm: impl Fn(&Verifier) -> Result<T, E>) -> Result<T, E> {
    confirm(first).or_else(|why| others.iter().find_map(|key| confirm(key).ok()).ok_or(why))
}

impl CheckReceiptArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let key = |text: &String| key_files::public(text).map_err(|error| Failure::Usage(error.to_string()));
        let ledger: Vec<Verifier> = self.vkey.iter().map(key).collect::<Result<_, _>>()?;
        let ledger = ledger.split_first().ok_or_else(|| Failure::Usage("--vkey names no key".to_owned()))?;
        let witnesses: Vec<Verifier> = self.witness.iter().map(key).collect::<Result<_, _>>()?;
        let bytes = read_at_most(&self.file, TEXT_BYTES).map_err(|error| unreadable(&self.file, &error))?;
        let held = Receipt::parse(&bytes).and_then(|receipt| {
            let checked = by_one_of(ledger, |key| receipt.check(key, &witnesses));
            Ok((checked?, receipt))
        });
        let (proved, receipt) = match held {
            Ok(held) => held,
            Err(why) if self.json => {
                print_json(&json!({ "holds": false, "why": why.to_string() }))?;
                return Err(Failure::Failed(format!("{}: {why}", self.file.display())));
            }
            Err(why) => return Err(Failure::Failed(format!("{}: {why}", self.file.display()))),
        };
        let today = match &self.server {
            Some(server) => Some(self.ask(server, ledger, &proved, receipt.entry.index)?),
            None => None,
        };
        self.say(&proved, &receipt, &witnesses, today)
    }

    /// Has the ledger prove that it continues the checkpoint, and say what it makes of the entry.
    fn ask(&self, server: &str, keys: Keys<'_>, then: &Proved, index: u64) -> Result<Today, Failure> {
        let target = Target { server: server.to_owned(), json: self.json };
        let failed = |why: String| Failure::Failed(format!("{}: {why}", self.file.display()));
        runtime()?.block_on(async {
            let answer = fetch(&target, false).await?;
            let (said, made) = (note(&answer.checkpoint)?, note(&answer.outcomes)?);
            let both = |key: &Verifier| {
                Ok((Checkpoint::verified(&said, key)?, Checkpoint::verified(&made, &Outcomes::key_of(key))?))
            };
            let (now, outcomes) = by_one_of(keys, both).map_err(|error: CheckpointError| failed(error.to_string()))?;
            for (of, then, now) in [("entries", &then.checkpoint, &now), ("outcomes", &then.outcomes, &outcomes)] {
                let (from, to) = ((then.size, &then.root), (now.size, &now.root));
                let paths = if from.0 < to.0 { prove(&target, from.0, to.0).await? } else { Default::default() };
                let path = if of == "entries" { paths.entries } else { paths.outcomes };
                if !is_consistent(from, to, &path) {
                    return Err(failed(format!(
                        "the ledger at {server} does not continue what was signed over {} {of}: its {} {of} are others. Keep \
                         the receipt, it is the evidence",
                        then.size, now.size
                    )));
                }
            }
            let entry = v1::explain_request::Entry::Index(index);
            let request = v1::ExplainRequest { not_before: 0, entry: Some(entry) };
            let said = target.query().await?.explain(request).await?.into_inner();
            let taken = said.facts.iter().find(|fact| fact.name == "withdrawn").map(|fact| fact.zh.clone());
            let why = said.refusal.as_ref().map(|refusal| refusal.sentence_zh.clone()).or(taken);
            Ok(Today { size: now.size, outcome: word(said.outcome().as_str_name(), "OUTCOME_"), why })
        })
    }

    fn say(
        &self,
        Proved { checkpoint, outcomes, verdict, signed_at }: &Proved,
        receipt: &Receipt,
        by: &[Verifier],
        today: Option<Today>,
    ) -> Result<(), Failure> {
        let raw = proto::entry::decode(&receipt.entry.data);
        // An entry of a later version is proven all the same; this program just cannot say what it means.
        let event = raw.as_ref().ok().and_then(|raw| proto::event::decode(raw.content).ok());
        let (principal, recorded_ms) = raw.map_or(("?", 0), |raw| (raw.principal, raw.recorded_ms));
        let kind = event.as_ref().map_or("?", |event| event.kind.name());
        let effective = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.effective.to_string());
        let id = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.id.to_string());
        let witnesses: Vec<&str> = by.iter().map(Verifier::name).collect();
        if self.json {
            return print_json(&json!({ "holds": true, "origin": checkpoint.origin, "index": receipt.entry.index,
            "size": checkpoint.size, "outcomes_size": outcomes.size, "outcome": proved::as_json(verdict), "signed_at": signed_at, "principal": principal, "recorded_ms": recorded_ms, "event": id, "kind": kind,
            "effective": effective, "witnesses": witnesses, "today": today.map(|today| json!({ "continued_by": today.size,
            "outcome": today.outcome, "why": today.why })) }));
        }
        outln!("  在案 on record: entry {} of {} in {}", receipt.entry.index, checkpoint.size, checkpoint.origin);
        outln!("  所报 said: {kind} {id}");
        outln!("  生效日 effective {effective}, 提交人 said by {principal}, 记录于 recorded {}", moment(recorded_ms));
        for line in proved::lines(verdict) {
            outln!("  {line}");
        }
        if let Some(seconds) = signed_at {
            let at = moment(i64::try_from(*seconds).unwrap_or(0).saturating_mul(1_000));
            outln!("  签于 signed at {at}, as the ledger says");
        }
        if !witnesses.is_empty() {
            outln!("  见证 cosigned by {}", witnesses.join(", "));
        }
        match today {
            None => outln!(
                "  其后是否撤销，收据不证明 whether it was taken back since, a receipt does not show: ask with --server"
            ),
            Some(Today { size, outcome, why }) => {
                outln!(
                    "  延续 proved: the ledger of {size} entries today continues the one of the receipt, its outcomes too"
                );
                outln!(
                    "  账本称 the ledger says, which is no proof: {outcome}{}",
                    why.map_or(String::new(), |why| format!("，{why}"))
                );
            }
        }
        Ok(())
    }
}
