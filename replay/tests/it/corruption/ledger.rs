//! A small ledger over a real nats-server, made once and copied for each injection: what it held, how it is opened,
//! examined and repaired, and whether it is again what it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use ledger::event::Event;
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use replay::record::log::{Frame, NatsOptions, ProvisionOptions, Reader, provision, read_stream};
use replay::record::nats_server::NatsServer;
use replay::upkeep::repair::RepairOptions;
use serde_json::Value;

use crate::support::nats_binary;

/// So small that the stream has several block files: a quarter of this each.
pub const STREAM_BYTES: i64 = 400_000;
/// Frames of each segment of the archive.
const PER_SEGMENT: usize = 9;
/// Calls of the ledger's callers, each a frame of its own.
const CALLS: u128 = 40;
const PER_CALL: u128 = 30;
/// How long the server may take to become ready.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// What the next event is called, beyond all there are.
const ONE_MORE: u128 = 1 << 64;

/// What an untouched ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    pub entries: Vec<Vec<u8>>,
    pub digest: [u8; 32],
    pub outcomes: [u8; 32],
}

/// A ledger's directory and its server.
pub struct Place {
    pub dir: tempfile::TempDir,
    pub server: Option<NatsServer>,
}

/// Ledgers to copy: one whose server stopped in order, one whose server was killed.
pub struct Templates {
    pub clean: Place,
    pub killed: Place,
    pub truth: Truth,
}

pub fn signer() -> Signer {
    Signer::from_seed("example.gov.cn/ledger", Role::Author, &[7; 32]).unwrap()
}

/// Events of many kinds on days from a number on; many do not count, which is on record too.
pub fn events(from: u128, count: u128) -> Vec<(Bytes, Event)> {
    let samples = proto::samples::samples();
    (from..from + count)
        .map(|id| {
            let sample = samples[usize::try_from(id % samples.len() as u128).unwrap()].clone();
            let day = i32::try_from(id % 3_000).unwrap();
            let event = Event::said(sample.effective.plus(day), sample.kind);
            (Bytes::from(proto::event::encode(&event)), event)
        })
        .collect()
}

impl Templates {
    pub fn make() -> Self {
        let mut made = Place::empty();
        made.start();
        let nats = ProvisionOptions {
            max_bytes: STREAM_BYTES,
            ..ProvisionOptions::new(NatsOptions::new(&made.url(), &made.data().join("record")))
        };
        provision(&nats).unwrap();
        let engine = made.open().unwrap();
        for call in 0..CALLS {
            let told = engine.submit("tester", events(call * PER_CALL, PER_CALL)).unwrap();
            told.blocking_recv().unwrap().unwrap();
        }
        let (digest, outcomes) = sums(&engine);
        engine.stop().unwrap();
        drop(engine);
        let truth = Truth { entries: made.entries(), digest, outcomes };
        assert_eq!(truth.entries.len() as u128, CALLS * PER_CALL);
        made.resegment();
        made.server.as_mut().unwrap().kill();
        let killed = made.copy();
        made.start();
        made.stop_in_order();
        Self { clean: made, killed, truth }
    }
}

fn sums(engine: &Engine) -> ([u8; 32], [u8; 32]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let signed = runtime.block_on(engine.sign_now()).unwrap();
    (engine.digest().1, signed.unverified().unwrap().1.root)
}

impl Place {
    fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), server: None }
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn store(&self) -> PathBuf {
        self.dir.path().join("server/store")
    }

    pub fn record(&self) -> PathBuf {
        self.data().join("record")
    }

    pub fn url(&self) -> String {
        self.server.as_ref().unwrap().url()
    }

    pub fn start(&mut self) {
        assert!(self.started(), "the server did not become ready");
    }

    /// Starts the server, if it can read what it stored: a flipped sequence keeps it busy for ever.
    pub fn started(&mut self) -> bool {
        self.server = NatsServer::start_within(nats_binary(), &self.dir.path().join("server"), PATIENCE).ok();
        self.server.is_some()
    }

    /// Takes away what the server cannot read, as its operator has to, and starts it.
    pub fn start_without_stream(&mut self) {
        fs::rename(self.store().join("jetstream/$G/streams/MINGZHANG"), self.dir.path().join("unreadable")).unwrap();
        self.start();
    }

    /// Asks the server to end, as an operator would, and waits until it has.
    pub fn stop_in_order(&mut self) {
        let mut server = self.server.take().unwrap();
        let pid = server.pid();
        assert!(Command::new("kill").arg("-TERM").arg(pid.to_string()).status().unwrap().success());
        // Ended, but not yet waited for: its state is Z.
        while !fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_else(|_| ") Z".to_owned()).contains(") Z") {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        server.kill();
    }

    /// A copy whose server does not run.
    pub fn copy(&self) -> Self {
        let copy = Self::empty();
        copy_all(&self.data(), &copy.data());
        copy_all(&self.store(), &copy.store());
        copy
    }

    pub fn options(&self) -> Options {
        Options { signing: Some(Signing::new(signer())), ..Options::nats(self.data(), &self.url()) }
    }

    pub fn open(&self) -> Result<Engine, String> {
        Engine::open(&self.options(), &mut |_| {}).map_err(|error| error.to_string())
    }

    pub fn repair_options(&self) -> RepairOptions {
        RepairOptions { keys: vec![signer().verifier().clone()], ..RepairOptions::nats(self.data(), &self.url()) }
    }

    /// Asks the JetStream API as an administrator would.
    pub fn admin(&self, what: &str, body: Value) -> Value {
        self.send(&format!("$JS.API.{what}"), if body.is_null() { String::new() } else { body.to_string() })
    }

    /// Sends a message and waits for the answer.
    pub fn send(&self, subject: &str, body: String) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = async_nats::connect(self.url()).await.unwrap();
            let answer = client.request(subject.to_owned(), body.into()).await.unwrap();
            serde_json::from_slice(&answer.payload).unwrap()
        })
    }

    /// All frames of the archive in order.
    pub fn frames(&self) -> Vec<Frame> {
        let mut reader = Reader::open(&self.record(), DEFAULT_LEDGER).unwrap();
        std::iter::from_fn(|| reader.next_any().unwrap().map(|(frame, _)| frame)).collect()
    }

    /// The entries of the archive.
    pub fn entries(&self) -> Vec<Vec<u8>> {
        self.frames().iter().flat_map(|frame| frame.entries().map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
    }

    /// The entries of the stream.
    pub fn stream_entries(&self) -> Vec<Vec<u8>> {
        let mut entries = Vec::new();
        read_stream(&NatsOptions::new(&self.url(), &self.record()), DEFAULT_LEDGER, &mut |frame| {
            entries.extend(frame.entries().map(<[u8]>::to_vec));
            Ok(())
        })
        .unwrap();
        entries
    }

    /// Segment files in order.
    pub fn segments(&self) -> Vec<PathBuf> {
        files(&self.record()).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "frames")).collect()
    }

    /// Block files of the stream, in order.
    pub fn blocks(&self) -> Vec<PathBuf> {
        let mut blocks: Vec<PathBuf> = files(&self.store())
            .into_iter()
            .filter(|path| path.extension().is_some_and(|kind| kind == "blk"))
            .collect();
        let number = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().parse::<u64>().unwrap();
        blocks.sort_by_key(number);
        blocks
    }

    /// Writes the archive in many small segments, so that damage lands in several.
    fn resegment(&self) {
        let frames = self.frames();
        self.segments().iter().for_each(|path| fs::remove_file(path).unwrap());
        for (segment, frames) in frames.chunks(PER_SEGMENT).enumerate() {
            let (number, index) = (segment * PER_SEGMENT + 1, frames[0].header().first_index);
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes().to_vec()).collect();
            fs::write(self.record().join(format!("{number:016}-{index:016}.frames")), bytes).unwrap();
        }
    }

    /// Entries of before that are lost or changed, and whether outcomes and state are as before and it takes more.
    pub fn compare(&self, truth: &Truth) -> Result<(), String> {
        let same = |entries: Vec<Vec<u8>>| entries == truth.entries;
        if !same(self.entries()) || !same(self.stream_entries()) {
            return Err("entries are not what they were".to_owned());
        }
        let engine = self.open()?;
        let (digest, outcomes) = sums(&engine);
        if (digest, outcomes) != (truth.digest, truth.outcomes) {
            return Err("outcomes are not what they were".to_owned());
        }
        let told = engine.submit("tester", events(ONE_MORE, 1)).map_err(|error| error.to_string())?;
        let receipts = told.blocking_recv().unwrap().map_err(|error| error.to_string())?;
        engine.stop().map_err(|error| error.to_string())?;
        let index = receipts[0].index;
        if index == truth.entries.len() as u64 { Ok(()) } else { Err(format!("the next event stands at {index}")) }
    }
}

pub fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let to = to.join(item.file_name());
        if item.path().is_dir() {
            copy_all(&item.path(), &to);
        } else {
            fs::copy(item.path(), to).unwrap();
        }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let Ok(items) = fs::read_dir(dir) else { return Vec::new() };
    let paths = items.flatten().map(|item| item.path());
    let mut paths: Vec<PathBuf> =
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    paths.sort();
    paths
}
