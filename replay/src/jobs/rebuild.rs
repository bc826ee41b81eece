//! `replay rebuild`.

use std::process::ExitCode;

use clap::Args;

use super::source::Source;

/// Make the projections anew beside the old ones, compare, then swap
#[derive(Args, Debug)]
pub struct RebuildArgs {
    #[command(flatten)]
    source: Source,
}

/// Does it.
pub fn run(args: &RebuildArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {:?}", args.source)
}
