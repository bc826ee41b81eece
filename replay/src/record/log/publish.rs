//! How frames get into the stream and when they count as there. A published frame never changes: after any
//! doubt the identical bytes are published again, until their sequence is occupied by them or by another's.
//! The archive and the callers' answers come after this, in the caller.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::broker::Broker;
use super::frame::Frame;
use super::stream_info::{Answer, Expected, StreamInfo};
use super::tip::Tip;
use crate::limits::PATIENCE_MS;
use crate::pause::Backoff;
use crate::record::error::LogError;

/// Frames under way to the stream, in order, each with what the caller wants back.
pub(crate) struct Pipeline<P> {
    pub(crate) broker: Broker,
    created: String,
    flights: VecDeque<Flight<P>>,
    /// The last sequence known to hold our frame, and the index after it.
    settled: u64,
    next_index: u64,
    archive: PathBuf,
    /// Set when the writer should stop: a dead broker is then given up after some time.
    give_up: Arc<AtomicBool>,
    retry: Backoff,
    failing_since: Option<Instant>,
}

struct Flight<P> {
    frame: Frame,
    payload: P,
    answer: BoxFuture<'static, Answer>,
}

/// What became of the frame in front.
pub(crate) enum Concluded<P> {
    /// It is in the stream.
    Settled(Frame, P),
    /// It and those behind it were published again.
    Again,
    /// Its place is taken by this message.
    Occupied(Bytes),
}

impl<P> Pipeline<P> {
    /// Goes on after `tip`, which the stream and the archive in `archive` both hold.
    pub(crate) fn new(
        broker: Broker,
        created: String,
        tip: &Tip,
        archive: PathBuf,
        retry: Backoff,
        give_up: Arc<AtomicBool>,
    ) -> Self {
        let (settled, next_index, flights) = (tip.frames, tip.next_index(), VecDeque::new());
        Self { broker, created, flights, settled, next_index, archive, give_up, retry, failing_since: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    /// The last sequence known to hold our frame.
    pub(crate) fn settled(&self) -> u64 {
        self.settled
    }

    /// Publishes the next frame behind those under way.
    pub(crate) async fn push(&mut self, frame: Frame, payload: P) {
        let last_sequence = self.settled + self.flights.len() as u64;
        let answer = self.broker.publish(last_sequence, frame.bytes().clone()).await;
        self.flights.push_back(Flight { frame, payload, answer });
    }

    /// Waits for the answer to the frame in front; for ever if there is none. May be dropped while waiting.
    pub(crate) async fn answer(&mut self) -> Answer {
        match self.flights.front_mut() {
            Some(front) => (&mut front.answer).await,
            None => std::future::pending().await,
        }
    }

    /// Takes the front frame back, for reporting its end.
    pub(crate) fn abandon(&mut self) -> impl Iterator<Item = P> + use<'_, P> {
        self.flights.drain(..).map(|flight| flight.payload)
    }

    /// Draws the conclusion from the answer to the frame in front.
    pub(crate) async fn conclude(&mut self, answer: Answer) -> Result<Concluded<P>, LogError> {
        let Some(front) = self.flights.front() else { return Ok(Concluded::Again) };
        let sequence = self.settled + 1;
        match answer {
            Answer::Stored(found) if found == sequence => return Ok(self.settle()),
            Answer::Stored(found) => {
                let why = format!("the frame for sequence {sequence} was acknowledged as {found}");
                return Err(self.lost(why));
            }
            _ => {}
        }
        let ours = front.frame.bytes().clone();
        // Whatever was answered, what is at the place decides: an answer may be late, lost or of an earlier attempt.
        match self.read_back(sequence).await? {
            Some(found) if found == ours => Ok(self.settle()),
            Some(found) => Ok(Concluded::Occupied(found)),
            None => self.after_empty(sequence, answer).await,
        }
    }

    /// Nothing at that place: proves nothing by itself, so either the stream is broken or we publish again.
    async fn after_empty(&mut self, sequence: u64, answer: Answer) -> Result<Concluded<P>, LogError> {
        match answer {
            Answer::Full(full, answer) => {
                return Err(LogError::StreamFull { stream: self.broker.name().to_owned(), full, answer });
            }
            Answer::Refused(answer) => {
                return Err(LogError::Nats { doing: format!("publishing sequence {sequence}"), answer });
            }
            Answer::Duplicate(found) if found != sequence => {
                return Err(self.lost(format!("the frame for sequence {sequence} was called a duplicate of {found}")));
            }
            _ => {}
        }
        let info = self.insist(|broker| broker.info()).await?;
        self.examine(&info, self.settled)?;
        if info.last_sequence >= sequence {
            // It may have landed between the two questions; then the message is there now.
            return match self.read_back(sequence).await? {
                Some(found) if self.is_front(&found) => Ok(self.settle()),
                Some(found) => Ok(Concluded::Occupied(found)),
                None => {
                    let last = info.last_sequence;
                    Err(self.lost(format!("sequence {sequence} is gone though the stream ends at {last}")))
                }
            };
        }
        // Only now, when the stream is known to be ours and to end before this place: published to another it would stay.
        self.pause().await?;
        self.publish_again().await;
        Ok(Concluded::Again)
    }

    fn is_front(&self, found: &Bytes) -> bool {
        self.flights.front().is_some_and(|front| front.frame.bytes() == found)
    }

    fn settle(&mut self) -> Concluded<P> {
        self.retry.reset();
        self.failing_since = None;
        match self.flights.pop_front() {
            Some(flight) => {
                debug_assert!(flight.frame.header().first_index >= self.next_index, "frames settle in their order");
                self.settled += 1;
                self.next_index = flight.frame.next_index();
                Concluded::Settled(flight.frame, flight.payload)
            }
            None => Concluded::Again,
        }
    }

    /// A late copy of an earlier publish does no harm: it fits only the place it was made for.
    async fn publish_again(&mut self) {
        for (last_sequence, flight) in (self.settled..).zip(self.flights.iter_mut()) {
            flight.answer = self.broker.publish(last_sequence, flight.frame.bytes().clone()).await;
        }
    }

    /// Holds what the stream says of itself against what it acknowledged up to `settled`.
    pub(crate) fn examine(&self, info: &StreamInfo, settled: u64) -> Result<(), LogError> {
        info.fits(&Expected { settled, ..self.expected() })
    }

    fn expected(&self) -> Expected<'_> {
        Expected {
            stream: self.broker.name(),
            created: &self.created,
            settled: self.settled,
            next_index: self.next_index,
            archive: &self.archive,
        }
    }

    fn lost(&self, why: String) -> LogError {
        self.expected().lost(why)
    }

    async fn read_back(&mut self, sequence: u64) -> Result<Option<Bytes>, LogError> {
        self.insist(|broker| broker.read(sequence)).await
    }

    /// Asks until there is an answer.
    async fn insist<T>(
        &mut self,
        ask: impl for<'a> Fn(&'a Broker) -> BoxFuture<'a, Result<T, LogError>>,
    ) -> Result<T, LogError> {
        loop {
            match ask(&self.broker).await {
                Err(error) if !matches!(error, LogError::NoStream { .. }) => {
                    tracing::warn!(%error, frames = self.flights.len(), "the stream cannot be reached; trying on");
                    self.pause().await.map_err(|gave_up| if self.flights.is_empty() { error } else { gave_up })?;
                }
                answered => return answered,
            }
        }
    }

    /// Waits a little, longer each time, before the next attempt.
    async fn pause(&mut self) -> Result<(), LogError> {
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() > Duration::from_millis(PATIENCE_MS) && self.give_up.load(Ordering::Relaxed) {
            return Err(LogError::StoppedUnsettled { frames: self.flights.len() });
        }
        self.retry.wait().await;
        Ok(())
    }
}
