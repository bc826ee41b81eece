//! The command line: one subcommand for each thing people do. Human tables by default, `--json` everywhere.
//!
//! A command is a file: questions about aid in `ledger`, about loans in `lending`; keys, checkpoints and receipts in
//! `proof`; what operators run in `operate`. How all of them ask and show is in `shown`, what people type in `typed`, how
//! they end in `failure`. Absent on purpose: answers, and what is let in. Two commands still hold work of their own that a job
//! could share: sending an imported file, and accruing compensation.

/// Prints; see `replay::terminal::printed`.
macro_rules! out {
    ($($text:tt)*) => { ::replay::terminal::printed::put("mingzhang", format_args!($($text)*)) };
}

/// Prints a line as `out!` does.
macro_rules! outln {
    ($($text:tt)*) => { ::replay::terminal::printed::put("mingzhang", format_args!("{}\n", format_args!($($text)*))) };
}

/// A list of commands: each by its options, which know how it is done.
macro_rules! commands {
    (enum $list:ident { $($command:ident($options:ty),)* }) => {
        #[derive(clap::Subcommand, Debug)]
        enum $list {
            $($command($options),)*
        }

        impl $list {
            fn run(&self) -> Result<(), $crate::cli::failure::Failure> {
                match self {
                    $(Self::$command(options) => options.run(),)*
                }
            }
        }
    };
}

mod client;
mod failure;
mod ledger;
mod lending;
mod operate;
mod proof;
mod shown;
mod typed;

use clap::Parser;
use failure::{EXIT_CODES, Failure};
use replay::terminal::sparing_log;
use std::process::ExitCode;

/// Mingzhang 明账: a ledger for public student aid.
#[derive(Parser, Debug)]
#[command(name = "mingzhang", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

commands! {
    enum Command {
        Demo(operate::demo::DemoArgs),
        Serve(operate::serve::ServeArgs),
        Import(operate::import::ImportArgs),
        Found(operate::found::FoundArgs),
        Accrue(operate::accrue::AccrueArgs),
        Loan(lending::loan::LoanArgs),
        Claim(lending::claim::ClaimArgs),
        Risk(lending::risk::RiskArgs),
        Status(ledger::status::StatusArgs),
        Balance(ledger::balance::BalanceArgs),
        Entries(ledger::entries::EntriesArgs),
        Trace(ledger::trace::TraceArgs),
        Line(ledger::line::LineArgs),
        Award(ledger::award::AwardArgs),
        Payout(ledger::payout::PayoutArgs),
        Batch(ledger::batch::BatchArgs),
        Totals(ledger::totals::TotalsArgs),
        Refusals(ledger::refusals::RefusalsArgs),
        Findings(ledger::findings::FindingsArgs),
        Debts(ledger::debts::DebtsArgs),
        Finding(ledger::finding::FindingArgs),
        Pending(ledger::signing::PendingArgs),
        Sign(ledger::signing::SignArgs),
        Object(ledger::signing::ObjectArgs),
        Withdrawals(ledger::withdrawals::WithdrawalsArgs),
        Explain(ledger::explain::ExplainArgs),
        Diff(ledger::diff::DiffArgs),
        Rights(ledger::rights::RightsArgs),
        IdentityKey(proof::identity_key::IdentityKeyArgs),
        Credential(proof::credential::CredentialArgs),
        Keygen(proof::keygen::KeygenArgs),
        AnnounceKey(proof::announce_key::AnnounceKeyArgs),
        Checkpoint(proof::checkpoint::CheckpointArgs),
        Receipt(proof::receipt::ReceiptArgs),
        CheckReceipt(proof::check_receipt::CheckReceiptArgs),
        Witness(proof::witness::WitnessArgs),
        Bench(operate::bench::BenchArgs),
        Provision(operate::provision::ProvisionArgs),
        Health(operate::health::HealthArgs),
    }
}

/// Does what the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    sparing_log::begin("warn");
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            replay::terminal::printed::say(format_args!("mingzhang: {failure}"));
            ExitCode::from(failure.code())
        }
    }
}

/// The runtime of a command.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::Failed(format!("cannot start threads: {error}")))
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    outln!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
