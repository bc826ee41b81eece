//! Reads the whole stream again while a writer or follower goes on, and compares each message with the archive's frame of that
//! number: a bit that flips in the middle shows nowhere else until somebody reads it. Gentle: it rests nine tenths of the
//! time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;

use super::broker::Broker;
use super::frame::Frame;
use super::held::HeldDir;
use super::reader::Numbered;
use crate::limits::{
    CATCH_UP_AHEAD, RETRY_PAUSE_MAX_MS, SCRUB_AGAIN_MS, SCRUB_FRAMES, SCRUB_PATIENCE_MS, SCRUB_REST, SCRUB_REST_MAX_MS,
    SCRUB_REST_MIN_MS,
};
use crate::record::error::LogError;

/// What the stream is compared with.
pub(crate) struct Scrub {
    broker: Broker,
    /// When the stream was created, by its own account.
    created: String,
    archive: HeldDir,
    /// Frames that both must hold; grows while the writer writes.
    archived: Arc<AtomicU64>,
}

impl Scrub {
    pub(crate) fn new(broker: Broker, created: String, archive: HeldDir, archived: Arc<AtomicU64>) -> Self {
        Self { broker, created, archive, archived }
    }

    /// Compares again and again; answers the first difference.
    pub(crate) async fn run(self) -> LogError {
        loop {
            let connects = self.broker.connects();
            if let Err(difference) = self.pass().await {
                return difference;
            }
            let since = Instant::now();
            // What a server's files hold can have changed when it comes back.
            while since.elapsed() < Duration::from_millis(SCRUB_AGAIN_MS) && self.broker.connects() == connects {
                tokio::time::sleep(Duration::from_millis(RETRY_PAUSE_MAX_MS)).await;
            }
        }
    }

    async fn pass(&self) -> Result<(), LogError> {
        let last = self.archived.load(Ordering::Acquire);
        let mut frames = Numbered::new(self.archive.dir.clone());
        while frames.next_number() <= last {
            let began = Instant::now();
            let (from, to) = (frames.next_number(), last.min(frames.next_number() + SCRUB_FRAMES - 1));
            let read = tokio::task::spawn_blocking(move || {
                let some: Result<Vec<Frame>, LogError> = (from..=to).map(|_| frames.next_frame()).collect();
                (frames, some)
            });
            let (read, some) = read.await.map_err(|error| LogError::Thread { why: error.to_string() })?;
            frames = read;
            // Where the archive itself was taken away, that is what there is to say.
            let some = some.map_err(|error| self.archive.there().err().unwrap_or(error))?;
            self.compare(from, &some).await?;
            let (least, most) = (Duration::from_millis(SCRUB_REST_MIN_MS), Duration::from_millis(SCRUB_REST_MAX_MS));
            let rest = (began.elapsed() * SCRUB_REST).clamp(least, most);
            tokio::time::sleep(rest).await;
        }
        Ok(())
    }

    async fn compare(&self, from: u64, frames: &[Frame]) -> Result<(), LogError> {
        let mut found = futures_util::stream::iter(from..)
            .take(frames.len())
            .map(|sequence| async move { (sequence, self.read(sequence).await) })
            .buffered(CATCH_UP_AHEAD);
        let mut ours = frames.iter();
        while let (Some((sequence, found)), Some(frame)) = (found.next().await, ours.next()) {
            let why = match found {
                Ok(Some(bytes)) if bytes == frame.bytes() => continue,
                Ok(Some(_)) => "is not what was archived under that number".to_owned(),
                Ok(None) => "is missing".to_owned(),
                Err(error @ LogError::NoStream { .. }) => return Err(error),
                Err(error) => format!("cannot be read any more: {error}"),
            };
            return Err(self.lost(frame.header().first_index, format!("sequence {sequence} {why}")).await);
        }
        Ok(())
    }

    /// What is said of a difference: where somebody changed or replaced the stream, that rather than what came of it.
    async fn lost(&self, index: u64, why: String) -> LogError {
        let stream = self.broker.name().to_owned();
        match self.broker.info().await {
            Ok(info) if !info.differences.is_empty() => LogError::Settings { stream, differences: info.differences },
            Ok(info) if info.created != self.created => {
                let why = format!("it was created at {}, not {}, and {why}", info.created, self.created);
                LogError::BrokerLostTail { stream, index, why }
            }
            _ => LogError::BrokerLostTail { stream, index, why },
        }
    }

    /// One message. A server that cannot be reached is waited for; one that answers, but not to this, lost it.
    async fn read(&self, sequence: u64) -> Result<Option<Bytes>, LogError> {
        let mut failing: Option<Instant> = None;
        loop {
            let error = match self.broker.read_any(sequence).await {
                Ok(message) => return Ok(message),
                Err(error) => error,
            };
            match self.broker.info().await {
                Ok(_) => {
                    let since = *failing.get_or_insert_with(Instant::now);
                    if since.elapsed() > Duration::from_millis(SCRUB_PATIENCE_MS) {
                        return Err(error);
                    }
                }
                Err(gone @ LogError::NoStream { .. }) => return Err(gone),
                Err(_) => failing = None,
            }
            tokio::time::sleep(Duration::from_millis(RETRY_PAUSE_MAX_MS)).await;
        }
    }
}
