//! `replay explain`.

use std::process::ExitCode;

use clap::Args;

use super::source::Source;

/// Why an entry was posted or refused, with the ledger as it was then
#[derive(Args, Debug)]
pub struct ExplainArgs {
    #[command(flatten)]
    source: Source,
}

/// Does it.
pub fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {:?}", args.source)
}
