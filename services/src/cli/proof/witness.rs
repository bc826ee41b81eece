//! `mingzhang witness`: follows another ledger's checkpoints, cosigns those that continue what it saw, and stops loudly
//! at one that does not.

use super::announcements::announced;
use super::checkpoint::{fetch, hashes, note};
use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::operate::serve::asked_to_stop;
use crate::cli::{print_json, runtime};
use clap::Args;
use proto::v1;
use replay::proof::checkpoint_files::Signed;
use replay::proof::key_files;
use replay::proof::signed_note::{Role, Verifier};
use replay::proof::trees::TwoPaths;
use replay::proof::witness::{Witness, WitnessError};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Follow another ledger: check that each checkpoint continues the last, and cosign it
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    mingzhang witness --server http://ledger:50051 --vkey ledger.key.pub --key witness.key --state ./seen\n  \
    mingzhang witness --server http://ledger:50051 --vkey ledger.key.pub --key witness.key --state ./seen --once\n\n\
    Both logs are followed, entries and what was made of them. What was cosigned is sent to the ledger, which shows\n\
    it with its checkpoint if it was told of this witness (`serve --witness`); if not, that is said. The last cosigned checkpoints stand in\n\
    DIR/checkpoint, for `mingzhang receipt --checkpoint`, and DIR/outcomes. If the ledger contradicts itself, the\n\
    signed notes stand in DIR/evidence-..., and `scripts/check_fork.py` says what they prove to anybody.\n\n\
    Exit codes: 0 cosigned (--once) or stopped as asked, 1 the ledger contradicts itself or failed, 2 usage,\n\
    3 server unreachable (--once)")]
pub struct WitnessArgs {
    /// The ledger's public key, as text or file; those announced under it are followed. May be given several times
    #[arg(long, value_name = "KEY", required = true)]
    vkey: Vec<String>,
    /// File of the witness's secret key, made by `mingzhang keygen --witness`
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Directory for what was seen
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Look once and end
    #[arg(long)]
    once: bool,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Do not send the ledger what was cosigned. Without this it is sent, for the ledger to show with its checkpoint
    #[arg(long)]
    no_submit: bool,
    #[command(flatten)]
    target: Target,
}

/// What became of the cosignatures beside being kept here.
enum Submitted {
    /// The ledger keeps and shows them.
    Collected,
    /// It does not, and why.
    Refused(String),
    /// They were not to be sent.
    Kept,
}

impl WitnessArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let usage = |error: key_files::KeyError| Failure::Usage(error.to_string());
        let signer = key_files::read(&self.key).map_err(usage)?;
        if signer.verifier().role() != Role::Witness {
            let why = "is a ledger's key; make one with `mingzhang keygen --witness`";
            return Err(Failure::Usage(format!("{} {why}", self.key.display())));
        }
        let ledger =
            self.vkey.iter().map(|key| key_files::public(key)).collect::<Result<Vec<_>, _>>().map_err(usage)?;
        let own = signer.verifier().clone();
        let mut witness = Witness::open(ledger, signer, &self.state).map_err(failed)?;
        runtime()?.block_on(async {
            tokio::select! {
                done = follow(self, &own, &mut witness) => done,
                () = asked_to_stop() => Ok(()),
            }
        })
    }
}

async fn follow(args: &WitnessArgs, own: &Verifier, witness: &mut Witness) -> Result<(), Failure> {
    loop {
        match look(args, own, witness).await {
            // A ledger that is away is no contradiction; it is asked again.
            Err(Failure::Unreachable(why)) if !args.once => {
                replay::terminal::printed::say(format_args!("mingzhang: {why}"));
            }
            Err(failure) => return Err(failure),
            Ok(()) if args.once => return Ok(()),
            Ok(()) => {}
        }
        tokio::time::sleep(Duration::from_secs(args.every)).await;
    }
}

async fn look(args: &WitnessArgs, own: &Verifier, witness: &mut Witness) -> Result<(), Failure> {
    let answer = fetch(&args.target, false).await?;
    let offered = Signed { tree: note(&answer.checkpoint)?, outcomes: note(&answer.outcomes)? };
    let announced = announced(&args.target, &offered.tree).await?;
    let [entries, outcomes] = witness.read(&offered, &announced).map_err(failed)?;
    let [seen, seen_outcomes] = witness.seen();
    let mut proof = continues(&args.target, seen, entries.size).await?;
    // Of one log more may have been seen than of the other: a witness that was ended between two writes, or that watched one alone.
    if seen_outcomes != seen {
        proof.outcomes = continues(&args.target, seen_outcomes, outcomes.size).await?.outcomes;
    }
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let cosigned = witness.cosign(&offered, &announced, &proof, time).map_err(failed)?;
    let submitted = if args.no_submit { Submitted::Kept } else { submit(args, own, &cosigned).await };
    say(args, witness, (entries.size, &cosigned), &submitted)
}

/// Sends the ledger what was cosigned. That it does not want it is no contradiction: the notes are kept here all the same.
async fn submit(args: &WitnessArgs, own: &Verifier, cosigned: &Signed) -> Submitted {
    // Its own signatures alone: that others are taken would say nothing of these.
    let [checkpoint, outcomes] = [&cosigned.tree, &cosigned.outcomes].map(|note| {
        let mut note = note.clone();
        note.signatures.retain(|line| (line.id, line.name.as_str()) == (own.id(), own.name()));
        note.to_string()
    });
    let sent = async {
        let request = v1::AddCosignaturesRequest { checkpoint, outcomes };
        Ok::<_, Failure>(args.target.audit().await?.add_cosignatures(request).await?.into_inner())
    };
    match sent.await {
        Ok(_) => Submitted::Collected,
        Err(failure) => Submitted::Refused(failure.to_string()),
    }
}

async fn continues(target: &Target, seen: u64, offered: u64) -> Result<TwoPaths, Failure> {
    if seen < offered { prove(target, seen, offered).await } else { Ok(TwoPaths::default()) }
}

/// What a server shows for that its trees continue earlier ones.
pub(super) async fn prove(target: &Target, from: u64, to: u64) -> Result<TwoPaths, Failure> {
    let request = v1::GetConsistencyProofRequest { from, to };
    let answer = target.audit().await?.get_consistency_proof(request).await?.into_inner();
    Ok(TwoPaths { entries: hashes(&answer.hashes)?, outcomes: hashes(&answer.outcome_hashes)? })
}

fn say(
    args: &WitnessArgs,
    witness: &Witness,
    (size, cosigned): (u64, &Signed),
    submitted: &Submitted,
) -> Result<(), Failure> {
    let [tree, outcomes] = witness.paths();
    if args.target.json {
        return print_json(&json!({ "size": size, "checkpoint": cosigned.tree.to_string(), "file": tree,
            "outcomes": cosigned.outcomes.to_string(), "outcomes_file": outcomes,
            "collected": matches!(submitted, Submitted::Collected),
            "not_collected": if let Submitted::Refused(why) = submitted { Some(why) } else { None } }));
    }
    outln!("  见证 cosigned {size} entries in {}, and their outcomes in {}", tree.display(), outcomes.display());
    match submitted {
        Submitted::Collected => outln!("  已交账本 collected: the ledger shows this cosignature with its checkpoint"),
        Submitted::Refused(why) => outln!("  账本未收 not collected by the ledger, kept here alone: {why}"),
        Submitted::Kept => {}
    }
    Ok(())
}

fn failed(error: WitnessError) -> Failure {
    Failure::Failed(error.to_string())
}
