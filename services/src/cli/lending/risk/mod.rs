//! `mingzhang risk`: compensation funds, and the job that accrues what payers owe them for a risk year.

mod accrue;
mod show;

use crate::cli::failure::Failure;
use accrue::RiskAccrueArgs;
use clap::Args;
use show::RiskShowArgs;

/// Risk compensation 风险补偿金: what a fund holds, who pays, what it was used for
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang risk show --lender CDB --kind origin\n  \
    mingzhang risk accrue --lender CDB --kind campus --year 2023 --default-ppm 10698=120000\n\n\
    All of them take --json.\n\
    Exit codes: 0 done, 1 something was refused, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct RiskArgs {
    #[command(subcommand)]
    command: RiskCommand,
}

commands! {
    enum RiskCommand {
        Show(RiskShowArgs),
        Accrue(RiskAccrueArgs),
    }
}

impl RiskArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        self.command.run()
    }
}
