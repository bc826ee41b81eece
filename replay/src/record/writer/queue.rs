//! What submitters, the building thread and the settling thread share: the bounded queue, and whether the writer goes on.
//! Nothing here waits for the record.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};

use super::items::{Item, SubmitError};
use crate::limits::{HELD_UP_MS, MAX_ENTRY_BYTES};
use crate::record::alarm::Alarm;
use crate::record::error::LogError;

/// Shared by submitters, the building thread and the settling thread.
pub(super) struct Queue<T> {
    pub(super) state: Mutex<State<T>>,
    /// Signals the building thread: items wait, a frame settled, or the end is near.
    pub(super) wake: Condvar,
    queue_bytes: usize,
    pub(super) alarm: Alarm,
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
    /// Since when the frame in front is on its way.
    pub(super) front_since: Option<Instant>,
    /// Since when the stream owes an answer to how it is.
    pub(super) unanswered_since: Option<Instant>,
    /// Why the writer ended.
    pub(super) ended: Option<Arc<LogError>>,
}

impl<T> State<T> {
    /// One frame more is on its way.
    pub(super) fn begun(&mut self) {
        self.in_flight += 1;
        self.front_since.get_or_insert_with(Instant::now);
    }

    /// The frame in front has settled.
    pub(super) fn settled(&mut self) {
        self.in_flight -= 1;
        self.front_since = (self.in_flight > 0).then(Instant::now);
    }
}

impl<T> Queue<T> {
    pub(super) fn new(queue_bytes: usize, alarm: Alarm) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            in_flight: 0,
            stopping: false,
            front_since: None,
            unanswered_since: None,
            ended: None,
        };
        Self { state: Mutex::new(state), wake: Condvar::new(), queue_bytes, alarm, give_up: Arc::default() }
    }

    /// Takes all items, or none.
    pub(super) fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
        let mut bytes = 0;
        for (position, item) in items.iter().enumerate() {
            if item.cost() > MAX_ENTRY_BYTES {
                let bytes = item.content.len() + item.speaker.principal.len();
                return Err(SubmitError::TooLong { position, bytes, items });
            }
            bytes += item.cost();
        }
        let mut state = self.state.lock();
        let error = state.ended.clone().or_else(|| self.damaged());
        if state.stopping || error.is_some() {
            return Err(SubmitError::Ended { error, items });
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
        self.state.lock().ended.clone().or_else(|| self.damaged())
    }

    /// What of the record is known to be damaged: nothing is acknowledged any more, though it may be durable.
    pub(super) fn damaged(&self) -> Option<Arc<LogError>> {
        self.alarm.raised()
    }

    /// Since when what keeps the record does not answer, if that is too long: neither disk nor broker says why.
    pub(super) fn held_up(&self) -> Option<SystemTime> {
        let state = self.state.lock();
        let since = [state.front_since, state.unanswered_since].into_iter().flatten().min()?;
        let long = since.elapsed() > Duration::from_millis(HELD_UP_MS) && state.ended.is_none();
        SystemTime::now().checked_sub(since.elapsed()).filter(|_| long)
    }

    /// Marks the end; the first reason stays.
    pub(super) fn end(&self, error: Arc<LogError>) {
        self.alarm.raise(&error);
        self.state.lock().ended.get_or_insert(error);
        self.wake.notify_all();
    }
}
