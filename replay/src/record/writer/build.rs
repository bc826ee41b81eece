//! The building thread: turns waiting items into frames and knows where the record will end with them.
//! It never waits for a timer: a frame leaves as soon as fewer than the allowed number are under way.

use std::collections::VecDeque;
use std::sync::Arc;

use ledger::tree::merkle::leaf_hash;
use proto::entry::Raw;
use tokio::sync::mpsc::UnboundedSender;

use super::items::{EncodeEntry, Item, Settled};
use super::queue::Queue;
use super::salt::Salts;
use crate::limits::{COMPANION_BYTES, MAX_FRAME_BYTES};
use crate::record::error::LogError;
use crate::record::leaves::Leaves;
use crate::record::log::frame::{FrameBuilder, Offered};
use crate::record::log::{ClockWatch, Frame, Log, Tip};

/// From the building to the settling thread. The in-flight count bounds how many there are.
#[allow(clippy::large_enum_variant)] // Nearly all of them are frames: a box would be one allocation more for each.
pub(super) enum Message<T> {
    /// A frame and what is in it.
    Frame(Frame, Settled<T>),
    /// Building ended with an error; these items are in no frame.
    Failed(Arc<LogError>, Vec<Item<T>>),
}

pub(super) struct Builder<T> {
    queue: Arc<Queue<T>>,
    tip: Tip,
    clock: ClockWatch,
    encode: EncodeEntry,
    depth: usize,
    to_home: UnboundedSender<Message<T>>,
    /// Taken off the queue, not yet in a frame.
    pending: VecDeque<Item<T>>,
    salts: Salts,
}

impl<T> Builder<T> {
    pub(super) fn new(
        queue: Arc<Queue<T>>,
        log: &Log,
        encode: EncodeEntry,
        depth: usize,
        to_home: UnboundedSender<Message<T>>,
    ) -> Self {
        let (tip, clock) = (log.tip.clone(), log.clock.watch());
        Self { queue, tip, clock, encode, depth, to_home, pending: VecDeque::new(), salts: Salts::default() }
    }

    pub(super) fn run(mut self) {
        while self.take() {
            match self.build() {
                Ok((frame, settled)) => {
                    if let Err(unsent) = self.to_home.send(Message::Frame(frame, settled)) {
                        return self.give_up(unsent.0);
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    self.queue.end(Arc::clone(&error));
                    let items = self.pending.drain(..).collect();
                    let _ = self.to_home.send(Message::Failed(error, items));
                    return;
                }
            }
        }
        let items: Vec<_> = self.pending.drain(..).collect();
        let error = self.queue.ended();
        if let Some(error) = error {
            let _ = self.to_home.send(Message::Failed(error, items));
        }
    }

    /// The settling thread is gone only when it panicked; the items go back to the queue's end report.
    fn give_up(self, _unsent: Message<T>) {
        self.queue.end(Arc::new(LogError::Thread { why: "settling has ended".to_owned() }));
    }

    /// Waits until a frame may leave and items are there; takes about a frame of them. False at the end.
    fn take(&mut self) -> bool {
        let pending: usize = self.pending.iter().map(Item::cost).take(4_096).sum();
        let mut state = self.queue.state.lock();
        loop {
            if state.ended.is_some() || self.queue.damaged().is_some() {
                return false;
            }
            let idle = self.pending.is_empty() && state.waiting.is_empty();
            if idle && state.stopping {
                return false;
            }
            // A crowd of small submissions shares the syncs of few frames: while one frame is under way, the
            // next leaves only if it has something to carry. It never waits longer than for that frame.
            let worth_it = state.in_flight == 0 || pending + state.waiting_bytes >= COMPANION_BYTES;
            if !idle && worth_it && state.in_flight < self.depth {
                break;
            }
            self.queue.wake.wait(&mut state);
        }
        let mut bytes = pending;
        while bytes < MAX_FRAME_BYTES {
            let Some(items) = state.waiting.pop_front() else { break };
            let cost: usize = items.iter().map(Item::cost).sum();
            state.waiting_bytes -= cost;
            bytes += cost;
            self.pending.extend(items);
        }
        state.begun();
        true
    }

    /// Builds one frame of the pending items. On an error they all stay pending.
    fn build(&mut self) -> Result<(Frame, Settled<T>), LogError> {
        let recorded_ms = self.clock.read(self.tip.recorded_ms)?;
        let header = self.tip.next_header(recorded_ms);
        let mut builder = FrameBuilder::new();
        let mut taken = 0;
        let mut leaves = Leaves::default();
        let salts = self.salts.of(self.pending.len())?;
        for (item, salt) in self.pending.iter().zip(salts) {
            let Item { again, speaker, content, .. } = item;
            let (proof, principal) = (speaker.proof, &*speaker.principal);
            let raw = Raw { recorded_ms, proof, again: *again, salt: *salt, principal, content };
            match builder.offer(|out| (self.encode)(out, &raw)) {
                Offered::Taken(from, to) => {
                    leaves.push(&mut self.tip.frontier, leaf_hash(builder.part(from, to)));
                }
                Offered::NoRoom => break,
                Offered::TooLong(bytes) => {
                    return Err(LogError::EntryTooLong { bytes, max: crate::limits::MAX_ENTRY_BYTES });
                }
            }
            taken += 1;
        }
        let frame = builder.finish(header);
        self.tip.advance_header(frame.header());
        let items = self.pending.drain(..taken).collect();
        let salts = salts[..taken].to_vec();
        Ok((frame, Settled { first_index: header.first_index, recorded_ms, items, leaves, salts }))
    }
}
