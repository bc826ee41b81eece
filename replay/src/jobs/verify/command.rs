//! What `replay verify` is asked for, and in which order it is done: what must hold is gathered first, then the record is
//! read, checked and folded, and what came of it is reported.

use replay::dial::DialArgs;
use replay::files::small::{TEXT_BYTES, read_at_most};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use ledger::state::State;
use replay::pages::generations::Generations;
use replay::proof::key_files;
use replay::proof::signed_note::Verifier;
use replay::proof::tally::Tallying;
use replay::proof::trust::announced_in;
use replay::proof::witnessed::Quorum;
use replay::record::log::Tip;
use replay::terminal::progress;
use replay::terminal::progress::Bar;

use super::asked_service::{self, Live};
use super::expected::{self, Expectation, Loaded, expectation};
use super::reading::{End, read, read_and_fold};
use super::refold::Refold;
use super::report::Report;
use super::second_reader::Checker;
use super::{contradiction, trusted_keys, witnesses};
use crate::jobs::interrupts;
use crate::jobs::source::Source;

/// Verify the record: read every byte again, hash, fold, and compare with checkpoints
///
/// Checks the checksum of every frame, that none is missing, doubled or out of order, and the root over all entries
/// that each frame carries; folds every entry with a fresh state; and compares both roots and the postings
/// of each book with every checkpoint. The first difference is named with its evidence. An unfinished frame at the very
/// end is reported as torn and is no damage: nobody was told that it is recorded.
///
/// Entries behind the last checkpoint are checked against each other, but nobody has signed for them. Without --key the
/// checkpoints are compared but their signatures are not checked; take the key from its owner, not from the directory. With
/// --key there must be a checkpoint over some of the entries at least; the report says how far the last one goes. Where it
/// followed keys the record announces it names the entries that did: see who said them with `replay explain`, as anybody
/// who may record may announce.
///
/// With --live the digest of a running service's state and its last checkpoint are compared too, each at the number of
/// entries it is of, so the service may go on meanwhile.
///
/// A full run cannot be resumed, as a fold needs the state before it. Hashing alone can: with --hashes-only and --resume
/// a run ended by ctrl-c goes on where it stopped. A second ctrl-c ends at once and keeps nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  replay verify --data ./demo-data\n  \
    replay verify --data ./demo-data --key ledger.key.pub\n  \
    replay verify --data ./demo-data --key ledger.key.pub --witness audit.key.pub --witness press.key.pub --quorum 1\n  \
    replay verify --nats nats://127.0.0.1:4222 --checkpoints ./kept/checkpoints --key ledger.key.pub\n  \
    replay verify --data ./demo-data --hashes-only --resume ./verify.json\n  \
    replay verify --data ./demo-data --key ledger.key.pub --receipt line.receipt\n  \
    replay verify --nats nats://127.0.0.1:4222 --live http://127.0.0.1:50051 --key ledger.key.pub\n\n\
    Exit codes: 0 the same, 1 differs, is damaged or cannot be read, 2 usage, 3 interrupted,\n\
    4 the same, but for files of checkpoints that are damaged or missing, which are named\n\n\
    With --key, two notes signed by it that do not go together are kept, and `scripts/check_fork.py` says what they prove.")]
pub struct VerifyArgs {
    #[command(flatten)]
    source: Source,
    /// Fold only what the pages under --data do not hold; everything is hashed all the same. No server may run on them
    #[arg(long, conflicts_with = "nats")]
    from_checkpoint: bool,
    /// Hash only, fold nothing: compares frames and signed roots
    #[arg(long, conflicts_with_all = ["from_checkpoint", "expect"])]
    hashes_only: bool,
    /// Where an interrupted run is noted down and taken up again; removed at the end
    #[arg(long, value_name = "FILE", requires = "hashes_only", conflicts_with_all = ["nats", "from_checkpoint", "expect"])]
    resume: Option<PathBuf>,
    /// Directory of checkpoints, if not `checkpoints` under --data
    #[arg(long, value_name = "DIR")]
    checkpoints: Option<PathBuf>,
    /// Public key the checkpoints must be signed by: its text or its file. Keys the record announces under it are followed
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
    /// Also ask that this witness cosigned a checkpoint, both over entries and over outcomes; may be given several times. The report says
    /// through which entry
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// So many of the witnesses named, at least one, must have cosigned both; without this all of them
    #[arg(long, value_name = "K", requires = "witness")]
    quorum: Option<usize>,
    /// Digest the state must have after so many entries
    #[arg(long, value_name = "DIGEST@ENTRIES", value_parser = expectation)]
    expect: Vec<Expectation>,
    /// Receipt of a balance that must hold of the record: the root over all balances is computed where it says they stood so
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from_checkpoint", "hashes_only"])]
    receipt: Vec<PathBuf>,
    /// Compare with the service running at this address: digest of its state, and its last checkpoint
    #[arg(long, value_name = "URL", conflicts_with_all = ["from_checkpoint", "hashes_only"])]
    live: Option<String>,
    /// Where notes are kept that the ledger signed and that do not go together, if not here; asked for with --key alone
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    by: DialArgs,
}

/// Verifies and reports.
pub fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let keys: Vec<_> = args.keys.iter().map(|key| key_files::public(key)).collect::<Result<_, _>>()?;
    let quorum = Quorum::named(&args.witness, args.quorum)?;
    let (live, mut loaded) = points(args, &keys, &quorum)?;
    interrupts::heed()?;
    let bar = progress::entries("verify", true);
    // A frame may take a while to read; the bar moves meanwhile.
    bar.enable_steady_tick(Duration::from_millis(200));
    let began = Instant::now();
    let mut report = loop {
        let points = &loaded.points;
        trusted_keys::begin(points, &keys, !args.hashes_only)?;
        let report = if args.hashes_only { hash(args, points, &bar)? } else { fold(args, points, &keys, &bar)? };
        // A note that differs may be one that suffered, signed by a key that only the record names. Then the rest is compared again.
        let announced = announced(args, &keys, &report)?;
        if !loaded.judge(&announced) {
            break report;
        }
    };
    bar.finish_and_clear();
    keep_contradiction(args, &loaded.points, &keys, &mut report);
    let Loaded { points, mut set_aside, .. } = loaded;
    set_aside.sort();
    // One of a witness is met on both ways.
    set_aside.dedup();
    if report.is_same() {
        report.untrusted(trusted_keys::nothing(&points, &keys, report.entries()));
    }
    let seen = Some(&points).filter(|_| !args.witness.is_empty()).and_then(|points| witnesses::seen(points, &quorum));
    if report.is_same() {
        report.untrusted(witnesses::nobody(seen.as_ref(), &quorum, report.entries()));
    }
    report.witnessed = seen;
    report.took(began.elapsed());
    report.signatures_checked = !args.keys.is_empty();
    report.live = live;
    report.set_aside = set_aside;
    report.print(args.json)?;
    Ok(report.exit_code())
}

/// Keeps what the keys signed that does not go together. That it cannot be kept changes nothing of what was found.
fn keep_contradiction(args: &VerifyArgs, points: &[Expectation], keys: &[Verifier], report: &mut Report) {
    let Some(difference) = report.difference().filter(|_| !keys.is_empty()) else { return };
    let keys: Vec<Verifier> = keys.iter().chain(&report.announced).cloned().collect();
    let within = args.evidence.clone().unwrap_or_default();
    match contradiction::keep(&args.source, points, &keys, difference, &within) {
        Ok(kept) => report.contradiction = kept,
        Err(error) => replay::terminal::printed::say(format_args!("replay: no evidence was kept: {error:#}")),
    }
}

fn points(args: &VerifyArgs, keys: &[Verifier], quorum: &Quorum) -> anyhow::Result<(Option<Live>, Loaded)> {
    let usual = args.source.data.as_ref().map(|data| data.join("checkpoints")).filter(|dir| dir.is_dir());
    let dir = args.checkpoints.clone().or(usual);
    let loaded = dir.as_deref().map(|dir| expected::load(dir, keys)).transpose()?;
    let Loaded { mut points, balances, mut set_aside } = loaded.unwrap_or_default();
    if let Some(dir) = dir.filter(|_| !quorum.witnesses.is_empty()) {
        let cosigned = witnesses::load(&dir, quorum)?;
        points.extend(cosigned.points);
        set_aside.extend(cosigned.set_aside);
    }
    points.extend(args.expect.iter().cloned());
    for receipt in &args.receipt {
        points.extend(expected::of_receipt(receipt)?);
    }
    let asked = args.live.as_ref().map(|server| asked_service::ask(server, &args.by, quorum.least)).transpose()?;
    let live = asked.map(|(live, said)| {
        points.extend(said);
        live
    });
    points.sort_by_key(|point| point.at);
    Ok((live, Loaded { points, balances, set_aside }))
}

/// The keys that the record announces for the ledger of the keys named, trusted or not. Where folding ended at a difference it is read for them
/// once more, as far as it can be.
fn announced(args: &VerifyArgs, keys: &[Verifier], report: &Report) -> anyhow::Result<Vec<Verifier>> {
    if report.is_same() || report.was_interrupted() || keys.is_empty() {
        return Ok(report.announced.clone());
    }
    let (mut checker, mut rows) = (Checker::new(Tip::new(args.source.ledger), &[]), Vec::new());
    read(&args.source, &mut checker, &Bar::hidden(), &mut |frame, _| {
        let entries = frame.entries().zip(frame.header().first_index..);
        rows.extend(entries.filter_map(|(entry, index)| announced_in(entry, index)));
        None
    })?;
    Ok(trusted_keys::announced(keys, rows.iter()))
}

fn fold(args: &VerifyArgs, points: &[Expectation], keys: &[Verifier], bar: &Bar) -> anyhow::Result<Report> {
    let (state, tally) = if args.from_checkpoint { from_pages(args)? } else { Default::default() };
    let from = state.entries;
    let refold = Refold::new(state, tally, points);
    let (checker, mut refold, end) = read_and_fold(&args.source, refold, points, bar)?;
    let mut report = Report::of(&checker, end);
    report.folded_from = Some(from);
    report.outcomes_compared = refold.compared();
    report.announced = trusted_keys::announced(keys, refold.state.keys.iter().map(|(_, row)| row));
    if report.is_same() {
        report.untrusted(trusted_keys::end(points, keys, &refold.state.keys));
        report.followed = trusted_keys::followed(points, keys, &refold.state.keys);
    }
    if report.is_same() {
        bar.set_message("the digest");
        report.results(&mut refold);
    }
    Ok(report)
}

/// The state that the pages hold and what its outcomes come to, as a start would take them.
fn from_pages(args: &VerifyArgs) -> anyhow::Result<(State, Tallying)> {
    let dir = args.source.data.clone().unwrap_or_default().join("pages");
    anyhow::ensure!(dir.is_dir(), "there are no pages in {}; verify without --from-checkpoint", dir.display());
    let (_, store) = Generations::of(dir.parent().unwrap_or(&dir)).open(args.source.ledger)?;
    let (_, kept) = store.restore()?;
    kept.with_context(|| format!("the pages in {} cannot be used; verify without --from-checkpoint", dir.display()))
}

fn hash(args: &VerifyArgs, points: &[Expectation], bar: &Bar) -> anyhow::Result<Report> {
    let kept = args.resume.as_ref().filter(|file| file.exists());
    let tip = match kept {
        None => Tip::new(args.source.ledger),
        Some(file) => {
            let text = read_at_most(file, TEXT_BYTES).with_context(|| format!("reading {}", file.display()))?;
            let tip: anyhow::Result<Tip> = serde_json::from_slice(&text).map_err(anyhow::Error::from);
            let tip = tip.and_then(|tip| if tip.is_possible() { Ok(tip) } else { bail!("no record ends like that") });
            tip.with_context(|| format!("{} is no interrupted run", file.display()))?
        }
    };
    anyhow::ensure!(tip.ledger == args.source.ledger, "the interrupted run was over another ledger");
    let mut checker = Checker::new(tip, points);
    let end = read(&args.source, &mut checker, bar, &mut |_, _| None)?;
    let interrupted = matches!(end, End::Interrupted);
    let mut report = Report::of(&checker, end);
    if let Some(file) = &args.resume {
        let doing = || format!("keeping {}", file.display());
        if interrupted {
            std::fs::write(file, serde_json::to_vec(&checker.tip)?).with_context(doing)?;
            report.kept_in = Some(file.clone());
        } else if file.exists() {
            std::fs::remove_file(file).with_context(doing)?;
        }
    }
    Ok(report)
}
