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
use replay::proof::key_files;
use replay::proof::signed_note::{Note, Role};
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
    The last cosigned checkpoint stands in DIR/checkpoint, for `mingzhang receipt --checkpoint`. If the ledger\n\
    contradicts itself, both signed notes stand in DIR/evidence-... and prove it to anybody.\n\n\
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
    #[command(flatten)]
    target: Target,
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
        let mut witness = Witness::open(ledger, signer, &self.state).map_err(failed)?;
        runtime()?.block_on(async {
            tokio::select! {
                done = follow(self, &mut witness) => done,
                () = asked_to_stop() => Ok(()),
            }
        })
    }
}

async fn follow(args: &WitnessArgs, witness: &mut Witness) -> Result<(), Failure> {
    loop {
        match look(args, witness).await {
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

async fn look(args: &WitnessArgs, witness: &mut Witness) -> Result<(), Failure> {
    let offered = note(&fetch(&args.target, false).await?.checkpoint)?;
    let announced = announced(&args.target, &offered).await?;
    let checkpoint = witness.read(&offered, &announced).map_err(failed)?;
    let seen = witness.seen().map_or(0, |seen| seen.size);
    let proof =
        if seen < checkpoint.size { prove(&args.target, seen, checkpoint.size).await?.entries } else { Vec::new() };
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let cosigned = witness.cosign(&offered, &announced, &proof, time).map_err(failed)?;
    say(args, witness, checkpoint.size, &cosigned)
}

/// What a server shows for that its trees continue earlier ones.
pub(super) async fn prove(target: &Target, from: u64, to: u64) -> Result<TwoPaths, Failure> {
    let request = v1::GetConsistencyProofRequest { from, to };
    let answer = target.audit().await?.get_consistency_proof(request).await?.into_inner();
    Ok(TwoPaths { entries: hashes(&answer.hashes)?, outcomes: hashes(&answer.outcome_hashes)? })
}

fn say(args: &WitnessArgs, witness: &Witness, size: u64, cosigned: &Note) -> Result<(), Failure> {
    if args.target.json {
        return print_json(&json!({ "size": size, "checkpoint": cosigned.to_string(), "file": witness.path() }));
    }
    outln!("  见证 cosigned {size} entries in {}", witness.path().display());
    Ok(())
}

fn failed(error: WitnessError) -> Failure {
    Failure::Failed(error.to_string())
}
