//! The writer's threads, from start to stop, and the handle with which others submit. What the threads do is in `build` and
//! `settle`.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::SystemTime;

use super::build::Builder;
use super::items::{Item, Reported, SubmitError, WriterOptions};
use super::queue::Queue;
use super::settle::Settler;
use crate::record::error::LogError;
use crate::record::log::{Log, LogHome};

/// The writer. Dropping it stops it after the waiting items are recorded.
pub struct Writer<T: Send + 'static> {
    queue: Arc<Queue<T>>,
    threads: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static> std::fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

/// A handle for submitting, cheap to clone.
pub struct Submitter<T> {
    queue: Arc<Queue<T>>,
}

impl<T> Clone for Submitter<T> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
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
        sink: impl FnMut(Reported<T>) + Send + 'static,
    ) -> Result<Self, LogError> {
        if matches!(log.home, LogHome::Followed(_)) {
            return Err(LogError::Followed);
        }
        let queue = Arc::new(Queue::new(options.queue_bytes, log.alarm.clone()));
        let depth = log.in_flight();
        let (to_home, from_builder) = tokio::sync::mpsc::unbounded_channel();
        let builder = Builder::new(Arc::clone(&queue), &log, options.encode, depth, to_home);
        let home = Settler::new(Arc::clone(&queue), log, from_builder, Box::new(sink));
        let mut writer = Self { queue, threads: Vec::new() };
        writer.spawn("record-settle", move || home.run())?;
        writer.spawn("record-build", move || builder.run())?;
        Ok(writer)
    }

    /// A handle for submitting from other threads.
    #[must_use]
    pub fn submitter(&self) -> Submitter<T> {
        Submitter { queue: Arc::clone(&self.queue) }
    }

    /// Queues items in order, all or none. Never blocks on the record.
    pub fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
        self.queue.submit(items)
    }

    /// Why the writer ended, if it did.
    #[must_use]
    pub fn ended(&self) -> Option<Arc<LogError>> {
        self.queue.ended()
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
        self.queue.state.lock().stopping = true;
        self.queue.give_up.store(true, Ordering::Relaxed);
        self.queue.wake.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                self.queue.end(Arc::new(LogError::Thread { why: "it panicked".to_owned() }));
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
    /// Since when what keeps the record does not answer, if that is too long.
    #[must_use]
    pub fn held_up(&self) -> Option<SystemTime> {
        self.queue.held_up()
    }

    /// Queues items in order, all or none. Never blocks on the record.
    pub fn submit(&self, items: Vec<Item<T>>) -> Result<(), SubmitError<T>> {
        self.queue.submit(items)
    }

    /// Why the writer ended, if it did.
    #[must_use]
    pub fn ended(&self) -> Option<Arc<LogError>> {
        self.queue.ended()
    }
}
