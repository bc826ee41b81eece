//! `mingzhang bench`.

use super::{Failure, print_json};
use crate::bench::{self, BenchOptions, LoanBenchOptions};
use crate::table::{Align, Table};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

/// What is said to the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Workload {
    /// Rosters of schools, from status and card to the credit
    Rosters,
    /// A quarter's interest of all loans, then a lender's claim for it
    Loans,
}

/// Measure the whole path: gRPC on loopback, record synced to disk (and to NATS), fold, answer
///
/// Rosters: first --entities persons are registered, which is not timed. Then every caller sends whole rosters in order,
/// from status and card over roster line and payment to the credit, with one call under way; receipts without postings.
///
/// Loans: first --loans contracts are told and their interest posted to the end of 2024, which is not timed. Then the job
/// of `mingzhang accrue` posts a quarter (accruals_per_second). One caller sends a claim of --claim lines, of which some
/// are wrong: claim_is_right says that these and no others are disputed. Then the next quarter is listed first and recorded
/// by all callers after that (listing_seconds, recorded_per_second, p50_us, p99_us of a call).
///
/// rss_bytes is the whole process at the end (server, state, callers), not a figure per event; disk_bytes is what
/// stands under the data directory (with --nats: the archive).
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang bench --data /tmp/b --events 2000000 --batch 4096 --clients 4\n  \
    mingzhang bench --nats nats://127.0.0.1:4222 --events 100000 --batch 1 --clients 64\n  \
    mingzhang bench --data /tmp/l --workload loans --loans 1000000 --claim 100000\n\n\
    Exit codes: 0 done, 1 failed, something was refused or disputed wrongly, 2 usage")]
pub struct BenchArgs {
    /// Directory of the record; must be empty [default: a temporary one]
    #[arg(long, value_name = "DIR", required_unless_present = "nats")]
    data: Option<PathBuf>,
    /// Record in JetStream at this address; the stream is created, and must be empty
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// What to measure
    #[arg(long, value_enum, default_value_t = Workload::Rosters)]
    workload: Workload,
    /// Rosters: events to time
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    events: u64,
    /// Events a call, 10000 at most
    #[arg(long, value_name = "B", default_value_t = 4_096)]
    batch: usize,
    /// Callers at the same time
    #[arg(long, value_name = "C", default_value_t = 4)]
    clients: usize,
    /// Rosters: persons that exist before timing
    #[arg(long, value_name = "E", default_value_t = 10_000_000)]
    entities: u64,
    /// Loans: how many
    #[arg(long, value_name = "L", default_value_t = 1_000_000)]
    loans: u64,
    /// Loans: lines of the claim, a tenth of the loans at most
    #[arg(long, value_name = "M", default_value_t = 100_000)]
    claim: u32,
    /// Rosters: sign checkpoints meanwhile, with a key made for it
    #[arg(long)]
    sign: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    match args.workload {
        Workload::Rosters => rosters(args),
        Workload::Loans => loans(args),
    }
}

fn rosters(args: &BenchArgs) -> Result<(), Failure> {
    let measured = bench::run(&BenchOptions {
        data: args.data.clone(),
        nats: args.nats.clone(),
        events: args.events,
        batch: args.batch,
        clients: args.clients,
        entities: args.entities,
        sign: args.sign,
        quiet: false,
    })?;
    print(&measured, args.json)?;
    if measured.refused == 0 { Ok(()) } else { Err(Failure::Refused) }
}

fn loans(args: &BenchArgs) -> Result<(), Failure> {
    let measured = bench::run_loans(&LoanBenchOptions {
        data: args.data.clone(),
        nats: args.nats.clone(),
        loans: args.loans,
        claim: args.claim,
        batch: args.batch,
        clients: args.clients,
        quiet: false,
    })?;
    print(&measured, args.json)?;
    if measured.refused == 0 && measured.claim_is_right { Ok(()) } else { Err(Failure::Refused) }
}

fn print(measured: &impl Serialize, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(measured);
    }
    let mut table = Table::new(&[("measured", Align::Left), ("", Align::Right)]);
    let figures = serde_json::to_value(measured).map_err(|error| Failure::Failed(error.to_string()))?;
    for (name, figure) in figures.as_object().into_iter().flatten() {
        table.row([name.clone(), figure.to_string()]);
    }
    out!("{table}");
    Ok(())
}
