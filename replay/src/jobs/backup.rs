//! `replay backup`.

use std::process::ExitCode;

use clap::Args;

use super::source::Source;

/// Copy record, checkpoints and public keys of a ledger, while it runs
#[derive(Args, Debug)]
pub struct BackupArgs {
    #[command(flatten)]
    source: Source,
}

/// Does it.
pub fn run(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {:?}", args.source)
}
