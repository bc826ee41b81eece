//! `replay fold`: the whole record folded from its first entry. Comparing the result is `verify`.

use ledger::hash::hex;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use replay::engine::catch_up::fold_record;
use replay::terminal::progress;

use super::source::Source;

/// Fold the whole record from its first entry, with all hashes checked, and print the state digest
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  replay fold --data ./demo-data\n  replay fold --nats nats://127.0.0.1:4222\n\n\
    Exit codes: 0 folded, 1 the record is damaged or cannot be read, 2 usage")]
pub struct FoldArgs {
    #[command(flatten)]
    source: Source,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Folds and prints.
pub fn run(args: &FoldArgs) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let bar = progress::entries("fold", true);
    let state = fold_record(&args.source.options(), &mut |entries| bar.set_position(entries))?;
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    let digest = hex(&state.digest());
    let per_second = (state.entries as f64 / seconds) as u64;
    if args.json {
        let entries = state.entries;
        outln!(
            "{}",
            serde_json::json!({ "entries": entries, "state_digest": digest, "seconds": seconds, "events_per_second": per_second })
        );
    } else {
        outln!("entries            {}\nstate digest       {digest}", state.entries);
        outln!("seconds            {seconds:.2}\nevents per second  {per_second}");
    }
    Ok(ExitCode::SUCCESS)
}
