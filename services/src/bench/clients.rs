//! The callers of the benchmark: each sends its events in order, one call after the other, and times every call.

use crate::principal::named;
use anyhow::Context;
use bytes::Bytes;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::{DialArgs, Line};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tonic::Code;

/// Connections at most; further callers share them.
const CONNECTIONS: usize = 8;

/// Pause before a call that found too much waiting is made again; it counts as part of the call.
const BUSY_PAUSE: Duration = Duration::from_millis(2);

/// What came of all calls.
pub struct Load {
    /// Events answered.
    pub events: u64,
    /// Of those, not posted.
    pub refused: u64,
    /// From the first call to the last answer.
    pub elapsed: Duration,
    /// Time of every call, ascending.
    calls: Vec<Duration>,
}

impl Load {
    /// Events answered a second.
    pub fn per_second(&self) -> u64 {
        (self.events as f64 / self.elapsed.as_secs_f64()) as u64
    }

    /// The time of a call that `percent` of calls did not exceed.
    pub fn percentile_us(&self, percent: usize) -> u64 {
        let at = (self.calls.len() * percent / 100).min(self.calls.len().saturating_sub(1));
        self.calls.get(at).map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }
}

/// Runs `clients` callers against the server at `address`, each with its own events, which are made before timing.
pub async fn run(
    address: SocketAddr,
    clients: usize,
    batch: usize,
    events_of: impl Fn(usize) -> Vec<Bytes> + Clone + Send + 'static,
) -> anyhow::Result<Load> {
    let channels = connect(address, clients.min(CONNECTIONS)).await?;
    let start = Arc::new(Barrier::new(clients + 1));
    let mut tasks = Vec::new();
    for client in 0..clients {
        let channel = channels[client % channels.len()].clone();
        let (events_of, start) = (events_of.clone(), Arc::clone(&start));
        tasks.push(tokio::spawn(async move {
            let events = tokio::task::spawn_blocking(move || events_of(client)).await?;
            start.wait().await;
            call_all(channel, events, batch).await
        }));
    }
    start.wait().await;
    let began = Instant::now();
    let mut load = Load { events: 0, refused: 0, elapsed: Duration::ZERO, calls: Vec::new() };
    for task in tasks {
        let (events, refused, calls) = task.await??;
        load.events += events;
        load.refused += refused;
        load.calls.extend(calls);
    }
    load.elapsed = began.elapsed();
    load.calls.sort_unstable();
    Ok(load)
}

/// Connections to the server just started.
pub async fn connect(address: SocketAddr, count: usize) -> anyhow::Result<Vec<Line>> {
    let mut channels = Vec::new();
    for _ in 0..count {
        let dialling = DialArgs::default().dialling(&address.to_string())?.reading_ahead(16 * 1024 * 1024);
        channels.push(dialling.connect().await.context("connecting to the server just started")?);
    }
    Ok(channels)
}

async fn call_all(channel: Line, events: Vec<Bytes>, batch: usize) -> anyhow::Result<(u64, u64, Vec<Duration>)> {
    let limit = crate::faces::grpc::MAX_REQUEST_BYTES;
    let mut client = RecorderClient::new(channel).max_decoding_message_size(limit);
    let (mut answered, mut refused) = (0, 0);
    let mut calls = Vec::with_capacity(events.len() / batch + 1);
    for events in events.chunks(batch) {
        let began = Instant::now();
        let response = call(&mut client, events).await?;
        calls.push(began.elapsed());
        for receipt in &response.receipts {
            answered += 1 + receipt.alike;
            refused += u64::from(receipt.outcome() != v1::Outcome::Posted);
        }
    }
    Ok((answered, refused, calls))
}

async fn call(client: &mut RecorderClient<Line>, events: &[Bytes]) -> anyhow::Result<v1::RecordResponse> {
    loop {
        let message = v1::RecordRequest { events: events.to_vec(), dry_run: false, terse: true, again: Vec::new() };
        match client.record(named(message, "bench")).await {
            Ok(response) => return Ok(response.into_inner()),
            Err(status) if status.code() == Code::ResourceExhausted => tokio::time::sleep(BUSY_PAUSE).await,
            Err(status) => return Err(status.into()),
        }
    }
}
