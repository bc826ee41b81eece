//! `mingzhang bench`: what the whole path takes. What is measured, and how, is in `bench`.

use crate::bench::{self, BenchOptions, LoanBenchOptions, PointsMeasured, PointsOptions};
use crate::cli::failure::Failure;
use crate::cli::print_json;
use clap::{Args, ValueEnum};
use replay::record::log::nats_address;
use replay::terminal::text_table::{Align, Table};
use serde::Serialize;
use std::path::PathBuf;

/// What is said to the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Workload {
    /// Rosters of schools, from status and card to the credit
    Rosters,
    /// A quarter's interest of all loans, then a lender's claim for it
    Loans,
    /// Questions at an index and on a day, to a record that exists
    Points,
}

/// Measure the whole path: gRPC on loopback, record synced to disk (and to NATS), fold, answer
///
/// Rosters: first --entities persons are registered, which is not timed. Then every caller sends whole rosters in order,
/// from status and card over roster line and payment to the credit, with one call under
/// way; answers name one by one only what was not posted.
///
/// Loans: first --loans contracts are told and their interest posted to the end of 2024, which is not timed. Then the job
/// of `mingzhang accrue` posts a quarter (accruals_per_second). One caller sends a claim of --claim lines, of which some
/// are wrong: claim_is_right says that these and no others are disputed. Then the next quarter is listed first and recorded
/// by all callers after that (listing_seconds, recorded_per_second, p50_us, p99_us of a call).
///
/// Points: --questions of each kind are asked of the record in --data, such as the demo's: accounts by chance, half of them
/// of all and half of those of units, indexes and days by chance; and of one effective day, whose state is folded for the
/// first of them. agrees says that sums over all days are today's balances.
///
/// rss_bytes is the whole process at the end (server, state, callers), not a figure per event; disk_bytes is what
/// stands under the data directory (with --nats: the archive).
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang bench --data /tmp/b --events 2000000 --batch 4096 --clients 4\n  \
    mingzhang bench --nats nats://127.0.0.1:4222 --events 100000 --batch 1 --clients 64\n  \
    mingzhang bench --data /tmp/l --workload loans --loans 1000000 --claim 100000\n  \
    mingzhang bench --workload points --data demo --questions 10000\n\n\
    Exit codes: 0 done, 1 failed, something was refused, disputed or added up wrongly, 2 usage")]
pub struct BenchArgs {
    /// Directory of the record; must be empty, but hold one for points [default: a temporary one]
    #[arg(long, value_name = "DIR", required_unless_present = "nats")]
    data: Option<PathBuf>,
    /// Record in JetStream at this address; the stream is created, and must be empty
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
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
    /// Points: questions of each kind
    #[arg(long, value_name = "Q", default_value_t = 10_000)]
    questions: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl BenchArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self.workload {
            Workload::Rosters => self.rosters(),
            Workload::Loans => self.loans(),
            Workload::Points => self.points(),
        }
    }

    fn rosters(&self) -> Result<(), Failure> {
        let measured = bench::run(&BenchOptions {
            data: self.data.clone(),
            nats: self.nats.clone(),
            events: self.events,
            batch: self.batch,
            clients: self.clients,
            entities: self.entities,
            sign: self.sign,
            quiet: false,
        })?;
        print(&measured, self.json)?;
        if measured.refused == 0 { Ok(()) } else { Err(Failure::Refused) }
    }

    fn loans(&self) -> Result<(), Failure> {
        let measured = bench::run_loans(&LoanBenchOptions {
            data: self.data.clone(),
            nats: self.nats.clone(),
            loans: self.loans,
            claim: self.claim,
            batch: self.batch,
            clients: self.clients,
            quiet: false,
        })?;
        print(&measured, self.json)?;
        if measured.refused == 0 && measured.claim_is_right { Ok(()) } else { Err(Failure::Refused) }
    }

    fn points(&self) -> Result<(), Failure> {
        let Some(data) = self.data.clone().filter(|_| self.nats.is_none()) else {
            return Err(Failure::Usage(
                "points are asked of the files of a record: name its directory with --data".to_owned(),
            ));
        };
        let measured = bench::run_points(&PointsOptions { data, questions: self.questions, quiet: false })?;
        if self.json {
            print_json(&measured)?;
        } else {
            print_points(&measured);
        }
        if measured.agrees { Ok(()) } else { Err(Failure::Refused) }
    }
}

fn print_points(measured: &PointsMeasured) {
    let columns = ["p50 us", "p99 us", "max us"].map(|name| (name, Align::Right));
    let mut table = Table::new(&[("question", Align::Left), columns[0], columns[1], columns[2]]);
    for kind in &measured.kinds {
        let figures = [kind.p50_us, kind.p99_us, kind.max_us].map(|us| us.to_string());
        let [p50, p99, max] = figures;
        table.row([kind.question.to_owned(), p50, p99, max]);
    }
    let PointsMeasured { entries, accounts, questions, open_seconds, agrees, .. } = measured;
    out!("{table}");
    out!(
        "{entries} entries, {accounts} accounts, {questions} questions of each kind, opened in {open_seconds:.1} s, agrees: {agrees}"
    );
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
