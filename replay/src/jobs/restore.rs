//! `replay restore`: what is asked for and what is printed. How a copy comes back is in the library's `backup`.

use ledger::hash::hex;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use replay::proof::key_files;
use replay::terminal::progress;
use replay::upkeep::backup::{BackupError, Restore, Restored, restore};

use super::{failed, interrupts};

/// Bring a copy back into a new directory, where it proves itself before it is served
///
/// Every file is compared with its SHA-256, every frame with the one before, and the root of every checkpoint with the
/// record; the last checkpoint must be signed by one of the keys. Until all of it holds, the file `repairing` in the new
/// directory keeps ledgers from opening it; a restore that was cut short is run again.
///
/// Without --key the keys in the copy are asked. They show that the copy is whole, not whose it is: take the key from its
/// owner. What was recorded after the copy is not in it; if that was published already, witnesses notice.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  replay restore --from /backup/ledger --data ./again --key ledger.key.pub\n  \
    replay verify --data ./again --key ledger.key.pub          # folds it too, and compares outcomes\n  \
    replay repair --data ./again --nats nats://127.0.0.1:4222  # if it records in a stream: brings that back\n  \
    mingzhang serve --data ./again --key ledger.key\n\n\
    Exit codes: 0 restored and proved, 1 it does not prove itself, 2 usage, 3 interrupted, run it again,\n  \
    4 restored and proved, but for checkpoints or keys that are damaged in the copy")]
pub struct RestoreArgs {
    /// The copy, made by `replay backup`
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Directory to restore into: a new or empty one
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Public key the last checkpoint must be signed by: its text or its file. Several after a change of keys
    #[arg(long = "key", value_name = "PUB")]
    keys: Vec<String>,
    /// Be content with a record nobody has signed for
    #[arg(long)]
    without_checkpoint: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Restores, and says on whose word.
pub fn run(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let keys = args.keys.iter().map(|key| key_files::public(key)).collect::<Result<_, _>>()?;
    let (from, data, without_checkpoint) = (args.from.clone(), args.data.clone(), args.without_checkpoint);
    interrupts::heed()?;
    let began = Instant::now();
    let bar = progress::entries("restore", !args.json);
    let restored = restore(&Restore { from, data, keys, without_checkpoint }, &mut |entries| {
        bar.set_position(entries);
        !interrupts::came()
    });
    bar.finish_and_clear();
    match restored {
        Err(error @ BackupError::Interrupted { .. }) => Ok(failed(3, error)),
        restored => {
            let restored = restored?;
            say(args, &restored, began.elapsed().as_secs_f64());
            Ok(if restored.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(4) })
        }
    }
}

fn say(args: &RestoreArgs, restored: &Restored, seconds: f64) {
    let (extent, root) = (&restored.extent, hex(&restored.extent.root));
    if args.json {
        let signed = restored.proof.as_ref().map(
            |proof| serde_json::json!({ "entries": proof.size, "by": proof.origin, "key_from_copy": proof.own_key }),
        );
        outln!(
            "{}",
            serde_json::json!({ "frames": extent.frames, "entries": extent.entries, "root": root,
                "recorded_ms": extent.recorded_ms, "checkpoints": restored.checkpoints, "signed": signed,
                "of_stream": restored.of_stream, "missing": restored.missing,
                "seconds": seconds })
        );
        return;
    }
    outln!("entries      {} in {} frames, all checked", extent.entries, extent.frames);
    outln!("root         {root}");
    match &restored.proof {
        None => outln!("checkpoints  none: nobody vouches for this record"),
        Some(proof) => {
            outln!("checkpoints  {} fit, the last signed by {}", restored.checkpoints, proof.origin);
            outln!("signed       {} of {} entries", proof.size, extent.entries);
            if proof.own_key {
                outln!("             by a key that came with the copy; pass --key to say whose it must be");
            }
        }
    }
    for missing in &restored.missing {
        outln!("未恢复 missing {missing}; take it from another copy");
    }
    outln!("seconds      {seconds:.2}");
    if restored.of_stream {
        let data = args.data.display();
        outln!("It records in a stream: `replay repair --data {data} --nats URL` brings that back.");
    }
}
