//! `mingzhang bench`.

use super::{Failure, print_json};
use crate::bench::{self, BenchOptions};
use crate::table::{Align, Table};
use clap::Args;
use std::path::PathBuf;

/// Measure the whole path: gRPC on loopback, record synced to disk (and to NATS), fold, answer
///
/// First --entities persons are registered, which is not timed. Then every caller sends whole rosters in order, from
/// status and card over roster line and payment to the credit, with one call under way; receipts without postings.
/// rss_bytes is the whole process at the end (server, state, callers), not a figure per event; disk_bytes is what
/// stands under the data directory (with --nats: the archive).
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang bench --data /tmp/b --events 2000000 --batch 4096 --clients 4\n  \
    mingzhang bench --nats nats://127.0.0.1:4222 --events 100000 --batch 1 --clients 64\n\n\
    Exit codes: 0 done, 1 failed or something was refused, 2 usage")]
pub struct BenchArgs {
    /// Directory of the record; must be empty [default: a temporary one]
    #[arg(long, value_name = "DIR", required_unless_present = "nats")]
    data: Option<PathBuf>,
    /// Record in JetStream at this address; the stream is created, and must be empty
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Events to time
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    events: u64,
    /// Events a call, 10000 at most
    #[arg(long, value_name = "B", default_value_t = 4_096)]
    batch: usize,
    /// Callers at the same time
    #[arg(long, value_name = "C", default_value_t = 4)]
    clients: usize,
    /// Persons that exist before timing
    #[arg(long, value_name = "E", default_value_t = 10_000_000)]
    entities: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    let measured = bench::run(&BenchOptions {
        data: args.data.clone(),
        nats: args.nats.clone(),
        events: args.events,
        batch: args.batch,
        clients: args.clients,
        entities: args.entities,
        quiet: false,
    })?;
    if args.json {
        print_json(&measured)?;
    } else {
        let mut table = Table::new(&[("measured", Align::Left), ("", Align::Right)]);
        let figures = serde_json::to_value(&measured).map_err(|error| Failure::Failed(error.to_string()))?;
        for (name, figure) in figures.as_object().into_iter().flatten() {
            table.row([name.clone(), figure.to_string()]);
        }
        out!("{table}");
    }
    if measured.refused == 0 { Ok(()) } else { Err(Failure::Refused) }
}
