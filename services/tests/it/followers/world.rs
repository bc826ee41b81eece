//! A broker with a provisioned stream, a writer and followers in this process, and what is asked of them. Asserts nothing
//! about ledgers.

use crate::support::{Server, encoded, event, nats_binary};
use ledger::event::{Event, Kind, PersonRegistered};
use proto::v1::RecordRequest;
use proto::v1::recorder_client::RecorderClient;
use replay::engine::{Engine, EngineError, Options};
use replay::proof::checkpoint_files::Signed;
use replay::proof::comparing::Compared;
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use replay::record::log::{NatsOptions, ProvisionOptions, provision};
use replay::record::nats_server::NatsServer;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use uuid::Uuid;

/// The longest anything may take; nothing is measured.
const PATIENCE: Duration = Duration::from_secs(60);

/// The writer's key.
pub fn key() -> Signer {
    Signer::from_seed("aid.example/ledger", Role::Author, &[1; 32]).expect("a key")
}

/// A key of the same name that is not the writer's.
pub fn other_key() -> Signer {
    Signer::from_seed("aid.example/ledger", Role::Author, &[2; 32]).expect("a key")
}

/// The same ledger, signing.
pub fn signing(options: Options) -> Options {
    Options { signing: Some(Signing::new(key())), ..options }
}

pub struct World {
    broker: NatsServer,
    dir: tempfile::TempDir,
}

impl World {
    pub async fn start() -> Self {
        beside(|| {
            let dir = tempfile::tempdir().expect("a directory");
            let broker = NatsServer::start(nats_binary(), &dir.path().join("nats")).expect("it starts");
            let nats = NatsOptions::new(&broker.url(), Path::new(""));
            provision(&ProvisionOptions::new(nats)).expect("a stream");
            Self { broker, dir }
        })
        .await
    }

    pub fn url(&self) -> String {
        self.broker.url()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A writer with its archive under this name.
    pub async fn writer(&self, name: &str) -> Server {
        self.signed_by(name, key()).await
    }

    /// The same with another key.
    pub async fn signed_by(&self, name: &str, key: Signer) -> Server {
        let options = Options { signing: Some(Signing::new(key)), ..Options::nats(self.at(name), &self.url()) };
        let engine = beside(move || Engine::open(&options, &mut |_| {})).await.expect("the writer opens");
        Server::of(engine, tempfile::tempdir().expect("a directory")).await
    }

    /// A follower with its copy under this name.
    pub async fn follower(&self, name: &str, writer: &Server) -> Server {
        let engine = self.open_follower(name, writer).await.expect("the follower opens");
        Server::of(engine, tempfile::tempdir().expect("a directory")).await
    }

    pub async fn open_follower(&self, name: &str, writer: &Server) -> Result<Engine, EngineError> {
        let options = Options::follow(self.at(name), &self.url(), Some(&writer.address.to_string()));
        beside(move || Engine::open(&options, &mut |_| {})).await
    }

    /// Ends the broker as a power cut would, and starts it again.
    pub async fn kill_broker(&mut self) {
        tokio::task::block_in_place(|| {
            self.broker.kill();
            self.broker.restart().expect("it starts again");
        });
    }

    pub async fn delete_stream(&self) {
        let client = async_nats::connect(self.url()).await.expect("connected");
        let stream = NatsOptions::new(&self.url(), Path::new("")).stream.unwrap_or_else(|| "MINGZHANG".to_owned());
        let answer = client.request(format!("$JS.API.STREAM.DELETE.{stream}"), "".into()).await.expect("answered");
        assert!(String::from_utf8_lossy(&answer.payload).contains("\"success\":true"), "{answer:?}");
    }
}

/// Runs what blocks beside the servers of the same process.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// Registrations of persons by number.
pub fn persons(numbers: Range<u32>) -> Vec<Event> {
    let person = |number: u32| {
        let id = (1 << 50) + u128::from(number);
        event(Kind::PersonRegistered(PersonRegistered { person: Uuid::from_u128(id << 1), origin: 990_000 }))
    };
    numbers.map(person).collect()
}

/// Records persons in calls of twenty, each again until it is answered.
pub async fn load(mut tell: RecorderClient<Channel>, numbers: Range<u32>) {
    for from in numbers.clone().step_by(20) {
        let events = encoded(&persons(from..(from + 20).min(numbers.end)));
        loop {
            let mut request = tonic::Request::new(RecordRequest {
                events: events.clone(),
                dry_run: false,
                terse: true,
                again: Vec::new(),
            });
            request.metadata_mut().insert(services::principal::PRINCIPAL_HEADER, "load".parse().expect("a name"));
            if tell.record(request).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Holds a checkpoint against a follower.
pub async fn compare(follower: &Server, signed: &Signed) -> Result<Compared, EngineError> {
    let (engine, signed) = (follower.engine.clone(), signed.clone());
    beside(move || engine.compare(signed, &[key().verifier().clone()])).await
}

/// What the health service says: of the whole, of recorder, query and audit.
pub async fn serving(server: &Server) -> [bool; 4] {
    let mut health = HealthClient::new(server.channel());
    let mut serving = [false; 4];
    for (at, service) in ["", "mingzhang.v1.Recorder", "mingzhang.v1.Query", "mingzhang.v1.Audit"].iter().enumerate() {
        let request = HealthCheckRequest { service: (*service).to_owned() };
        serving[at] = health.check(request).await.expect("known").into_inner().status == 1;
    }
    serving
}

/// Waits until something holds.
pub async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it comes to hold in the end");
}
