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

mod accrue;
mod announce;
mod ask;
mod audit;
mod bench;
mod claim;
mod demo;
mod diff;
mod explain;
mod follow;
mod follower;
mod fund;
mod funded;
mod health;
mod import;
mod lending;
mod loan;
mod one;
mod payments;
mod point;
mod position;
mod quote;
mod receipt;
mod risk;
mod serve;
mod show;
mod trace;
mod witness;

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
    Demo(demo::DemoArgs),
    Serve(serve::ServeArgs),
    Import(import::ImportArgs),
    Accrue(accrue::AccrueArgs),
    Loan(loan::LoanArgs),
    Claim(claim::ClaimArgs),
    Risk(risk::RiskArgs),
    Status(ask::StatusArgs),
    Balance(ask::BalanceArgs),
    Entries(ask::EntriesArgs),
    Trace(trace::TraceArgs),
    Line(one::LineArgs),
    Award(one::AwardArgs),
    Payout(one::PayoutArgs),
    Batch(follow::BatchArgs),
    Totals(follow::TotalsArgs),
    Refusals(ask::RefusalsArgs),
    Findings(ask::FindingsArgs),
    Explain(explain::ExplainArgs),
    Diff(diff::DiffArgs),
    Keygen(audit::KeygenArgs),
    AnnounceKey(announce::AnnounceKeyArgs),
    Checkpoint(audit::CheckpointArgs),
    Receipt(receipt::ReceiptArgs),
    CheckReceipt(receipt::CheckReceiptArgs),
    Witness(witness::WitnessArgs),
    Bench(bench::BenchArgs),
    Provision(serve::ProvisionArgs),
    Health(health::HealthArgs),
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
        Command::Demo(args) => demo::demo(args),
        Command::Serve(args) => serve::serve(args),
        Command::Import(args) => import::import(args),
        Command::Accrue(args) => accrue::accrue(args),
        Command::Loan(args) => loan::loan(args),
        Command::Claim(args) => claim::claim(args),
        Command::Risk(args) => risk::risk(args),
        Command::Status(args) => ask::status(args),
        Command::Balance(args) => ask::balance(args),
        Command::Entries(args) => ask::entries(args),
        Command::Trace(args) => trace::trace(args),
        Command::Line(args) => one::line(args),
        Command::Award(args) => one::award(args),
        Command::Payout(args) => one::payout(args),
        Command::Batch(args) => follow::batch(args),
        Command::Totals(args) => follow::totals(args),
        Command::Refusals(args) => ask::refusals(args),
        Command::Findings(args) => ask::findings(args),
        Command::Explain(args) => explain::explain(args),
        Command::Diff(args) => diff::diff(args),
        Command::Keygen(args) => audit::keygen(args),
        Command::AnnounceKey(args) => announce::announce_key(args),
        Command::Checkpoint(args) => audit::checkpoint(args),
        Command::Receipt(args) => receipt::receipt(args),
        Command::CheckReceipt(args) => receipt::check_receipt(args),
        Command::Witness(args) => witness::witness(args),
        Command::Bench(args) => bench::bench(args),
        Command::Provision(args) => serve::provision(args),
        Command::Health(args) => health::health(args),
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
