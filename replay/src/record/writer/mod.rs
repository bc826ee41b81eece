//! The one writer of a ledger: takes submissions into a bounded queue, builds frames of whatever waits, hands
//! them to the log and reports each entry once it is durable in all homes. Folding is not its business.

mod build;
mod settle;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use crate::limits::{ENTRY_OVERHEAD_BYTES, MAX_ENTRY_BYTES, QUEUE_BYTES};
use crate::record::error::LogError;
use crate::record::leaves::Leaves;
use crate::record::log::{Log, LogHome};

/// Appends one entry's bytes to the buffer: recorded time, principal, content.
pub type EncodeEntry = fn(&mut Vec<u8>, i64, &str, &[u8]);

/// One event on its way into the record.
#[derive(Debug)]
pub struct Item<T> {
    /// Who submits it.
    pub principal: Arc<str>,
    /// The event as bytes, exactly as received.
    pub content: Bytes,
    /// The caller's own, handed back unchanged.
    pub tag: T,
}

/// Entries that are durable in every home, in the order of the record.
#[derive(Debug)]
pub struct Settled<T> {
    /// Index of the first.
    pub first_index: u64,
    /// When they were recorded.
    pub recorded_ms: i64,
    /// One after the other.
    pub items: Vec<Item<T>>,
    /// Their places in the tree.
    pub leaves: Leaves,
}

/// What becomes of items; each item is reported exactly once.
#[derive(Debug)]
pub enum Outcome<T> {
    /// They are recorded.
    Settled(Settled<T>),
    /// The writer ended first.
    Ended {
        /// Why.
        error: Arc<LogError>,
        /// Whether they may nevertheless be in the record; if not, they are certainly not.
        maybe_recorded: bool,
        /// Those items.
        items: Vec<Item<T>>,
    },
}

/// Why a submission was not taken. The items come back unrecorded.
#[derive(Debug)]
pub enum SubmitError<T> {
    /// The queue is full; come back later.
    Full(Vec<Item<T>>),
    /// An item is too long for an entry.
    TooLong {
        /// Which one.
        position: usize,
        /// Its bytes with the principal.
        bytes: usize,
        /// All items.
        items: Vec<Item<T>>,
    },
    /// The writer has ended.
    Ended {
        /// Why; `None` after an orderly stop.
        error: Option<Arc<LogError>>,
        /// All items.
        items: Vec<Item<T>>,
    },
}

/// What the writer needs besides its log.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    /// How entries are written.
    pub encode: EncodeEntry,
    /// Bytes that may wait for a frame.
    pub queue_bytes: usize,
}

impl WriterOptions {
    /// The usual limits.
    #[must_use]
    pub fn new(encode: EncodeEntry) -> Self {
        Self { encode, queue_bytes: QUEUE_BYTES }
    }
}

/// The longest content that surely fits an entry beside this principal.
#[must_use]
pub fn content_limit(principal: &str) -> usize {
    MAX_ENTRY_BYTES.saturating_sub(ENTRY_OVERHEAD_BYTES + principal.len())
}

/// Shared by submitters, the building thread and the settling thread.
struct Shared<T> {
    state: Mutex<State<T>>,
    /// Signals the building thread: items wait, a frame settled, or the end is near.
    wake: Condvar,
    queue_bytes: usize,
    /// Set by stopping: a broker that cannot be reached is then given up after some time.
    give_up: Arc<AtomicBool>,
}

struct State<T> {
    waiting: VecDeque<Vec<Item<T>>>,
    waiting_bytes: usize,
    in_flight: usize,
    stopping: bool,
    ended: Option<Arc<LogError>>,
}

/// The writer. Dropping it stops it after the waiting items are recorded.
pub struct Writer<T: Send + 'static> {
    shared: Arc<Shared<T>>,
    threads: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static> std::fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

/// A handle for submitting, cheap to clone.
pub struct Submitter<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Clone for Submitter<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> std::fmt::Debug for Submitter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Submitter")
    }
}

impl<T: Send + 'static> Writer<T> {
    /// Starts writing to `log`. `sink` is called in the order of the record, from one thread; while it does
    /// not return, no further frame settles, so a bounded channel in it holds the writer back.
    pub fn start(
        log: Log,
        options: WriterOptions,
        sink: impl FnMut(Outcome<T>) + Send + 'static,
    ) -> Result<Self, LogError> {
        if matches!(log.home, LogHome::Followed(_)) {
            return Err(LogError::Followed);
        }
        let state = State { waiting: VecDeque::new(), waiting_bytes: 0, in_flight: 0, stopping: false, ended: None };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            wake: Condvar::new(),
            queue_bytes: options.queue_bytes,
            give_up: Arc::default(),
        });
        let depth = log.in_flight();
        let (to_home, from_builder) = tokio::sync::mpsc::unbounded_channel();
        let builder = build::Builder::new(Arc::clone(&shared), &log, options.encode, depth, to_home);
        let home = settle::Settler::new(Arc::clone(&shared), log, from_builder, Box::new(sink));
        let mut writer = Self { shared, threads: Vec::new() };
        writer.spawn("record-settle", move || home.run())?;
        writer.spawn("record-build", move || builder.run())?;
        Ok(writer)
    }

    /// A handle for submitting from other threads.
    #[must_use]
    pub fn submitter(&self) -> Submitter<T> {
        Submitter { shared: Arc::clone(&self.shared) }
    }

    /// Queues items in order, all or none. Never blocks on the record.
    pub fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
        self.shared.submit(items)
    }

    /// Why the writer ended, if it did.
    #[must_use]
    pub fn ended(&self) -> Option<Arc<LogError>> {
        self.shared.state.lock().ended.clone()
    }

    /// Records what waits, then stops and releases the log.
    pub fn stop(mut self) -> Result<(), Arc<LogError>> {
        self.finish();
        self.ended().map_or(Ok(()), Err)
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), LogError> {
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|e| LogError::Thread { why: e.to_string() })?;
        self.threads.push(thread);
        Ok(())
    }

    fn finish(&mut self) {
        self.shared.state.lock().stopping = true;
        self.shared.give_up.store(true, Ordering::Relaxed);
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                self.shared.end(Arc::new(LogError::Thread { why: "it panicked".to_owned() }));
            }
        }
    }
}

impl<T: Send + 'static> Drop for Writer<T> {
    fn drop(&mut self) {
        self.finish();
    }
}

impl<T> Submitter<T> {
    /// Queues items in order, all or none. Never blocks on the record.
    pub fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
        self.shared.submit(items)
    }

    /// Why the writer ended, if it did.
    #[must_use]
    pub fn ended(&self) -> Option<Arc<LogError>> {
        self.shared.state.lock().ended.clone()
    }
}

impl<T> Item<T> {
    fn cost(&self) -> usize {
        self.content.len() + self.principal.len() + ENTRY_OVERHEAD_BYTES
    }
}

impl<T> Shared<T> {
    fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
        let mut bytes = 0;
        for (position, item) in items.iter().enumerate() {
            if item.cost() > MAX_ENTRY_BYTES {
                let bytes = item.content.len() + item.principal.len();
                return Err(SubmitError::TooLong { position, bytes, items });
            }
            bytes += item.cost();
        }
        let mut state = self.state.lock();
        if state.stopping || state.ended.is_some() {
            return Err(SubmitError::Ended { error: state.ended.clone(), items });
        }
        if state.waiting_bytes + bytes > self.queue_bytes {
            return Err(SubmitError::Full(items));
        }
        state.waiting_bytes += bytes;
        if !items.is_empty() {
            state.waiting.push_back(items);
        }
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// Marks the end; the first reason stays.
    fn end(&self, error: Arc<LogError>) {
        self.state.lock().ended.get_or_insert(error);
        self.wake.notify_all();
    }
}
