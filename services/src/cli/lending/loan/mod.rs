//! `mingzhang loan`: the statement of one loan, lists, what a loan owes, a lender's position, what a year will bring; a file
//! for each.

mod forecast;
mod list;
mod meant;
mod position;
mod quote;
mod show;

use crate::cli::failure::Failure;
use clap::Args;
use forecast::LoanForecastArgs;
use list::LoanListArgs;
use position::LoanPositionArgs;
use quote::LoanQuoteArgs;
use show::LoanShowArgs;

/// Loans: whose interest it is, day by day 贷款
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang loan show CDB/A-2021-000001\n  \
    mingzhang loan quote CDB/A-2021-000001 --on 2026-12-20 --pay 500\n  \
    mingzhang loan position --lender CDB\n  mingzhang loan forecast --lender CDB --year 2026\n\n\
    All of them take --json.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct LoanArgs {
    #[command(subcommand)]
    command: LoanCommand,
}

commands! {
    enum LoanCommand {
        Show(LoanShowArgs),
        List(LoanListArgs),
        Quote(LoanQuoteArgs),
        Position(LoanPositionArgs),
        Forecast(LoanForecastArgs),
    }
}

impl LoanArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        self.command.run()
    }
}
