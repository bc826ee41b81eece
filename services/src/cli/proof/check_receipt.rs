//! `mingzhang check-receipt`: whether a receipt holds and what it proves, without asking anybody; and if the ledger is asked, whether it
//! is still the one of the receipt, and what it makes of the entry now. How what is proved is told stands in `proved`.

use super::announcements::trust;
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
use replay::proof::checkpoint::{Checkpoint, CheckpointError};
use replay::proof::key_files;
use replay::proof::receipt::{Proved, Receipt, ReceiptError};
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::trust::Trust;
use replay::terminal::shown_text::one_line;
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

/// A witness that cosigned.
struct Seen {
    name: String,
    /// When it saw the checkpoint over entries.
    at_ms: i64,
    /// Whether it cosigned that over outcomes too.
    outcome: bool,
}

/// What a ledger shows today, and which keys may have signed what.
struct Shown {
    entries: Note,
    outcomes: Note,
    trust: Trust,
}

/// What a receipt proves, if a key signed it that is trusted over so many entries.
fn confirmed(receipt: &Receipt, trust: &Trust) -> Result<Proved, ReceiptError> {
    let note = &receipt.entry.checkpoint;
    let checkpoint = trust.checkpoint(note)?;
    let by = trust.keys(checkpoint.size).find(|key| Checkpoint::verified(note, key).is_ok());
    by.map_or(Err(CheckpointError::Malformed("no key is trusted").into()), |key| receipt.check(key, &[]))
}

/// The witnesses that cosigned the checkpoint over entries and when, if they are enough.
fn cosigned(receipt: &Receipt, witnesses: &[Verifier], quorum: usize) -> Result<Vec<Seen>, ReceiptError> {
    let (mut seen, mut missing) = (Vec::new(), None);
    for witness in witnesses {
        let unseen = receipt.outcome.checkpoint.cosigned_at(witness).err();
        match receipt.entry.checkpoint.cosigned_at(witness) {
            Ok(seconds) => {
                seen.push(Seen {
                    name: witness.name().to_owned(),
                    at_ms: i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000),
                    outcome: unseen.is_none(),
                });
                missing = unseen.or(missing);
            }
            Err(error) => missing = Some(error),
        }
    }
    // What became of the entry stands in the log of outcomes: who did not see that vouches for none of it.
    let vouch = seen.iter().filter(|seen| seen.outcome).count();
    match missing {
        Some(error) if vouch < quorum => Err(ReceiptError::Witness(error)),
        _ => Ok(seen),
    }
}

/// What a server shows today.
async fn of_today(target: &Target, keys: Vec<Verifier>) -> Result<Shown, Failure> {
    let answer = fetch(target, false).await?;
    let (entries, outcomes) = (note(&answer.checkpoint)?, note(&answer.outcomes)?);
    let trust = trust(target, keys, &entries).await?;
    Ok(Shown { entries, outcomes, trust })
}

impl CheckReceiptArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let key = |text: &String| key_files::public(text).map_err(|error| Failure::Usage(error.to_string()));
        let ledger: Vec<Verifier> = self.vkey.iter().map(key).collect::<Result<_, _>>()?;
        let mut witnesses: Vec<Verifier> = Vec::new();
        for text in &self.witness {
            // One named twice is one.
            let witness = key(text)?;
            witnesses.extend(Some(witness).filter(|witness| !witnesses.contains(witness)));
        }
        let quorum = self.quorum.unwrap_or(witnesses.len());
        if quorum > witnesses.len() || self.quorum == Some(0) {
            let most = witnesses.len();
            return Err(Failure::Usage(format!("--quorum is at least 1 and at most the witnesses named, {most}")));
        }
        let bytes = read_at_most(&self.file, TEXT_BYTES).map_err(|error| unreadable(&self.file, &error))?;
        let today = match &self.server {
            Some(server) => Some(runtime()?.block_on(of_today(&self.target(server), ledger.clone()))?),
            None => None,
        };
        let given = Trust::new(ledger);
        let trust = today.as_ref().map_or(&given, |today| &today.trust);
        let held = Receipt::parse(&bytes).and_then(|receipt| {
            let proved = confirmed(&receipt, trust)?;
            let seen = cosigned(&receipt, &witnesses, quorum)?;
            Ok((proved, receipt, seen))
        });
        let (proved, receipt, seen) = match held {
            Ok(held) => held,
            Err(why) if self.json => {
                print_json(&json!({ "holds": false, "why": why.to_string() }))?;
                return Err(Failure::Failed(format!("{}: {why}", self.file.display())));
            }
            Err(why) => return Err(Failure::Failed(format!("{}: {why}", self.file.display()))),
        };
        let today = today.map(|today| self.ask(&today, &proved, receipt.entry.index)).transpose()?;
        self.say(&proved, &receipt, &seen, today)
    }

    fn target(&self, server: &str) -> Target {
        Target { server: server.to_owned(), json: self.json }
    }

    /// Has the ledger prove that it continues the checkpoint, and say what it makes of the entry.
    fn ask(&self, shown: &Shown, then: &Proved, index: u64) -> Result<Today, Failure> {
        let server = self.server.as_deref().unwrap_or_default();
        let target = self.target(server);
        let failed = |why: String| Failure::Failed(format!("{}: {why}", self.file.display()));
        runtime()?.block_on(async {
            let why = |error: CheckpointError| failed(error.to_string());
            let now = shown.trust.checkpoint(&shown.entries).map_err(why)?;
            let outcomes = shown.trust.outcomes(&shown.outcomes).map_err(why)?;
            let outcomes = Checkpoint { origin: outcomes.origin, size: outcomes.size, root: outcomes.root };
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
        seen: &[Seen],
        today: Option<Today>,
    ) -> Result<(), Failure> {
        let raw = proto::entry::decode(&receipt.entry.data);
        // An entry of a later version is proven all the same; this program just cannot say what it means.
        let event = raw.as_ref().ok().and_then(|raw| proto::event::decode(raw.content).ok());
        let (principal, recorded_ms) = raw.map_or(("?", 0), |raw| (raw.principal, raw.recorded_ms));
        let kind = event.as_ref().map_or("?", |event| event.kind.name());
        let effective = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.effective.to_string());
        let id = event.as_ref().map_or_else(|| "?".to_owned(), |event| event.id.to_string());
        let witness =
            |Seen { name, at_ms, outcome }: &Seen| json!({ "name": name, "seen_ms": at_ms, "outcome": outcome });
        let witnesses: Vec<_> = seen.iter().map(witness).collect();
        if self.json {
            return print_json(&json!({ "holds": true, "origin": checkpoint.origin, "index": receipt.entry.index,
            "size": checkpoint.size, "outcomes_size": outcomes.size, "outcome": proved::as_json(verdict), "signed_at": signed_at, "principal": principal, "recorded_ms": recorded_ms, "event": id, "kind": kind,
            "effective": effective, "witnesses": witnesses, "today": today.map(|today| json!({ "continued_by": today.size,
            "outcome": today.outcome, "why": today.why })) }));
        }
        outln!("  在案 on record: entry {} of {} in {}", receipt.entry.index, checkpoint.size, checkpoint.origin);
        outln!("  所报 said: {kind} {id}");
        let principal = one_line(principal);
        outln!("  生效日 effective {effective}, 提交人 said by {principal}, 记录于 recorded {}", moment(recorded_ms));
        for line in proved::lines(verdict) {
            outln!("  {line}");
        }
        if let Some(seconds) = signed_at {
            let at = moment(i64::try_from(*seconds).unwrap_or(0).saturating_mul(1_000));
            outln!("  签于 signed at {at}, as the ledger says");
        }
        for Seen { name, at_ms, outcome } in seen {
            let what = if *outcome { "entries and outcomes" } else { "entries alone" };
            outln!("  见证 cosigned by {name}, 见于 who saw {what} at {}", moment(*at_ms));
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
