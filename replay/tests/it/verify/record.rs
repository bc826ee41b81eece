//! A small record made frame by frame, so that a test can spoil any byte of it; and the binary run over it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::entry::{Entry, Proof};
use ledger::state::State;
use ledger::tree::outcome_leaf::EntryMark;
use proto::samples::LATE_MS;
use replay::engine::{DEFAULT_LEDGER, Options};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::signed_note::{Role, Signer};
use replay::proof::tally::{Tally, Tallying};
use replay::record::log::frame::FrameBuilder;
use replay::record::log::{Clock, Frame, Header, Tip};
use serde_json::Value;

/// Entries of each frame but the opening one.
pub const PER_FRAME: usize = 3;
/// Frames of each segment.
pub const PER_SEGMENT: usize = 5;
/// Name of the ledger's key.
pub const ORIGIN: &str = "example.gov.cn/ledger";

/// Frames in memory, each with its number and first index, and the directory they are written to.
pub struct Record {
    pub dir: tempfile::TempDir,
    pub frames: Vec<Frame>,
    pub tip: Tip,
}

/// What the entries so far come to.
pub struct Sums {
    pub state: State,
    pub tally: Tally,
    pub root: [u8; 32],
}

impl Record {
    /// One event of each kind, behind an opening frame, written to segments.
    pub fn new() -> Self {
        let mut record = Self { dir: tempfile::tempdir().unwrap(), frames: Vec::new(), tip: Tip::new(DEFAULT_LEDGER) };
        record.push(&[]);
        for events in entries().chunks(PER_FRAME) {
            record.push(events);
        }
        record.write();
        record
    }

    fn push(&mut self, entries: &[Vec<u8>]) {
        let frame = frame(&self.tip, entries);
        self.tip.advance(&frame);
        self.frames.push(frame);
    }

    /// The frame of this number, made again with a byte of its last entry changed and checksum and root fitting.
    pub fn forge(&mut self, number: usize) {
        let mut tip = Tip::new(DEFAULT_LEDGER);
        self.frames[..number - 1].iter().for_each(|frame| tip.advance(frame));
        let mut entries: Vec<Vec<u8>> = self.frames[number - 1].entries().map(<[u8]>::to_vec).collect();
        // In the event's id, behind the head of the entry and of the field: any value of it can be read.
        let id = 10 + PRINCIPAL.len() + 2;
        entries.last_mut().unwrap()[id] ^= 1;
        self.frames[number - 1] = frame(&tip, &entries);
        self.write();
    }

    /// The frame of this number, made again with another recorded time in its last entry.
    #[allow(dead_code)] // Only verifying has a use for it.
    pub fn retime(&mut self, number: usize) {
        let mut tip = Tip::new(DEFAULT_LEDGER);
        self.frames[..number - 1].iter().for_each(|frame| tip.advance(frame));
        let mut entries: Vec<Vec<u8>> = self.frames[number - 1].entries().map(<[u8]>::to_vec).collect();
        entries.last_mut().unwrap()[1] ^= 1;
        self.frames[number - 1] = frame(&tip, &entries);
        self.write();
    }

    /// The frame of this number with other times, of its entries and of itself, and those behind it fitting it.
    #[allow(dead_code)] // Only verifying has a use for it.
    pub fn date(&mut self, number: usize, times: fn(i64, i64) -> (i64, i64)) {
        let mut tip = Tip::new(DEFAULT_LEDGER);
        for at in 0..self.frames.len() {
            let mut entries: Vec<Vec<u8>> = self.frames[at].entries().map(<[u8]>::to_vec).collect();
            let (entry_ms, frame_ms) = if at + 1 == number { times(LATE_MS, LATE_MS) } else { (LATE_MS, LATE_MS) };
            entries.iter_mut().for_each(|entry| entry[1..9].copy_from_slice(&entry_ms.to_le_bytes()));
            self.frames[at] = frame_at(&tip, &entries, frame_ms);
            tip.advance(&self.frames[at]);
        }
        self.tip = tip;
        self.write();
    }

    /// Another record of the same entries, in reverse order: as whole as this one.
    #[allow(dead_code)] // Verifying has no use for it.
    pub fn reverse(&mut self) {
        let mut entries: Vec<Vec<u8>> = self.frames.iter().flat_map(Frame::entries).map(<[u8]>::to_vec).collect();
        entries.reverse();
        (self.frames, self.tip) = (Vec::new(), Tip::new(DEFAULT_LEDGER));
        self.push(&[]);
        for entries in entries.chunks(PER_FRAME) {
            self.push(entries);
        }
        self.write();
    }

    /// Writes all frames again.
    pub fn write(&self) {
        let dir = self.records();
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        for (segment, frames) in self.frames.chunks(PER_SEGMENT).enumerate() {
            let (number, index) = (segment * PER_SEGMENT + 1, frames[0].header().first_index);
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes().to_vec()).collect();
            std::fs::write(dir.join(format!("{number:016}-{index:016}.frames")), bytes).unwrap();
        }
    }

    /// The ledger's directory.
    pub fn data(&self) -> &Path {
        self.dir.path()
    }

    pub fn records(&self) -> PathBuf {
        self.data().join("record")
    }

    /// The segment a frame lies in, and where it begins.
    pub fn place(&self, number: usize) -> (PathBuf, usize) {
        let segment = (number - 1) / PER_SEGMENT;
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(self.records()).unwrap().map(|item| item.unwrap().path()).collect();
        paths.sort();
        let before = &self.frames[segment * PER_SEGMENT..number - 1];
        (paths[segment].clone(), before.iter().map(|frame| frame.bytes().len()).sum())
    }

    /// First index of a frame.
    pub fn index(&self, number: usize) -> u64 {
        self.frames[number - 1].header().first_index
    }

    /// What the first so many entries come to.
    pub fn sums(&self, entries: u64) -> Sums {
        let (mut state, mut tallying, mut tip) = (State::default(), Tallying::default(), Tip::new(DEFAULT_LEDGER));
        for bytes in self.frames.iter().flat_map(Frame::entries).take(usize::try_from(entries).unwrap()) {
            let raw = proto::entry::decode(bytes).unwrap();
            let event = proto::event::decode(raw.content).unwrap();
            let (recorded_ms, principal, content) = (raw.recorded_ms, raw.principal, raw.content);
            let entry = Entry {
                index: state.entries,
                recorded_ms,
                principal,
                proof: Proof::Named,
                again: None,
                content,
                event: &event,
            };
            let outcome = state.fold(&entry).unwrap();
            let leaf = ledger::tree::merkle::leaf_hash(bytes);
            tallying.note(&state, &EntryMark { leaf, salt: raw.salt }, &outcome);
            tip.frontier.push(leaf);
        }
        Sums { state, tally: tallying.tally().clone(), root: tip.frontier.root() }
    }

    /// Keeps a signed checkpoint and the note over outcomes, at a size.
    pub fn sign(&self, size: u64) {
        let Sums { tally, root, .. } = self.sums(size);
        self.keep(
            &format!("{size:020}.checkpoint"),
            &Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer()),
        );
        let (root, books) = (tally.tree().root(), *tally.books());
        let outcomes = Outcomes { origin: ORIGIN.to_owned(), size, root, books };
        self.keep(&format!("{size:020}.outcomes"), &outcomes.sign(&signer()));
    }

    /// Keeps a note among the checkpoints.
    pub fn keep(&self, name: &str, note: &replay::proof::signed_note::Note) {
        let dir = self.data().join("checkpoints");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join(name), note.to_string()).unwrap();
    }

    /// Verifies, with more options.
    pub fn verify(&self, options: &[&str]) -> (Option<i32>, Value) {
        let data = self.data().to_str().unwrap();
        // Notes that contradict each other are kept where no other test looks.
        let evidence = self.data().join("evidence");
        let evidence = ["--evidence", evidence.to_str().unwrap()];
        let output = replay(&[&["verify", "--data", data, "--json"], &evidence[..], options].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("no JSON: {text}{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), value)
    }

    /// Verifies what must differ and answers the difference.
    pub fn differs(&self, options: &[&str]) -> Value {
        let (code, report) = self.verify(options);
        assert_eq!((code, &report["verdict"]), (Some(1), &Value::from("differs")), "{report}");
        report["difference"].clone()
    }
}

/// Who says all of it.
const PRINCIPAL: &str = "省学生资助中心";

/// How a service opens it: by a clock that is not behind its entries.
pub fn options(record: &Record) -> Options {
    Options { clock: Clock::new(|| LATE_MS, || 0), ..Options::file(record.data()) }
}

/// The key of these tests.
pub fn signer() -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[9; 32]).unwrap()
}

/// Runs the binary, where what it keeps beside is nobody's source.
pub fn replay(words: &[&str]) -> Output {
    let folder = env!("CARGO_TARGET_TMPDIR");
    Command::new(env!("CARGO_BIN_EXE_replay")).args(words).current_dir(folder).output().unwrap()
}

fn entries() -> Vec<Vec<u8>> {
    let encode = |event| {
        let mut bytes = Vec::new();
        let content = proto::event::encode(event);
        let raw = proto::entry::Raw {
            recorded_ms: LATE_MS,
            proof: Proof::Named,
            again: None,
            salt: [7; 16],
            principal: PRINCIPAL,
            content: &content,
        };
        proto::entry::encode_into(&mut bytes, &raw).unwrap();
        bytes
    };
    proto::samples::samples().iter().map(encode).collect()
}

fn frame(tip: &Tip, entries: &[Vec<u8>]) -> Frame {
    frame_at(tip, entries, LATE_MS)
}

fn frame_at(tip: &Tip, entries: &[Vec<u8>], recorded_ms: i64) -> Frame {
    let (first_index, root) = (tip.next_index(), tip.frontier.root());
    let header =
        Header { ledger: DEFAULT_LEDGER, epoch: 1, writer: 7, first_index, recorded_ms, count: 0, body_bytes: 0, root };
    let mut builder = FrameBuilder::new();
    for entry in entries {
        builder.offer(|bytes| bytes.extend_from_slice(entry));
    }
    builder.finish(header)
}
