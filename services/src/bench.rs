//! The benchmark: the whole path over gRPC on loopback, durable, with entities that exist before timing. Its events
//! are made in `history`; nothing here is faster than what any client can do.

mod clients;
mod history;

use crate::deliver::Delivery;
use crate::import::Said;
use crate::server;
use anyhow::{Context, bail, ensure};
use clients::Load;
use history::History;
use indicatif::{ProgressBar, ProgressStyle};
use replay::drive::{Engine, Options};
use replay::log::{NatsOptions, ProvisionOptions, provision};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
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
    ensure!(options.batch <= crate::ingest::MAX_EVENTS, "a call takes {} events at most", crate::ingest::MAX_EVENTS);
    let history = Arc::new(History::plan(options.events, options.clients as u64, options.entities));
    let temporary = match options.data {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("mingzhang-bench-").tempdir()?),
    };
    let data = options.data.clone().or_else(|| temporary.as_ref().map(|kept| kept.path().to_owned()));
    let data = data.context("no directory")?;
    let home = match &options.nats {
        None => Options::file(&data),
        Some(url) => {
            provision(&ProvisionOptions::new(NatsOptions::new(url, &data)))?;
            Options::nats(&data, url)
        }
    };
    let engine = Engine::open(&home, &mut |_| {})?;
    if engine.read().entries > 0 {
        bail!("this home already holds a record: bench needs an empty directory (and stream)");
    }
    let began = Instant::now();
    preload(&engine, &history, options.quiet)?;
    let preload_seconds = began.elapsed().as_secs_f64();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let loaded = runtime.block_on(drive(&engine, &history, options))?;
    let entries = engine.read().entries;
    let rss_bytes = rss_bytes();
    engine.stop()?;
    let seconds = loaded.elapsed.as_secs_f64();
    Ok(Measured {
        events: loaded.events,
        refused: loaded.refused,
        seconds,
        events_per_second: (loaded.events as f64 / seconds) as u64,
        p50_us: loaded.percentile_us(50),
        p99_us: loaded.percentile_us(99),
        rss_bytes,
        disk_bytes: bytes_under(&data),
        entries,
        entities: history.persons(),
        batch: options.batch,
        clients: options.clients,
        preload_seconds,
    })
}

fn preload(engine: &Engine, history: &History, quiet: bool) -> anyhow::Result<()> {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(history.preload_events()) };
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}")?;
    bar.set_style(style);
    bar.set_message("预先登记 entities");
    let principal: Arc<str> = Arc::from("bench/制单");
    let mut delivery = Delivery::new(engine);
    for event in history.preload() {
        bar.inc(1);
        let said = Said { principal: Arc::clone(&principal), event };
        // The error cannot cross threads as it is, and need not.
        delivery.say(said).map_err(|error| anyhow::anyhow!("preloading: {error}"))?;
    }
    let tally = delivery.finish()?;
    bar.finish_and_clear();
    ensure!(tally.refused == 0 && tally.duplicates == 0, "the preload was not posted whole: {tally:?}");
    Ok(())
}

async fn drive(engine: &Engine, history: &Arc<History>, options: &BenchOptions) -> anyhow::Result<Load> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server::run(listener, engine.clone(), false, async { drop(stopped.await) }));
    let load = clients::run(address, history, options).await;
    drop(stop);
    serving.await??;
    load
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
    fn every_event_of_every_client_is_posted() -> anyhow::Result<()> {
        let (data, nats) = (None, None);
        let options = BenchOptions { data, nats, events: 3_000, batch: 64, clients: 3, entities: 700, quiet: true };
        let measured = run(&options)?;
        assert_eq!((measured.events, measured.refused), (3_000, 0));
        let one_by_one = BenchOptions { events: 200, batch: 1, clients: 4, ..options };
        let measured = run(&one_by_one)?;
        assert_eq!((measured.events, measured.refused), (200, 0));
        assert!(measured.disk_bytes > 0 && measured.p50_us <= measured.p99_us);
        Ok(())
    }
}
