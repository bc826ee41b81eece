//! The benchmark: the whole path over gRPC on loopback, durable, with entities that exist before timing. Its events
//! are made in `history`; nothing here is faster than what any client can do.

mod accruing;
mod claiming;
mod clients;
mod history;
mod lending;
mod loans;
mod points;

pub use loans::{LoanBenchOptions, LoansMeasured, run as run_loans};
pub use points::{PointsMeasured, PointsOptions, run as run_points};

use crate::faces::grpc;
use crate::faces::who::Access;
use crate::intake::embedded::Handover;
use crate::intake::import::Said;
use anyhow::{Context, bail, ensure};
use history::History;
use ledger::event::Event;
use replay::engine::{Engine, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use replay::record::log::{NatsOptions, ProvisionOptions, provision};
use replay::terminal::progress;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct BenchOptions {
    /// Directory of the record; a temporary one if none.
    pub data: Option<PathBuf>,
    /// A NATS server to record with, if any.
    pub nats: Option<String>,
    /// Events timed.
    pub events: u64,
    /// Events a call.
    pub batch: usize,
    /// Callers at the same time, each with one call under way.
    pub clients: usize,
    /// Persons that exist before timing.
    pub entities: u64,
    /// Whether checkpoints are signed meanwhile, by a key of its own.
    pub sign: bool,
    /// No progress on the terminal.
    pub quiet: bool,
}

/// What was measured, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names are the documented JSON keys.
pub struct Measured {
    pub events: u64,
    pub refused: u64,
    pub seconds: f64,
    pub events_per_second: u64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub rss_bytes: u64,
    pub disk_bytes: u64,
    pub entries: u64,
    pub entities: u64,
    pub batch: usize,
    pub clients: usize,
    pub preload_seconds: f64,
}

/// Runs the benchmark. Blocks: not for async tasks.
///
/// # Errors
/// The home already holds a record, or the ledger failed. Refusals are no error but counted.
pub fn run(options: &BenchOptions) -> anyhow::Result<Measured> {
    ensure!(options.events > 0 && options.batch > 0 && options.clients > 0, "nothing to measure: all must be above 0");
    ensure!(
        options.batch <= crate::intake::ingest::MAX_EVENTS,
        "a call takes {} events at most",
        crate::intake::ingest::MAX_EVENTS
    );
    let history = Arc::new(History::plan(options.events, options.clients as u64, options.entities));
    let ground = Ground::open(options.data.as_deref(), options.nats.as_deref(), options.sign)?;
    let began = Instant::now();
    ground.preload(history.preload().map(Some), history.preload_events(), "预先登记 entities", options.quiet)?;
    let preload_seconds = began.elapsed().as_secs_f64();
    let (callers, batch) = (options.clients, options.batch);
    let encoded = Arc::clone(&history);
    let events_of = move |client| encoded.of_client(client as u64);
    let loaded = ground.serve(async |address| clients::run(address, callers, batch, events_of).await)?;
    let entries = ground.engine.read().entries;
    let (rss_bytes, disk_bytes) = ground.close()?;
    let seconds = loaded.elapsed.as_secs_f64();
    Ok(Measured {
        events: loaded.events,
        refused: loaded.refused,
        seconds,
        events_per_second: loaded.per_second(),
        p50_us: loaded.percentile_us(50),
        p99_us: loaded.percentile_us(99),
        rss_bytes,
        disk_bytes,
        entries,
        entities: history.persons(),
        batch: options.batch,
        clients: options.clients,
        preload_seconds,
    })
}

/// Where a benchmark records: a home that was empty, opened.
struct Ground {
    engine: Engine,
    data: PathBuf,
    /// Deleted with all that is in it when dropped.
    _temporary: Option<TempDir>,
}

impl Ground {
    fn open(data: Option<&Path>, nats: Option<&str>, sign: bool) -> anyhow::Result<Self> {
        let temporary = match data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("mingzhang-bench-").tempdir()?),
        };
        let data = data.or_else(|| temporary.as_ref().map(TempDir::path)).context("no directory")?.to_owned();
        let mut home = match nats {
            None => Options::file(&data),
            Some(url) => {
                provision(&ProvisionOptions::new(NatsOptions::new(url, &data)))?;
                Options::nats(&data, url)
            }
        };
        if sign {
            home.signing = Some(Signing::new(Signer::generate("bench.example/ledger", Role::Author)?));
        }
        let engine = Engine::open(&home, &mut |_| {})?;
        if engine.read().entries > 0 {
            bail!("this home already holds a record: bench needs an empty directory (and stream)");
        }
        Ok(Self { engine, data, _temporary: temporary })
    }

    /// Records what exists before timing, in groups of which progress counts `count`.
    fn preload<G>(&self, groups: impl Iterator<Item = G>, count: u64, what: &str, quiet: bool) -> anyhow::Result<()>
    where
        G: IntoIterator<Item = Event>,
    {
        let bar = progress::bar("{msg} {wide_bar} {human_pos}/{human_len} {eta}", !quiet);
        bar.set_length(count);
        bar.set_message(what.to_owned());
        let principal: Arc<str> = Arc::from("bench/制单");
        let mut delivery = Handover::new(&self.engine);
        for group in groups {
            bar.inc(1);
            for event in group {
                let said = Said::alone(Arc::clone(&principal), event);
                // The error cannot cross threads as it is, and need not.
                delivery.say(said).map_err(|error| anyhow::anyhow!("preloading: {error}"))?;
            }
        }
        let tally = delivery.finish()?;
        bar.finish_and_clear();
        let whole = tally.refused == 0 && tally.duplicates == 0 && tally.findings == 0;
        ensure!(whole, "the preload was not posted whole: {tally:?}");
        Ok(())
    }

    /// Serves on loopback while `calls` runs.
    fn serve<T>(&self, calls: impl AsyncFnOnce(SocketAddr) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let (stop, stopped) = oneshot::channel::<()>();
            let shutdown = async { drop(stopped.await) };
            let serving = tokio::spawn(grpc::run(listener, self.engine.clone(), Access::default(), shutdown));
            let done = calls(address).await;
            drop(stop);
            serving.await??;
            done
        })
    }

    /// Ends the ledger. Resident memory just before, and what is kept under the directory.
    fn close(self) -> anyhow::Result<(u64, u64)> {
        let rss_bytes = rss_bytes();
        self.engine.stop()?;
        Ok((rss_bytes, bytes_under(&self.data)))
    }
}

/// Resident memory of this process: server, state and clients together, whatever the number of events.
fn rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Bytes of all files under a directory: record or archive, and pages. Not what a NATS server keeps.
fn bytes_under(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => bytes_under(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loan_accrues_and_only_planted_lines_are_disputed() -> anyhow::Result<()> {
        let (data, nats) = (None, None);
        let options = LoanBenchOptions { data, nats, loans: 20_000, claim: 2_000, batch: 500, clients: 3, quiet: true };
        let measured = run_loans(&options)?;
        assert!(measured.accruals > 19_000 && measured.refused == 0, "{measured:?}");
        assert!(measured.claim_is_right && measured.planted == 20, "{measured:?}");
        Ok(())
    }

    #[test]
    fn every_event_of_every_client_is_posted() -> anyhow::Result<()> {
        let (data, nats) = (None, None);
        let options =
            BenchOptions { data, nats, events: 3_000, batch: 64, clients: 3, entities: 700, sign: true, quiet: true };
        let measured = run(&options)?;
        assert_eq!((measured.events, measured.refused), (3_000, 0));
        let one_by_one = BenchOptions { events: 200, batch: 1, clients: 4, ..options };
        let measured = run(&one_by_one)?;
        assert_eq!((measured.events, measured.refused), (200, 0));
        assert!(measured.disk_bytes > 0 && measured.p50_us <= measured.p99_us);
        Ok(())
    }
}
