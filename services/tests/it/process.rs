//! `mingzhang serve` as a process of its own under load, for tests that end it: who was told what, and whether the record
//! holds it afterwards. How and when it ends is the test's business.

use anyhow::Context;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ledger::event::{Event, Kind, PersonRegistered};
use ledger::money::Day;
use parking_lot::Mutex;
use proto::v1::operator_client::OperatorClient;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use proto::v1::{GetStatusRequest, RebuildProgress, RebuildRequest, RecordRequest};
use replay::engine::Options;
use replay::engine::catch_up::fold_record;

use replay::record::nats_server::NatsServer;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::support::{nats_binary, port};

/// Number of the client that has the last word.
const LAST: u32 = 1_000;

const CALL_EVENTS: u32 = 20;

/// What callers were told: event id -> index.
pub type Acknowledged = Arc<Mutex<BTreeMap<Uuid, u64>>>;

/// How the process is started.
#[derive(Clone)]
pub struct Start {
    pub data: PathBuf,
    pub nats: Option<String>,
    pub port: u16,
    pub key: Option<PathBuf>,
    /// Whose certificates it believes, if not those the system does.
    pub authority: Option<PathBuf>,
    /// Where it is to die, by `replay::kill_points`.
    pub die_at: Option<String>,
}

impl Start {
    pub fn new(data: &Path, nats: Option<String>) -> anyhow::Result<Self> {
        Ok(Self { data: data.to_owned(), nats, port: port(), key: None, authority: None, die_at: None })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        command.arg("serve").arg("--data").arg(&self.data).arg("--listen").arg(format!("127.0.0.1:{}", self.port));
        if let Some(url) = &self.nats {
            command.arg("--nats").arg(url);
        }
        if let Some(key) = &self.key {
            command.arg("--key").arg(key);
        }
        if let Some(authority) = &self.authority {
            command.env("SSL_CERT_FILE", authority);
        }
        if let Some(place) = &self.die_at {
            command.env("MINGZHANG_DIE_AT", place);
        }
        Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }
}

pub struct Serving {
    child: Child,
    start: Start,
}

impl Serving {
    pub fn start(start: &Start) -> anyhow::Result<Self> {
        Ok(Self { child: start.spawn()?, start: start.clone() })
    }

    /// Ended by itself, as it does when its broker is gone for too long? Then it is started again.
    pub fn keep(&mut self) -> anyhow::Result<()> {
        if self.child.try_wait()?.is_some() {
            self.child = self.start.spawn()?;
        }
        Ok(())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to stop.
    pub fn terminate(&self) -> anyhow::Result<()> {
        Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        Ok(())
    }

    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already dead is as good.
        let _ = self.kill();
    }
}

/// A broker with an empty stream.
pub async fn broker(dir: &Path) -> anyhow::Result<NatsServer> {
    let server = NatsServer::start(nats_binary(), dir)?;
    let nats = replay::record::log::NatsOptions::new(&server.url(), Path::new(""));
    tokio::task::spawn_blocking(move || {
        replay::record::log::provision(&replay::record::log::ProvisionOptions::new(nats))
    })
    .await??;
    Ok(server)
}

/// Clients that say events until they are stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
    pub acknowledged: Acknowledged,
}

impl Load {
    pub fn start(clients: u32, url: &str) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Acknowledged::default());
        let one = |client| tokio::spawn(load(client, url.to_owned(), Arc::clone(&stop), Arc::clone(&acknowledged)));
        let clients = (0..clients).map(one).collect();
        Self { stop, clients, acknowledged }
    }

    /// Waits until so many events more are acknowledged.
    pub async fn go_on(&self, events: usize) -> anyhow::Result<()> {
        let wanted = self.acknowledged.lock().len() + events;
        let until = Instant::now() + Duration::from_secs(60);
        while self.acknowledged.lock().len() < wanted {
            anyhow::ensure!(Instant::now() < until, "the service acknowledges nothing");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    pub async fn stop(self) -> anyhow::Result<Acknowledged> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await?;
        }
        Ok(self.acknowledged)
    }
}

fn event(client: u32, number: u32) -> Event {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{client}/{number}").as_bytes());
    let person = Uuid::new_v5(&id, b"person");
    let kind = Kind::PersonRegistered(PersonRegistered { person, origin: 990_000 });
    Event::said(Day::new(2021, 9, 1).unwrap_or_default(), kind)
}

/// Says its events in order, each call again and again until it is answered.
async fn load(client: u32, url: String, stop: Arc<AtomicBool>, acknowledged: Acknowledged) {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        let events: Vec<Event> = (number..number + CALL_EVENTS).map(|n| event(client, n)).collect();
        let bytes: Vec<Bytes> = events.iter().map(|e| Bytes::from(proto::event::encode(e))).collect();
        if let Ok(indexes) = record(&url, bytes).await {
            let mut told = acknowledged.lock();
            told.extend(events.iter().map(|event| event.id).zip(indexes));
            number += CALL_EVENTS;
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The index under which each event stands; an event said before is told its first one.
async fn record(url: &str, events: Vec<Bytes>) -> anyhow::Result<Vec<u64>> {
    let mut client = RecorderClient::connect(url.to_owned()).await?;
    let mut request = tonic::Request::new(RecordRequest { events, dry_run: false, terse: true, again: Vec::new() });
    request.metadata_mut().insert("x-mingzhang-principal", "campaign".parse()?);
    request.set_timeout(Duration::from_secs(5));
    let answer = client.record(request).await?.into_inner();
    let duplicate = proto::v1::Outcome::Duplicate as i32;
    Ok(services::wire::each(answer.receipts).map(|r| if r.outcome == duplicate { r.first } else { r.index }).collect())
}

/// Says one event more until it is answered. A caller that gave up may have left events on their way; there is one order,
/// so whatever was taken in before this one is folded once it is.
pub async fn last_word(url: &str, serving: &mut Serving) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        serving.keep()?;
        match record(url, vec![Bytes::from(proto::event::encode(&event(LAST, 0)))]).await {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Entries and state digest, as the service says.
pub async fn status_digest(url: &str) -> anyhow::Result<(u64, Vec<u8>)> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let asked = async {
            let mut client = QueryClient::connect(url.to_owned()).await?;
            let answer = client.get_status(GetStatusRequest { digest: true, ..Default::default() }).await?;
            anyhow::Ok(answer.into_inner())
        };
        match asked.await {
            Ok(status) => return Ok((status.as_of, status.state_digest.to_vec())),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Has the service rebuild its projections, and waits for the swap.
pub async fn rebuild(url: &str, only: &str) -> anyhow::Result<RebuildProgress> {
    let mut client = OperatorClient::connect(url.to_owned()).await?;
    let mut told = client.rebuild(RebuildRequest { only: only.to_owned() }).await?.into_inner();
    let mut last = RebuildProgress::default();
    while let Some(progress) = told.message().await? {
        last = progress;
    }
    anyhow::ensure!(last.swapped, "the stream ended without a swap");
    Ok(last)
}

/// Everything acknowledged is on record under its index, nothing twice, and a clean fold comes to what the service said.
pub fn confirm(data: &Path, told: &Acknowledged, entries: u64, digest: &[u8]) -> anyhow::Result<usize> {
    let (state, told) = (fold_record(&Options::file(data), &mut |_| {})?, told.lock());
    assert!(!told.is_empty(), "the load got no answer at all");
    for (id, index) in told.iter() {
        let row = state.seen_at(*index).context("acknowledged and not on record")?;
        assert_eq!((row.id, row.verdict), (*id, 0), "acknowledged event at {index} is missing");
        assert_eq!(state.seen.find(*id).map(u64::from), Some(*index), "the event stands elsewhere");
    }
    let posted = state.seen.iter().filter(|(_, row)| row.verdict == 0).count();
    assert_eq!(posted, state.persons.len(), "an event was posted twice");
    assert_eq!(state.entries, entries, "the service and the replay know different records");
    assert_eq!(state.digest().as_slice(), digest, "the service and a clean replay differ");
    Ok(told.len())
}
