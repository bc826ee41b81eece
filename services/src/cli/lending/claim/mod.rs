//! `mingzhang claim`: lenders' claims beside our figures, and what was paid for them; a file for each question.

pub(crate) mod head;
mod list;
mod payments;
mod show;

use crate::cli::failure::Failure;
use clap::Args;
use list::ClaimListArgs;
use payments::ClaimPaymentsArgs;
use show::ClaimShowArgs;

/// Lenders' claims for subsidised and waived interest 申报
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang claim list --lender CDB\n  mingzhang claim show CDB/SB-2024Q3 --disputed\n  \
    mingzhang claim payments --lender CDB\n\n\
    All of them take --json.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing"
)]
pub struct ClaimArgs {
    #[command(subcommand)]
    command: ClaimCommand,
}

commands! {
    enum ClaimCommand {
        List(ClaimListArgs),
        Show(ClaimShowArgs),
        Payments(ClaimPaymentsArgs),
    }
}

impl ClaimArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        self.command.run()
    }
}
