//! `replay backup`: what is asked for and what is printed. How a copy is taken is in the library's `backup`.

use ledger::hash::hex;
use replay::record::log::nats_address;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use replay::proof::key_files;
use replay::record::log::NatsOptions;
use replay::terminal::progress;
use replay::upkeep::backup::{Backup, Taken, backup};

use super::interrupts;
use super::source::{Ledger, ledger_typed};

/// Copy record, checkpoints and public keys of a ledger, while it runs
///
/// Frames are read and checked one by one up to the last whole one; nothing is locked and nothing of the ledger changes.
/// Run again into the same directory it adds what is new. A run that is cut short, at whatever moment, leaves the copy as
/// it was or as far as it came, never worse. The copy is laid out like a ledger's directory, so that `replay verify` and
/// `replay export` read it; do not serve from it, bring it back with `replay restore`.
///
/// With --nats the record comes from the stream; --data may be given beside it, for checkpoints and keys.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  replay backup --data ./ledger --out /backup/ledger --key ledger.key.pub\n  \
    replay backup --data ./ledger --nats nats://127.0.0.1:4222 --out /backup/ledger\n  \
    replay verify --data /backup/ledger --key ledger.key.pub\n\n\
    Keep copies on another disk, and the secret key in neither. MANIFEST in the copy says where its record ends and names\n\
    every file with its SHA-256; a file may be longer than it says where a run was cut short.\n\n\
    Exit codes: 0 copied, 1 the record or the copy is damaged or another's, 2 usage, 3 interrupted, with what was\n\
    read, 4 copied, but for checkpoints that are damaged in the ledger, which are named")]
pub struct BackupArgs {
    /// Directory of the ledger
    #[arg(long, value_name = "DIR", required_unless_present = "nats")]
    data: Option<PathBuf>,
    /// Take the record from the stream of the NATS server at this address instead of the files
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
    nats: Option<String>,
    /// Name of the stream, if not the usual one
    #[arg(long, value_name = "NAME", requires = "nats")]
    stream: Option<String>,
    /// Which ledger it must be: 16 characters, or 32 hexadecimal digits
    #[arg(long, value_name = "ID", value_parser = ledger_typed, default_value = "mingzhang-ledger")]
    ledger: Ledger,
    /// Directory of the copy: a new one, or one of this ledger to bring up to date
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Public key to keep with the copy: its text or its file. Those in --data (*.pub) go with it anyway
    #[arg(long = "key", value_name = "PUB")]
    keys: Vec<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Copies, and says how far.
pub fn run(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let mut job = Backup::of(Path::new(""), &args.out, args.ledger);
    job.data.clone_from(&args.data);
    job.stream = args.nats.as_ref().map(|url| {
        let mut options = NatsOptions::new(url, Path::new(""));
        options.stream.clone_from(&args.stream);
        options
    });
    job.keys = args.keys.iter().map(|key| key_files::public(key)).collect::<Result<_, _>>()?;
    interrupts::heed()?;
    let began = Instant::now();
    let bar = progress::entries("backup", !args.json);
    let taken = backup(&job, &mut |entries| {
        bar.set_position(entries);
        !interrupts::came()
    });
    bar.finish_and_clear();
    let taken = taken?;
    say(args, &taken, began.elapsed().as_secs_f64());
    Ok(ExitCode::from(match (taken.interrupted, taken.missing.is_empty()) {
        (true, _) => 3,
        (false, false) => 4,
        (false, true) => 0,
    }))
}

fn say(args: &BackupArgs, taken: &Taken, seconds: f64) {
    let (extent, root) = (&taken.extent, hex(&taken.extent.root));
    if args.json {
        outln!(
            "{}",
            serde_json::json!({ "frames": extent.frames, "entries": extent.entries, "root": root,
                "recorded_ms": extent.recorded_ms, "new_frames": taken.new_frames, "new_bytes": taken.new_bytes,
                "checkpoints": taken.checkpoints, "signed_entries": taken.signed, "missing": taken.missing, "interrupted": taken.interrupted,
                "out": args.out.display().to_string(), "seconds": seconds })
        );
        return;
    }
    outln!("entries      {} in {} frames", extent.entries, extent.frames);
    outln!("new          {} frames, {} bytes", taken.new_frames, taken.new_bytes);
    outln!("root         {root}");
    match taken.signed {
        Some(size) => outln!("checkpoints  {}, the last over {size} entries", taken.checkpoints),
        None => outln!("checkpoints  none: nobody vouches for this copy; serve the ledger with --key"),
    }
    for missing in &taken.missing {
        outln!("未复制 missing {missing}");
    }
    outln!("seconds      {seconds:.2}");
    if taken.interrupted {
        outln!("interrupted; run it again to go on");
    }
}
