//! Jobs over a record: wiring only. What each job does stands in `jobs`.

mod jobs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Jobs that read a Mingzhang 明账 record again. None of them changes it.
#[derive(Parser)]
#[command(
    name = "replay",
    version,
    after_help = "Exit codes: 0 done; 1 the record is damaged, differs or cannot be read; 2 usage; 3 interrupted."
)]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    Export(jobs::export::ExportArgs),
    Fold(jobs::fold::FoldArgs),
    Verify(jobs::verify::VerifyArgs),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let done = match Arguments::parse().job {
        Job::Export(args) => jobs::export::run(&args),
        Job::Fold(args) => jobs::fold::run(&args),
        Job::Verify(args) => jobs::verify::run(&args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("replay: {error:#}");
        ExitCode::from(1)
    })
}
