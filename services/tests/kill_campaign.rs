//! Ledger and broker as real processes, killed with SIGKILL at random moments under load, again and again.
//! Afterwards: nothing acknowledged is missing, nothing is doubled, and the digest is that of a clean replay.
//!
//! `MINGZHANG_KILLS=100 cargo test --workspace --test kill_campaign -- --nocapture` is the full campaign;
//! without it a short one runs.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ledger::event::{Event, Kind, PersonRegistered};
use ledger::money::Day;
use parking_lot::Mutex;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use proto::v1::{GetStatusRequest, RecordRequest};
use replay::catch_up::fold_record;
use replay::drive::Options;
use replay::nats_server::{self, NatsServer};
use uuid::Uuid;

const CLIENTS: u32 = 8;
const CALL_EVENTS: u32 = 20;

/// What callers were told: event id -> index.
type Acknowledged = Arc<Mutex<BTreeMap<Uuid, u64>>>;

struct Serving {
    child: Child,
    data: PathBuf,
    nats: Option<String>,
    port: u16,
}

impl Serving {
    fn start(data: &Path, nats: Option<&str>, port: u16) -> anyhow::Result<Self> {
        let child = Self::spawn(data, nats, port)?;
        Ok(Self { child, data: data.to_owned(), nats: nats.map(str::to_owned), port })
    }

    fn spawn(data: &Path, nats: Option<&str>, port: u16) -> anyhow::Result<Child> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        command.arg("serve").arg("--data").arg(data).arg("--listen").arg(format!("127.0.0.1:{port}"));
        if let Some(url) = nats {
            command.arg("--nats").arg(url);
        }
        Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }

    /// Ended by itself, as it does when its broker is gone for too long? Then it is started again.
    fn keep(&mut self) -> anyhow::Result<()> {
        if self.child.try_wait()?.is_some() {
            self.child = Self::spawn(&self.data, self.nats.as_deref(), self.port)?;
        }
        Ok(())
    }

    fn kill(&mut self) -> anyhow::Result<()> {
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

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn event(client: u32, number: u32) -> Event {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{client}/{number}").as_bytes());
    let person = Uuid::new_v5(&id, b"person");
    let kind = Kind::PersonRegistered(PersonRegistered { person, origin: 990_000 });
    Event { id, effective: Day::new(2021, 9, 1).unwrap_or_default(), kind }
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
    let mut request = tonic::Request::new(RecordRequest { events, dry_run: false, terse: true });
    request.metadata_mut().insert("x-mingzhang-principal", "campaign".parse()?);
    request.set_timeout(Duration::from_secs(5));
    let answer = client.record(request).await?.into_inner();
    let duplicate = proto::v1::Outcome::Duplicate as i32;
    Ok(answer.receipts.iter().map(|r| if r.outcome == duplicate { r.first } else { r.index }).collect())
}

/// Says one event more until it is answered. A caller that gave up may have left events on their way; there is one order,
/// so whatever was taken in before this one is folded once it is.
async fn last_word(url: &str, serving: &mut Serving) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        serving.keep()?;
        match record(url, vec![Bytes::from(proto::event::encode(&event(CLIENTS, 0)))]).await {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn status_digest(url: &str) -> anyhow::Result<(u64, Vec<u8>)> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let asked = async {
            let mut client = QueryClient::connect(url.to_owned()).await?;
            let answer = client.get_status(GetStatusRequest { not_before: 0, digest: true }).await?;
            anyhow::Ok(answer.into_inner())
        };
        match asked.await {
            Ok(status) => return Ok((status.as_of, status.state_digest.to_vec())),
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Random enough, and the same in every run.
fn mixed(seed: u64) -> u64 {
    let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
}

async fn campaign(with_nats: bool, kills: u64) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let data = dir.path().join("data");
    let mut broker = None;
    if with_nats {
        let binary = nats_server::find(&nats_dir())?;
        let server = NatsServer::start(&binary, &dir.path().join("nats"))?;
        let nats = replay::log::NatsOptions::new(&server.url(), &data.join("record"));
        tokio::task::spawn_blocking(move || replay::log::provision(&replay::log::ProvisionOptions::new(nats)))
            .await??;
        broker = Some(server);
    }
    let port = free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    let nats_url = broker.as_ref().map(NatsServer::url);
    let mut serving = Serving::start(&data, nats_url.as_deref(), port)?;
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Acknowledged::default());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| tokio::spawn(load(client, url.clone(), Arc::clone(&stop), Arc::clone(&acknowledged))))
        .collect();
    for round in 0..kills {
        let wait = 150 + mixed(round + 1) % 600;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        match &mut broker {
            Some(server) if mixed(round * 7 + 3).is_multiple_of(2) => {
                server.kill();
                tokio::time::sleep(Duration::from_millis(mixed(round) % 100)).await;
                server.restart()?;
            }
            _ => serving.kill()?,
        }
        serving.keep()?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    serving.keep()?;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await?;
    }
    last_word(&url, &mut serving).await?;
    let (entries, digest) = status_digest(&url).await?;
    drop(serving);
    drop(broker);
    confirm(&data, &acknowledged.lock(), entries, &digest, kills)
}

fn confirm(data: &Path, told: &BTreeMap<Uuid, u64>, entries: u64, digest: &[u8], kills: u64) -> anyhow::Result<()> {
    let mut state = fold_record(&Options::file(data), &mut |_| {})?;
    assert!(!told.is_empty(), "the load got no answer at all");
    for (id, index) in told {
        let row = state.seen.get(u32::try_from(*index)?);
        assert_eq!((row.id, row.verdict), (*id, 0), "acknowledged event at {index} is missing");
        assert_eq!(state.seen.find(*id), Some(u32::try_from(*index)?), "the event stands elsewhere");
    }
    let posted = state.seen.iter().filter(|(_, row)| row.verdict == 0).count();
    assert_eq!(posted, state.persons.len(), "an event was posted twice");
    assert_eq!(state.entries, entries, "the service and the replay know different records");
    assert_eq!(state.digest().as_slice(), digest, "the service and a clean replay differ");
    println!("kills {kills}  acknowledged {}  missing 0  doubled 0  entries {entries}  digest equal", told.len());
    Ok(())
}

fn nats_dir() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_mingzhang")).parent().map(Path::to_owned).unwrap_or_default();
    target.join("nats-server")
}

fn kills() -> u64 {
    std::env::var("MINGZHANG_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_lose_and_double_nothing() -> anyhow::Result<()> {
    campaign(false, kills()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_and_its_archive_lose_and_double_nothing() -> anyhow::Result<()> {
    campaign(true, kills()).await
}
