//! A stream in memory that fails on purpose, by a seed: the faults a real one shows rarely and at no chosen
//! moment. For tests of the publishing protocol; nothing in it is durable, and no release has it.

use std::future::ready;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::broker::StreamServer;
use super::frame::{Frame, FrameBuilder, Header};
use super::homes::{Log, LogHome};
use super::nats::{Connected, NatsLog, runtime};
use super::opening::{LogOptions, Visit};
use super::stream_info::{Answer, StreamInfo};
use crate::pause::Backoff;
use crate::record::error::{Full, LogError};

/// What the stream does wrong, each one time in so many publishes; 0 is never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Stores, but the answer is lost.
    pub lost_answer: u64,
    /// Answers nothing and stores at a later publish, if the place is then still right.
    pub late_store: u64,
    /// Neither stores nor answers.
    pub lost_message: u64,
    /// Says "duplicate" to a repeat, as a replicated stream does, instead of "wrong last sequence".
    pub says_duplicate: bool,
    /// Reading fails.
    pub read_fails: u64,
    /// Acknowledges under the wrong number.
    pub gap: u64,
    /// Another writer's opening frame takes the place.
    pub foreign: u64,
    /// Forgets its last messages and hands their numbers out again.
    pub truncation: u64,
    /// Has no room beyond so many bytes; 0 is no limit.
    pub max_bytes: usize,
}

/// A faulty stream; clones share it.
#[derive(Clone, Debug)]
pub struct FaultyBroker {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    faults: Faults,
    random: u64,
    messages: Vec<Bytes>,
    late: Vec<(u64, Bytes)>,
    /// Lands right behind the next message.
    behind: Vec<Bytes>,
    drift: Vec<String>,
}

impl FaultyBroker {
    /// An empty stream whose faults follow from `seed`.
    #[must_use]
    pub fn new(seed: u64, faults: Faults) -> Self {
        let random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let state =
            State { faults, random, messages: Vec::new(), late: Vec::new(), behind: Vec::new(), drift: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Changes what it does wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.state.lock().faults = faults;
    }

    /// Pretends that somebody changed a setting.
    pub fn drift(&self, difference: &str) {
        self.state.lock().drift.push(difference.to_owned());
    }

    /// Lets messages of another writer land right behind the next one stored: they were under way and expect
    /// its sequence, whoever's it is.
    pub fn land_behind_next(&self, messages: Vec<Bytes>) {
        self.state.lock().behind = messages;
    }

    /// Forgets all messages behind the first `keep`.
    pub fn truncate(&self, keep: usize) {
        self.state.lock().messages.truncate(keep);
    }

    /// Everything stored, in order.
    #[must_use]
    pub fn messages(&self) -> Vec<Bytes> {
        self.state.lock().messages.clone()
    }
}

impl StreamServer for FaultyBroker {
    fn name(&self) -> &str {
        "in memory"
    }

    fn publish(&self, last_sequence: u64, frame: Bytes) -> BoxFuture<'_, BoxFuture<'static, Answer>> {
        ready(ready(self.state.lock().publish(last_sequence, frame)).boxed()).boxed()
    }

    fn read(&self, sequence: u64) -> BoxFuture<'_, Result<Option<Bytes>, LogError>> {
        ready(self.state.lock().read(sequence)).boxed()
    }

    fn read_any(&self, sequence: u64) -> BoxFuture<'_, Result<Option<Bytes>, LogError>> {
        self.read(sequence)
    }

    fn info(&self) -> BoxFuture<'_, Result<StreamInfo, LogError>> {
        let state = self.state.lock();
        let messages = state.messages.len() as u64;
        let info = StreamInfo {
            created: "once".to_owned(),
            first_sequence: messages.min(1),
            last_sequence: messages,
            messages,
            differences: state.drift.clone(),
        };
        ready(Ok(info)).boxed()
    }

    fn connects(&self) -> u64 {
        1
    }
}

impl Log {
    /// Opens such a stream, with a real archive in `dir`. Nothing is waited for between two attempts.
    ///
    /// # Errors
    /// As [`Log::open_nats`].
    pub fn open_faulty(
        broker: &FaultyBroker,
        dir: &Path,
        options: &LogOptions,
        seen: Visit<'_>,
    ) -> Result<Self, LogError> {
        let stream = Connected { broker: Arc::new(broker.clone()), runtime: runtime()?, retry: Backoff::none() };
        let (home, tip, torn) = NatsLog::open(stream, dir, options, seen)?;
        Ok(Self::opened(LogHome::Nats(Box::new(home)), tip, options, torn))
    }
}

impl State {
    fn read(&mut self, sequence: u64) -> Result<Option<Bytes>, LogError> {
        let one_in = self.faults.read_fails;
        if self.chance(one_in) {
            return Err(LogError::Nats { doing: "reading".to_owned(), answer: "no answer".to_owned() });
        }
        let at = usize::try_from(sequence).ok().and_then(|sequence| sequence.checked_sub(1));
        Ok(at.and_then(|at| self.messages.get(at).cloned()))
    }

    fn chance(&mut self, one_in: u64) -> bool {
        // xorshift64: small, and the same on every machine.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        one_in != 0 && self.random.is_multiple_of(one_in)
    }

    fn publish(&mut self, last_sequence: u64, frame: Bytes) -> Answer {
        if self.chance(2) {
            for (last, late) in std::mem::take(&mut self.late) {
                let _ = self.store(last, late);
            }
        }
        if self.chance(self.faults.lost_message) {
            return Answer::Unknown("lost message".to_owned());
        }
        if self.chance(self.faults.late_store) {
            self.late.push((last_sequence, frame));
            return Answer::Unknown("late".to_owned());
        }
        if self.chance(self.faults.truncation) {
            self.messages.pop();
        }
        if self.chance(self.faults.foreign) && self.messages.len() as u64 == last_sequence {
            let _ = self.store(last_sequence, foreign(&frame));
        }
        let answer = self.store(last_sequence, frame);
        if self.chance(self.faults.lost_answer) {
            return Answer::Unknown("lost answer".to_owned());
        }
        match answer {
            Answer::Stored(sequence) if self.chance(self.faults.gap) => Answer::Stored(sequence + 1),
            other => other,
        }
    }

    fn store(&mut self, last_sequence: u64, frame: Bytes) -> Answer {
        let known = usize::try_from(last_sequence).ok().and_then(|at| self.messages.get(at)) == Some(&frame);
        if self.faults.says_duplicate && known {
            return Answer::Duplicate(last_sequence + 1);
        }
        if self.messages.len() as u64 != last_sequence {
            return Answer::WrongLast;
        }
        let bytes: usize = self.messages.iter().map(Bytes::len).sum();
        if self.faults.max_bytes != 0 && bytes + frame.len() > self.faults.max_bytes {
            return Answer::Full(Full::Stream, "maximum bytes exceeded".to_owned());
        }
        self.messages.push(frame);
        self.messages.append(&mut self.behind);
        Answer::Stored(last_sequence + 1)
    }
}

/// The opening frame with which another writer would take over at the place of `frame`.
fn foreign(frame: &Bytes) -> Bytes {
    match Frame::decode(frame.clone()) {
        Ok(frame) => {
            let header = Header { epoch: frame.header().epoch + 1, writer: 1, ..*frame.header() };
            FrameBuilder::new().finish(header).bytes().clone()
        }
        Err(_) => Bytes::new(),
    }
}
