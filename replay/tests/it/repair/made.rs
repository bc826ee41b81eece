//! Records made by hand, frame by frame, and their files. Damages and asserts nothing but that the frames follow each other.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::event::{Event, Kind};
use ledger::money::Day;
use proto::entry::{Raw, SALT_BYTES, encode_into};
use replay::engine::DEFAULT_LEDGER;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::signed_note::{Role, Signer};
use replay::proof::tally::Turnover;
use replay::proof::trust::announcement;
use replay::record::log::frame::FrameBuilder;
use replay::record::log::{Frame, Header, Tip};

/// Frames of a segment.
const PER_SEGMENT: usize = 4;
/// Name of the ledger's key.
const ORIGIN: &str = "example.gov.cn/ledger";

/// Frames made by hand.
#[derive(Clone)]
pub struct Made {
    pub frames: Vec<Frame>,
    pub tip: Tip,
}

impl Made {
    pub fn new() -> Self {
        let mut made = Self { frames: Vec::new(), tip: Tip::new(DEFAULT_LEDGER) };
        made.open(7);
        made
    }

    pub fn with(calls: u64) -> Self {
        let mut made = Self::new();
        made.say(calls, 0);
        made
    }

    pub fn open(&mut self, writer: u64) {
        let frame = self.frame(self.tip.epoch + 1, writer, &[]);
        self.push(frame);
    }

    pub fn say(&mut self, calls: u64, mark: u8) {
        for call in 0..calls {
            let entries: Vec<Vec<u8>> = (0..call % 3 + 1).map(|entry| vec![mark, call as u8, entry as u8]).collect();
            let frame = self.frame(self.tip.epoch, self.tip.writer, &entries);
            self.push(frame);
        }
    }

    /// Says that a key announces another.
    pub fn announce(&mut self, next: &Signer, by: &Signer) {
        let kind = Kind::KeyAnnounced(announcement(next.verifier(), by));
        let content = proto::event::encode(&Event::said(Day::from_yyyymmdd(20_260_105).unwrap(), kind));
        let (recorded_ms, salt) = (proto::samples::LATE_MS, [0; SALT_BYTES]);
        let raw = Raw {
            recorded_ms,
            proof: ledger::entry::Proof::Named,
            again: None,
            salt,
            principal: "somebody",
            content: &content,
        };
        let mut entry = Vec::new();
        encode_into(&mut entry, &raw).unwrap();
        let frame = self.frame(self.tip.epoch, self.tip.writer, &[entry]);
        self.push(frame);
    }

    pub fn frame(&self, epoch: u64, writer: u64, entries: &[Vec<u8>]) -> Frame {
        let (first_index, root) = (self.tip.next_index(), self.tip.frontier.root());
        let (ledger, recorded_ms) = (DEFAULT_LEDGER, proto::samples::LATE_MS);
        let header = Header { ledger, epoch, writer, first_index, recorded_ms, count: 0, body_bytes: 0, root };
        let mut builder = FrameBuilder::new();
        for entry in entries {
            builder.offer(|bytes| bytes.extend_from_slice(entry));
        }
        builder.finish(header)
    }

    pub fn push(&mut self, frame: Frame) {
        assert_eq!(self.tip.check(&frame), Ok(()));
        self.tip.advance(&frame);
        self.frames.push(frame);
    }

    /// Writes the segments of a ledger's directory.
    pub fn write(&self, data: &Path) {
        let dir = data.join("record");
        fs::create_dir_all(&dir).unwrap();
        for (segment, frames) in self.frames.chunks(PER_SEGMENT).enumerate() {
            let (number, index) = (segment * PER_SEGMENT + 1, frames[0].header().first_index);
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes().to_vec()).collect();
            fs::write(dir.join(format!("{number:016}-{index:016}.frames")), bytes).unwrap();
        }
    }

    pub fn sign(&self, data: &Path, signer: &Signer) {
        let (origin, size, root) = (ORIGIN.to_owned(), self.tip.next_index(), self.tip.frontier.root());
        let dir = data.join("checkpoints");
        fs::create_dir_all(&dir).unwrap();
        let outcomes = Outcomes { origin: origin.clone(), size, root: [1; 32], books: [Turnover::default(); 4] };
        fs::write(dir.join(format!("{size:020}.outcomes")), outcomes.sign(signer).to_string()).unwrap();
        let tree = Checkpoint { origin, size, root };
        fs::write(dir.join(format!("{size:020}.checkpoint")), tree.sign(signer).to_string()).unwrap();
    }
}

pub fn signer(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[seed; 32]).unwrap()
}

pub fn segments(data: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(data.join("record")).unwrap().map(|item| item.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "frames"));
    paths.sort();
    paths
}
