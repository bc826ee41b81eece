//! Jobs over a record: wiring only. More jobs come with the proofs.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use replay::catch_up::fold_record;
use replay::drive::Options;

/// Jobs that read a Mingzhang 明账 record again. None of them changes it.
#[derive(Parser)]
#[command(
    name = "replay",
    version,
    after_help = "Exit codes: 0 done; 1 the record is damaged or cannot be read; 2 usage."
)]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// Fold the whole record from its first entry, with all hashes checked, and print the state digest.
    ///
    /// Example: replay fold --data ./demo-data
    Fold {
        /// Directory of the ledger.
        #[arg(long)]
        data: PathBuf,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match Arguments::parse().job {
        Job::Fold { data, json } => fold(data, json),
    }
}

fn fold(data: PathBuf, json: bool) -> anyhow::Result<()> {
    let began = Instant::now();
    let style = ProgressStyle::with_template("fold {spinner} {human_pos} entries, {per_sec}")?;
    let bar = ProgressBar::new_spinner().with_style(style);
    let mut state = fold_record(&Options::file(data), &mut |entries| bar.set_position(entries))?;
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    let digest: String = state.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let per_second = (state.entries as f64 / seconds) as u64;
    if json {
        let entries = state.entries;
        println!(
            "{}",
            serde_json::json!({ "entries": entries, "state_digest": digest, "seconds": seconds, "events_per_second": per_second })
        );
    } else {
        println!("entries            {}\nstate digest       {digest}", state.entries);
        println!("seconds            {seconds:.2}\nevents per second  {per_second}");
    }
    Ok(())
}
