//! A server in this process with an empty ledger, and clients for it. Knows no rule of money.

use ledger::event::policy::{Band, Policy};
use ledger::event::{Event, Kind, Level, LineIssued, OrgRegistered, OrgRole, Source, Subordination};
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::{DialArgs, Line};
use replay::engine::{Engine, EngineError, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::Signer;
use replay::record::nats_server;
use services::faces::grpc;
use services::faces::who::Access;
use std::net::{SocketAddr, TcpListener as BlockingListener};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use uuid::Uuid;

pub struct Server {
    pub address: SocketAddr,
    pub engine: Engine,
    channel: Channel,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), grpc::ServeError>>,
    _data: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::signing(None).await
    }

    /// A ledger that signs with this key.
    pub async fn signing(key: Option<Signer>) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let options = Options { signing: key.map(Signing::new), ..Options::file(data.path()) };
        let opened = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {}));
        let engine = opened.await.expect("no panic").expect("an empty ledger opens");
        Self::of(engine, data).await
    }

    /// A ledger whose callers are believed on their names, also once it is founded.
    pub async fn believing() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let options = Options::file(data.path());
        let opened = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {}));
        let engine = opened.await.expect("no panic").expect("an empty ledger opens");
        Self::with(engine, data, Access { tls: None, believe_names: true }).await
    }

    /// Of a ledger that is in operation already, whose directory goes with the server.
    pub async fn of(engine: Engine, data: tempfile::TempDir) -> Self {
        Self::with(engine, data, Access::default()).await
    }

    /// The same, where callers are let in so. Its own clients speak in the clear.
    pub async fn with(engine: Engine, data: tempfile::TempDir, access: Access) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = grpc::run(listener, engine.clone(), access, async { drop(stopped.await) });
        let task = tokio::spawn(serving);
        let endpoint = Channel::from_shared(format!("http://{address}")).expect("a URL");
        let channel = endpoint.connect_lazy();
        Self { address, engine, channel, stop: Some(stop), task, _data: data }
    }

    /// A connection as the program's own callers make it.
    pub async fn line(&self) -> Line {
        let dialling = DialArgs::default().dialling(&self.address.to_string()).expect("an address");
        dialling.connect().await.expect("the server answers")
    }

    pub fn ask(&self) -> QueryClient<Channel> {
        QueryClient::new(self.channel.clone())
    }

    pub fn tell(&self) -> RecorderClient<Channel> {
        RecorderClient::new(self.channel.clone())
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Records events as `principal` and gives the answer.
    pub async fn record(&self, principal: &str, events: &[Event]) -> v1::RecordResponse {
        self.try_record(principal, encoded(events), false).await.expect("taken").into_inner()
    }

    pub async fn try_record(
        &self,
        principal: &str,
        events: Vec<bytes::Bytes>,
        dry_run: bool,
    ) -> Result<Response<v1::RecordResponse>, Status> {
        let mut request = Request::new(v1::RecordRequest { events, dry_run, terse: false, again: Vec::new() });
        if !principal.is_empty() {
            let value = principal.parse().expect("an ASCII name");
            request.metadata_mut().insert(services::principal::PRINCIPAL_HEADER, value);
        }
        self.tell().record(request).await
    }

    /// Stops the server alone.
    pub async fn close(mut self) {
        drop(self.stop.take());
        self.task.await.expect("no panic").expect("a clean end");
    }

    pub async fn stop(self) {
        self.end().await.expect("a clean end");
    }

    /// Stops the server, and the ledger, which may say what had ended it.
    pub async fn end(mut self) -> Result<(), EngineError> {
        drop(self.stop.take());
        self.task.await.expect("no panic").expect("a clean end");
        let engine = self.engine;
        tokio::task::spawn_blocking(move || engine.stop()).await.expect("no panic")
    }
}

/// The broker's binary, found or installed once: two threads that install at the same time would spoil each other's files.
pub fn nats_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let install = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nats-server");
    BINARY.get_or_init(|| nats_server::find(&install).expect("a nats-server"))
}

/// A port for a process that is started later, maybe more than once. Below those the system gives to whoever asks for any,
/// so that no other test is given it meanwhile; each call gives another one.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test programs that run at the same time begin at different places.
    let begin = std::process::id() * 61;
    loop {
        let number = begin + u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = 12_000 + u16::try_from(number % 18_000).expect("below 18,000");
        if BlockingListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

pub fn encoded(events: &[Event]) -> Vec<bytes::Bytes> {
    events.iter().map(|event| proto::event::encode(event).into()).collect()
}

pub fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).expect("a day")
}

pub fn event(kind: Kind) -> Event {
    Event::said(day(20_210_901), kind)
}

/// A unit with its number as id.
pub fn org(unit: u128) -> Event {
    event(Kind::OrgRegistered(OrgRegistered {
        org: Uuid::from_u128(unit),
        number: unit.to_string(),
        name: "陕西省财政厅".to_owned(),
        level: Level::Province,
        role: OrgRole::Finance,
        parent: None,
        division: 610_000,
        subordination: Subordination::Local,
    }))
}

/// A unit below one that nobody registered, which is a finding of its own.
pub fn orphan(unit: u128) -> Event {
    let mut event = org(unit);
    if let Kind::OrgRegistered(registered) = &mut event.kind {
        registered.parent = Some(Uuid::from_u128(unit + 9_000_000));
    }
    Event { id: event.keyed_id(), ..event }
}

pub fn policy() -> Event {
    let band = Band { number: 1, name: "一档".to_owned(), min_fen: 100_000, max_fen: 300_000 };
    let policy = Policy {
        programme: "SH-GRANT".to_owned(),
        version: 1,
        name: "普通高中国家助学金".to_owned(),
        document: "财科教〔2019〕19号".to_owned(),
        stage: "senior_high".to_owned(),
        bands: vec![band],
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    };
    Event::said(day(20_200_101), Kind::PolicyAdopted(Box::new(policy)))
}

/// A document line issued to a unit.
pub fn line(line: u128, unit: u128, fen: i64) -> Event {
    event(Kind::LineIssued(LineIssued {
        line: Uuid::from_u128(line),
        document: "陕财教〔2021〕1号".to_owned(),
        parent_document: String::new(),
        unit: Uuid::from_u128(unit),
        fiscal_year: 2021,
        programme: "SH-GRANT".to_owned(),
        source: Source::Central,
        item: "2050204".to_owned(),
        project: "610000".to_owned(),
        direct: true,
        advance: false,
        fen,
    }))
}

pub fn wire(id: u128) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(Uuid::from_u128(id).as_bytes())
}
