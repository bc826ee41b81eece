//! Helpers of the record's tests: a plain entry encoding, a writer that remembers what settled, and reading back.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};

use replay::record::error::LogError;
use replay::record::log::{Clock, Frame, Log, LogOptions, NatsOptions, ProvisionOptions, Reader};
use replay::record::log::{provision, read_stream};
use replay::record::nats_server;
use replay::record::nats_server::NatsServer;
use replay::record::writer::{Item, Reported, Writer, WriterOptions};

pub const LEDGER: [u8; 16] = *b"ledger-for-tests";

pub fn options() -> LogOptions {
    LogOptions { ledger: LEDGER, clock: Clock::system() }
}

/// Entry bytes of these tests: 0, which is no kind of entry, then time, principal, 0, content.
pub fn encode(out: &mut Vec<u8>, raw: &proto::entry::Raw<'_>) {
    out.push(0);
    out.extend_from_slice(&raw.recorded_ms.to_le_bytes());
    out.extend_from_slice(raw.principal.as_bytes());
    out.push(0);
    out.extend_from_slice(raw.content);
}

/// The content of an entry written by [`encode`].
pub fn content(entry: &[u8]) -> Vec<u8> {
    let after_time = &entry[9..];
    let zero = after_time.iter().position(|byte| *byte == 0).unwrap();
    after_time[zero + 1..].to_vec()
}

/// The tag of an item is its number; its content is derived from it, of uneven length.
pub fn item(number: u64) -> Item<u64> {
    Item { speaker: "tester".into(), again: None, content: content_of(number).into(), tag: number }
}

pub fn content_of(number: u64) -> Vec<u8> {
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.resize(8 + (number as usize * 37) % 300, number as u8);
    bytes
}

pub fn number_of(content: &[u8]) -> u64 {
    u64::from_le_bytes(content[..8].try_into().unwrap())
}

pub fn start(log: Log) -> (Writer<u64>, Receiver<Reported<u64>>) {
    let (sender, receiver) = channel();
    let writer = Writer::start(log, WriterOptions::new(encode), move |outcome| drop(sender.send(outcome))).unwrap();
    (writer, receiver)
}

/// Everything that settled, as (index, number), and the error if the writer ended with one.
pub fn collect(outcomes: impl IntoIterator<Item = Reported<u64>>) -> (Vec<(u64, u64)>, Option<String>) {
    let (mut settled, mut error) = (Vec::new(), None);
    for outcome in outcomes {
        match outcome {
            Reported::Settled(frame) => {
                settled.extend(frame.items.iter().zip(frame.first_index..).map(|(item, index)| (index, item.tag)));
            }
            Reported::Ended { error: why, .. } => error = Some(why.to_string()),
        }
    }
    (settled, error)
}

/// The numbers in a directory of segments, in order of the record.
pub fn read(dir: &Path) -> Vec<u64> {
    frames(dir).iter().flat_map(|frame| frame.entries().map(|e| number_of(&content(e))).collect::<Vec<_>>()).collect()
}

/// The segment files of a directory, in order.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|item| item.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "frames"));
    paths.sort();
    paths
}

pub fn frames(dir: &Path) -> Vec<Frame> {
    let mut reader = Reader::open(dir, LEDGER).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push(frame);
    }
    frames
}

/// The broker's binary, found or installed once: two threads that install at the same time would spoil each other's files.
pub fn nats_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let install = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nats-server");
    BINARY.get_or_init(|| nats_server::find(&install).expect("a nats-server"))
}

/// Frames made by hand, put into the stream of a server in their order.
pub fn frames_published(cluster: &Cluster, frames: &[Frame]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(cluster.server.url()).await.unwrap();
        let subject = cluster.options("archive").subject;
        for frame in frames {
            let answer = client.request(subject.clone(), frame.bytes().clone()).await.unwrap();
            assert!(String::from_utf8_lossy(&answer.payload).contains("\"seq\""), "{answer:?}");
        }
    });
}

/// A server with a provisioned stream, in a directory that goes with it.
pub struct Cluster {
    pub server: NatsServer,
    pub dir: tempfile::TempDir,
}

impl Cluster {
    pub fn start(max_bytes: i64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = NatsServer::start(nats_binary(), &dir.path().join("server")).unwrap();
        let cluster = Self { server, dir };
        let options = ProvisionOptions { max_bytes, ..ProvisionOptions::new(cluster.options("archive")) };
        assert!(provision(&options).unwrap().created);
        cluster
    }

    pub fn options(&self, archive: &str) -> NatsOptions {
        NatsOptions::new(&self.server.url(), &self.dir.path().join(archive))
    }

    pub fn archive(&self, archive: &str) -> PathBuf {
        self.dir.path().join(archive)
    }

    pub fn open(&self, archive: &str) -> Result<Log, LogError> {
        Log::open_nats(&self.options(archive), &options(), &mut |_| Ok(()))
    }

    /// The numbers in the stream itself, in order.
    pub fn stream(&self) -> Vec<u64> {
        let mut numbers = Vec::new();
        read_stream(&self.options("archive"), LEDGER, &mut |frame| {
            numbers.extend(frame.entries().map(|entry| number_of(&content(entry))));
            Ok(())
        })
        .unwrap();
        numbers
    }

    /// Asks the JetStream API as an administrator would.
    pub fn admin(&self, what: &str, body: serde_json::Value) -> serde_json::Value {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let client = async_nats::connect(self.server.url()).await.unwrap();
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let answer = client.request(format!("$JS.API.{what}"), body.into()).await.unwrap();
            serde_json::from_slice(&answer.payload).unwrap()
        })
    }
}
