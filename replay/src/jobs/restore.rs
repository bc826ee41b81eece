//! `replay restore`.

use std::process::ExitCode;

use clap::Args;

use super::source::Source;

/// Bring a copy back, after it has proved itself
#[derive(Args, Debug)]
pub struct RestoreArgs {
    #[command(flatten)]
    source: Source,
}

/// Does it.
pub fn run(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {:?}", args.source)
}
