//! `replay what-if`.

use std::process::ExitCode;

use clap::Args;

use super::source::Source;

/// Fold the same history under another policy, or without some entries
#[derive(Args, Debug)]
pub struct WhatIfArgs {
    #[command(flatten)]
    source: Source,
}

/// Does it.
pub fn run(args: &WhatIfArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet: {:?}", args.source)
}
