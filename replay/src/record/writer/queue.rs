//! What submitters, the building thread and the settling thread share: the bounded queue, and whether the writer goes on.
//! Nothing here waits for the record.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::{Condvar, Mutex};

use super::items::{Item, SubmitError};
use crate::limits::MAX_ENTRY_BYTES;
use crate::record::error::LogError;

/// Shared by submitters, the building thread and the settling thread.
pub(super) struct Queue<T> {
    pub(super) state: Mutex<State<T>>,
    /// Signals the building thread: items wait, a frame settled, or the end is near.
    pub(super) wake: Condvar,
    queue_bytes: usize,
    /// Set by stopping: a broker that cannot be reached is then given up after some time.
    pub(super) give_up: Arc<AtomicBool>,
}

/// What waits, and how far the writer is.
pub(super) struct State<T> {
    /// Submissions, the oldest first.
    pub(super) waiting: VecDeque<Vec<Item<T>>>,
    pub(super) waiting_bytes: usize,
    /// Frames that are built and not settled.
    pub(super) in_flight: usize,
    pub(super) stopping: bool,
    /// Why the writer ended.
    pub(super) ended: Option<Arc<LogError>>,
}

impl<T> Queue<T> {
    pub(super) fn new(queue_bytes: usize) -> Self {
        let state = State { waiting: VecDeque::new(), waiting_bytes: 0, in_flight: 0, stopping: false, ended: None };
        Self { state: Mutex::new(state), wake: Condvar::new(), queue_bytes, give_up: Arc::default() }
    }

    /// Takes all items, or none.
    pub(super) fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
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

    /// Why the writer ended, if it did.
    pub(super) fn ended(&self) -> Option<Arc<LogError>> {
        self.state.lock().ended.clone()
    }

    /// Marks the end; the first reason stays.
    pub(super) fn end(&self, error: Arc<LogError>) {
        self.state.lock().ended.get_or_insert(error);
        self.wake.notify_all();
    }
}
