//! Where the record ends, and the rule by which the next frame continues it: same ledger, dense index,
//! right root, no lower epoch, no earlier time. Storage is none of its business.

use ledger::hash::hex;
use ledger::tree::merkle::Frontier;
use serde::{Deserialize, Serialize};

use super::frame::{Frame, FrameBuilder, Header};
use crate::limits::FENCE_FRAMES;

/// The end of the record as far as it was read or built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// Which ledger.
    pub ledger: [u8; 16],
    /// Frames so far; over NATS this is the last stream sequence.
    pub frames: u64,
    /// Epoch of the last frame, 0 before the first.
    pub epoch: u64,
    /// Writer number of the last frame.
    pub writer: u64,
    /// Number of the frame that raised the epoch to this, 0 before the first.
    pub opened: u64,
    /// Recorded time of the last frame.
    pub recorded_ms: i64,
    /// The tree over all entries so far.
    pub frontier: Frontier,
}

impl Tip {
    /// Before the first frame.
    #[must_use]
    pub fn new(ledger: [u8; 16]) -> Self {
        Self { ledger, frames: 0, epoch: 0, writer: 0, opened: 0, recorded_ms: 0, frontier: Frontier::new() }
    }

    /// Whether there can be such an end. One that was kept in a file may have been harmed there.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        let fits = self.frontier.peaks().len() == self.frontier.size().count_ones() as usize;
        fits && self.opened <= self.frames && self.frames.max(self.frontier.size()) <= i64::MAX as u64
    }

    /// Index of the next entry, which is the number of entries so far.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.frontier.size()
    }

    /// Whether `frame`, coming next, is void: a fenced writer had it under way when the epoch was raised. The
    /// stream compares only the last sequence, so such a frame can land just behind an opening frame. It
    /// takes a place and nothing else. Later than that no such frame can land, see [`FENCE_FRAMES`].
    #[must_use]
    pub fn is_void(&self, frame: &Frame) -> bool {
        let header = frame.header();
        let just_opened = self.frames - self.opened < FENCE_FRAMES;
        header.ledger == self.ledger && header.epoch < self.epoch && just_opened
    }

    /// Whether `frame` may come next; otherwise what is wrong with it.
    pub fn check(&self, frame: &Frame) -> Result<(), String> {
        let header = frame.header();
        if header.ledger != self.ledger {
            return Err(format!("it belongs to ledger {}", hex(&header.ledger)));
        }
        if self.is_void(frame) {
            return Ok(());
        }
        if header.first_index != self.next_index() {
            return Err(format!("it begins at index {}, not {}", header.first_index, self.next_index()));
        }
        if header.epoch < self.epoch {
            return Err(format!("its epoch {} is below {}", header.epoch, self.epoch));
        }
        if header.epoch > self.epoch && header.count != 0 {
            return Err(format!(
                "it raises the epoch from {} to {} without being an opening frame",
                self.epoch, header.epoch
            ));
        }
        if header.epoch == self.epoch && header.writer != self.writer {
            return Err(format!("a second writer used epoch {}", header.epoch));
        }
        if header.recorded_ms < self.recorded_ms {
            return Err(format!("its time {} lies before {}", header.recorded_ms, self.recorded_ms));
        }
        if header.root != self.frontier.root() {
            return Err("its root does not fit the entries before it".to_owned());
        }
        Ok(())
    }

    /// Takes `frame` as the next one. The caller has checked it.
    pub fn advance(&mut self, frame: &Frame) {
        if self.is_void(frame) {
            self.frames += 1;
            return;
        }
        frame.leaves().iter().for_each(|leaf| self.frontier.push(*leaf));
        self.advance_header(frame.header());
    }

    /// As [`Tip::advance`], when the leaves were pushed while the frame was built.
    pub(crate) fn advance_header(&mut self, header: &Header) {
        self.frames += 1;
        if header.epoch > self.epoch {
            self.opened = self.frames;
        }
        self.epoch = header.epoch;
        self.writer = header.writer;
        self.recorded_ms = header.recorded_ms;
    }

    /// The header of the next frame of the same writer.
    pub(crate) fn next_header(&self, recorded_ms: i64) -> Header {
        Header {
            ledger: self.ledger,
            epoch: self.epoch,
            writer: self.writer,
            first_index: self.next_index(),
            recorded_ms: recorded_ms.max(self.recorded_ms),
            count: 0,
            body_bytes: 0,
            root: self.frontier.root(),
        }
    }

    /// The opening frame of a new writer: no entries, the next epoch.
    pub(crate) fn opening(&self, writer: u64, now_ms: i64) -> Frame {
        self.opening_at(self.epoch + 1, writer, now_ms)
    }

    /// An empty frame of the current writer, to take a place.
    pub(crate) fn padding(&self) -> Frame {
        FrameBuilder::new().finish(self.next_header(self.recorded_ms))
    }

    /// The opening frame of a chosen epoch, when others came in between.
    pub(crate) fn opening_at(&self, epoch: u64, writer: u64, now_ms: i64) -> Frame {
        let header = Header { epoch, writer, ..self.next_header(now_ms) };
        FrameBuilder::new().finish(header)
    }
}
