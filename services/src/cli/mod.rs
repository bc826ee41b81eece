//! The command line: one subcommand for each thing people do. Human tables by default, `--json` everywhere.

/// Prints to stdout like `print!`; a reader that went away, as `head` does, ends the program quietly.
macro_rules! out {
    ($($text:tt)*) => { $crate::cli::put(format_args!($($text)*)) };
}

/// Prints a line as `out!` does.
macro_rules! outln {
    ($($text:tt)*) => { $crate::cli::put(format_args!("{}\n", format_args!($($text)*))) };
}

pub mod client;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

const EXIT_CODES: &str = "Exit codes:\n  0  done\n  1  something was refused, rejected or failed\n  2  wrong usage\n  \
                          3  the server cannot be reached or does not take calls\n  4  there is no such thing";

/// Mingzhang 明账: a ledger for public student aid.
#[derive(Parser, Debug)]
#[command(name = "mingzhang", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(operate::demo::DemoArgs),
    Serve(operate::serve::ServeArgs),
    Import(operate::import::ImportArgs),
    Accrue(operate::accrue::AccrueArgs),
    Loan(lending::loan::LoanArgs),
    Claim(lending::claim::ClaimArgs),
    Risk(lending::risk::RiskArgs),
    Status(ledger::ask::StatusArgs),
    Balance(ledger::ask::BalanceArgs),
    Entries(ledger::ask::EntriesArgs),
    Trace(ledger::trace::TraceArgs),
    Line(ledger::one::LineArgs),
    Award(ledger::one::AwardArgs),
    Payout(ledger::one::PayoutArgs),
    Batch(ledger::follow::BatchArgs),
    Totals(ledger::follow::TotalsArgs),
    Refusals(ledger::ask::RefusalsArgs),
    Findings(ledger::ask::FindingsArgs),
    Explain(ledger::explain::ExplainArgs),
    Diff(ledger::diff::DiffArgs),
    Keygen(proof::audit::KeygenArgs),
    AnnounceKey(proof::announce::AnnounceKeyArgs),
    Checkpoint(proof::audit::CheckpointArgs),
    Receipt(proof::receipt::ReceiptArgs),
    CheckReceipt(proof::receipt::CheckReceiptArgs),
    Witness(proof::witness::WitnessArgs),
    Bench(operate::bench::BenchArgs),
    Provision(operate::serve::ProvisionArgs),
    Health(operate::health::HealthArgs),
}

/// How a command ended, if not well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was done, but not all of it was accepted; the reasons were shown.
    #[error("not everything was accepted")]
    Refused,
    /// It failed.
    #[error("{0}")]
    Failed(String),
    /// Wrong usage beyond what the parser sees.
    #[error("{0}")]
    Usage(String),
    /// The server cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Refused | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::NotFound(_) => 4,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

/// Does what the command line asks for.
#[must_use]
pub fn run() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match done(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("mingzhang: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn done(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => operate::demo::demo(args),
        Command::Serve(args) => operate::serve::serve(args),
        Command::Import(args) => operate::import::import(args),
        Command::Accrue(args) => operate::accrue::accrue(args),
        Command::Loan(args) => lending::loan::loan(args),
        Command::Claim(args) => lending::claim::claim(args),
        Command::Risk(args) => lending::risk::risk(args),
        Command::Status(args) => ledger::ask::status(args),
        Command::Balance(args) => ledger::ask::balance(args),
        Command::Entries(args) => ledger::ask::entries(args),
        Command::Trace(args) => ledger::trace::trace(args),
        Command::Line(args) => ledger::one::line(args),
        Command::Award(args) => ledger::one::award(args),
        Command::Payout(args) => ledger::one::payout(args),
        Command::Batch(args) => ledger::follow::batch(args),
        Command::Totals(args) => ledger::follow::totals(args),
        Command::Refusals(args) => ledger::ask::refusals(args),
        Command::Findings(args) => ledger::ask::findings(args),
        Command::Explain(args) => ledger::explain::explain(args),
        Command::Diff(args) => ledger::diff::diff(args),
        Command::Keygen(args) => proof::audit::keygen(args),
        Command::AnnounceKey(args) => proof::announce::announce_key(args),
        Command::Checkpoint(args) => proof::audit::checkpoint(args),
        Command::Receipt(args) => proof::receipt::receipt(args),
        Command::CheckReceipt(args) => proof::receipt::check_receipt(args),
        Command::Witness(args) => proof::witness::witness(args),
        Command::Bench(args) => operate::bench::bench(args),
        Command::Provision(args) => operate::serve::provision(args),
        Command::Health(args) => operate::health::health(args),
    }
}

/// The runtime of a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::Failed(format!("cannot start threads: {error}")))
}

fn put(text: std::fmt::Arguments<'_>) {
    use std::io::Write;
    if std::io::stdout().write_fmt(text).is_err() {
        // Nobody reads any more, so there is nobody to tell either.
        std::process::exit(0);
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Failed(error.to_string()))?;
    outln!("{text}");
    Ok(())
}
pub mod ledger;
pub mod lending;
pub mod operate;
pub mod proof;
pub mod shown;
