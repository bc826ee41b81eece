//! `replay repair`.

use std::process::ExitCode;

use clap::Args;

use super::source::Source;

/// Find what is damaged in stream and archive, and restore the one from the other
#[derive(Args, Debug)]
pub struct RepairArgs {
    #[command(flatten)]
    source: Source,
}

/// Does it.
pub fn run(args: &RepairArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {:?}", args.source)
}
