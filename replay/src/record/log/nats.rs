//! The record as a JetStream stream with a local archive. Here: opening, which compares the two, catches the
//! archive up and raises the epoch, and the order stream, then archive, then caller. How a frame gets into
//! the stream is in `publish`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::broker::{Broker, NatsBroker};
use super::file::FileLog;
use super::frame::Frame;
use super::frames::Frames;
use super::nats_options::NatsOptions;
use super::opening::{LogOptions, Visit, random_number, visit};
use super::publish::{Concluded, Pipeline};
use super::reader::Torn;
use super::reader::{first_index_of, frame_at};
use super::stream_info::StreamInfo;
use super::tip::Tip;
use crate::files::replace;
use crate::limits::{FENCE_FRAMES, TAKE_OVER_MS};
use crate::pause::Backoff;
use crate::record::error::LogError;

/// A stream and its archive, opened for writing.
#[derive(Debug)]
pub(crate) struct NatsLog {
    pub(crate) broker: Broker,
    pub(crate) retry: Backoff,
    pub(crate) archive: FileLog,
    /// When the stream was created, by its own account.
    pub(crate) created: String,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for NatsLog {
    fn drop(&mut self) {
        // Waiting for the runtime's threads is not allowed inside another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl NatsLog {
    /// Opens the stream to write to it: compares it with the archive in `dir`, catches that up and raises the epoch.
    pub(crate) fn open(
        stream: Connected,
        dir: &Path,
        log: &LogOptions,
        seen: Visit<'_>,
    ) -> Result<(Self, Tip, Option<Torn>), LogError> {
        Self::open_as(Some(log), stream, dir, log.ledger, seen)
    }

    /// Opens the stream to follow it: nothing is published, so the epoch stays another's.
    pub(crate) fn open_to_follow(
        stream: Connected,
        dir: &Path,
        ledger: [u8; 16],
        seen: Visit<'_>,
    ) -> Result<(Self, Tip, Option<Torn>), LogError> {
        Self::open_as(None, stream, dir, ledger, seen)
    }

    fn open_as(
        writer: Option<&LogOptions>,
        stream: Connected,
        dir: &Path,
        ledger: [u8; 16],
        seen: Visit<'_>,
    ) -> Result<(Self, Tip, Option<Torn>), LogError> {
        let Connected { broker, runtime, retry } = stream;
        // A record that belongs to another ledger, or is set up wrongly, is refused before anything is read.
        let info = runtime.block_on(broker.info())?;
        let (archive, tip, torn) = FileLog::open_archive(dir, ledger, seen)?;
        let opening = Opening { broker: &broker, retry, archive, tip, info };
        let (archive, tip, created) = runtime.block_on(opening.run(writer, torn.is_some(), seen))?;
        Ok((Self { broker, retry, archive, created, runtime: Some(runtime) }, tip, torn))
    }

    /// The runtime that drives the connection, and the rest. The runtime must outlive what it drives.
    pub(crate) fn take_runtime(&mut self) -> Option<tokio::runtime::Runtime> {
        self.runtime.take()
    }
}

/// A stream to open, with what drives its connection.
pub(crate) struct Connected {
    pub(crate) broker: Broker,
    pub(crate) runtime: tokio::runtime::Runtime,
    /// How long is waited between two attempts to reach it.
    pub(crate) retry: Backoff,
}

impl Connected {
    /// Connects to a server.
    pub(crate) fn to(options: &NatsOptions) -> Result<Self, LogError> {
        let runtime = runtime()?;
        let broker = runtime.block_on(NatsBroker::connect(options))?;
        Ok(Self { broker, runtime, retry: Backoff::retry() })
    }
}

/// One thread is enough: the connection's tasks; waiting is done on the caller's thread.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, LogError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("record-nats")
        .enable_all()
        .build()
        .map_err(|e| LogError::Thread { why: e.to_string() })
}

struct Opening<'a> {
    broker: &'a Broker,
    retry: Backoff,
    archive: FileLog,
    tip: Tip,
    info: StreamInfo,
}

impl Opening<'_> {
    /// Comes level with the stream and, for a writer, raises the epoch.
    async fn run(
        mut self,
        writer: Option<&LogOptions>,
        torn: bool,
        seen: Visit<'_>,
    ) -> Result<(FileLog, Tip, String), LogError> {
        self.check_info()?;
        // Before anything is copied: what follows a difference would only hide where it begins.
        self.check_prefix(torn).await?;
        self.catch_up(seen).await?;
        if let Some(log) = writer {
            self.raise(log, seen).await?;
        }
        // Last: a stream that was refused is not taken for ours.
        remember_created(self.archive.dir(), &self.info.created)?;
        Ok((self.archive, self.tip, self.info.created))
    }

    fn check_info(&self) -> Result<(), LogError> {
        let stream = self.broker.name().to_owned();
        if !self.info.differences.is_empty() {
            return Err(LogError::Settings { stream, differences: self.info.differences.clone() });
        }
        self.info.whole().map_err(|why| self.lost(1, why))?;
        match known_created(self.archive.dir())? {
            Some(created) if created != self.info.created => {
                Err(self.lost(1, format!("it was created at {}, ours at {created}", self.info.created)))
            }
            _ => Ok(()),
        }
    }

    fn lost(&self, frame: u64, why: String) -> LogError {
        let index = first_index_of(self.archive.dir(), frame).unwrap_or_else(|| self.tip.next_index());
        LogError::BrokerLostTail { stream: self.broker.name().to_owned(), index, why }
    }

    /// The archive must be a prefix of the stream. Each frame holds the root over all before it, so equal
    /// frames at the archive's end mean equal records up to there.
    async fn check_prefix(&self, torn: bool) -> Result<(), LogError> {
        let (archived, last) = (self.archive.frames(), self.info.last_sequence);
        if last < archived {
            let why = format!("it ends at sequence {last}, the archive at frame {archived}");
            return Err(self.lost(last + 1, why));
        }
        if torn && last == archived {
            let why = format!("the archive's unfinished frame {} was acknowledged and is not there", archived + 1);
            return Err(self.lost(archived + 1, why));
        }
        if archived == 0 || self.same(archived).await? {
            return Ok(());
        }
        // Find the first difference: everything before it is equal, everything after it differs.
        let (mut equal, mut differs) = (0, archived);
        while equal + 1 < differs {
            let middle = equal.midpoint(differs);
            if self.same(middle).await? { equal = middle } else { differs = middle }
        }
        Err(self.lost(differs, format!("sequence {differs} is not frame {differs} of the archive")))
    }

    async fn same(&self, number: u64) -> Result<bool, LogError> {
        let stored = self.broker.read(number).await?;
        let ours = frame_at(self.archive.dir(), number);
        Ok(stored.as_ref() == ours.as_ref().map(Frame::bytes))
    }

    /// Copies what the stream has and the archive has not.
    async fn catch_up(&mut self, seen: Visit<'_>) -> Result<(), LogError> {
        let mut frames = Frames::acknowledged(self.broker, self.archive.frames() + 1..=self.info.last_sequence);
        while let Some(frame) = frames.next(&self.tip).await? {
            take(&mut self.archive, &mut self.tip, &frame, seen)?;
        }
        Ok(())
    }

    /// Publishes the opening frame. Frames of a lower epoch that land first are taken, and it is made again.
    async fn raise(&mut self, log: &LogOptions, seen: Visit<'_>) -> Result<(), LogError> {
        let writer = random_number();
        let mine = self.tip.epoch + 1;
        let since = Instant::now();
        while self.tip.epoch < mine {
            let now = log.clock.not_behind(self.tip.recorded_ms)?;
            self.put(self.tip.opening_at(mine, writer, now), seen).await?;
            if since.elapsed() > Duration::from_millis(TAKE_OVER_MS) {
                return Err(LogError::Busy { stream: self.broker.name().to_owned(), theirs: self.tip.epoch });
            }
        }
        // The stream compares only the last sequence, so what the fenced writer had under way may land behind
        // the opening frame. All those places are taken, one by one, before anything counts on its place.
        while self.tip.epoch == mine && self.tip.writer == writer && self.tip.frames - self.tip.opened < FENCE_FRAMES {
            self.put(self.tip.padding(), seen).await?;
        }
        if self.tip.epoch != mine || self.tip.writer != writer {
            return Err(LogError::Fenced { frame: self.tip.frames, theirs: self.tip.epoch, ours: mine });
        }
        Ok(())
    }

    /// Publishes one frame; if others have taken its place, takes those instead.
    async fn put(&mut self, frame: Frame, seen: Visit<'_>) -> Result<(), LogError> {
        let give_up = Arc::new(AtomicBool::new(true));
        let dir = self.archive.dir().to_path_buf();
        let (broker, created) = (self.broker.clone(), self.info.created.clone());
        let mut pipeline = Pipeline::new(broker, created, &self.tip, dir, self.retry, give_up);
        pipeline.push(frame, ()).await;
        loop {
            let answer = pipeline.answer().await;
            match pipeline.conclude(answer).await? {
                Concluded::Settled(frame, ()) => return take(&mut self.archive, &mut self.tip, &frame, seen),
                Concluded::Occupied(_) => break,
                Concluded::Again => {}
            }
        }
        self.info = self.broker.info().await?;
        self.catch_up(seen).await
    }
}

/// Archives a frame, then shows it unless it is void: what was shown must be there at the next start.
pub(super) fn take(archive: &mut FileLog, tip: &mut Tip, frame: &Frame, seen: Visit<'_>) -> Result<(), LogError> {
    archive.append(frame)?;
    advance(tip, frame, seen)
}

/// Takes a frame as the next one and shows it unless it is void.
fn advance(tip: &mut Tip, frame: &Frame, seen: Visit<'_>) -> Result<(), LogError> {
    // A frame is void by what came before it.
    let void = tip.is_void(frame);
    tip.advance(frame);
    if void { Ok(()) } else { visit(seen, frame) }
}

/// Reads a whole stream without an archive and without writing anything; answers where it ends.
pub fn read_stream(options: &NatsOptions, ledger: [u8; 16], seen: Visit<'_>) -> Result<Tip, LogError> {
    let Connected { broker, runtime, .. } = Connected::to(options)?;
    let result = runtime.block_on(async {
        let last = broker.info().await?.last_sequence;
        let (mut tip, mut frames) = (Tip::new(ledger), Frames::of(&broker, 1..=last));
        while let Some(frame) = frames.next(&tip).await? {
            advance(&mut tip, &frame, seen)?;
        }
        Ok(tip)
    });
    runtime.shutdown_background();
    result
}

/// The file among the segments that says when the stream was created.
pub(crate) const CREATED: &str = "stream-created";

/// When the stream was created that this archive belongs to, if it is known.
pub(crate) fn known_created(dir: &Path) -> Result<Option<String>, LogError> {
    let path = dir.join(CREATED);
    match std::fs::read_to_string(&path) {
        Ok(created) => Ok(Some(created)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(LogError::io("reading", &path, e)),
    }
}

/// Kept outside the server's store, so that a deleted and recreated stream is noticed.
fn remember_created(dir: &Path, created: &str) -> Result<(), LogError> {
    let path = dir.join(CREATED);
    if known_created(dir)?.is_some() {
        return Ok(());
    }
    // Whole or not at all: half of it would make the stream another one.
    replace(&path, created.as_bytes()).map_err(|e| LogError::io("writing", &path, e))
}
