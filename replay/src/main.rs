//! Jobs over a record: wiring only. What each job does is in `jobs`.

mod jobs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use replay::terminal::sparing_log;

/// Jobs over a Mingzhang 明账 record. Only `repair` and `restore` write one.
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
    Verify(jobs::verify::VerifyArgs),
    Repair(jobs::repair::RepairArgs),
    Rebuild(jobs::rebuild::RebuildArgs),
    Explain(jobs::explain::ExplainArgs),
    WhatIf(jobs::what_if::WhatIfArgs),
    Export(jobs::export::ExportArgs),
    Backup(jobs::backup::BackupArgs),
    Restore(jobs::restore::RestoreArgs),
    Fold(jobs::fold::FoldArgs),
}

fn main() -> ExitCode {
    sparing_log::begin("info");
    let done = match Arguments::parse().job {
        Job::Verify(args) => jobs::verify::run(&args),
        Job::Repair(args) => jobs::repair::run(&args),
        Job::Rebuild(args) => jobs::rebuild::run(&args),
        Job::Explain(args) => jobs::explain::run(&args),
        Job::WhatIf(args) => jobs::what_if::run(&args),
        Job::Export(args) => jobs::export::run(&args),
        Job::Backup(args) => jobs::backup::run(&args),
        Job::Restore(args) => jobs::restore::run(&args),
        Job::Fold(args) => jobs::fold::run(&args),
    };
    done.unwrap_or_else(|error| jobs::failed(1, jobs::in_words(&error)))
}
