//! The settling thread: owns the log's home, makes frames durable in order and reports their items. When it
//! ends with an error it reports every item that still waits, so that nobody waits for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

use super::build::Message;
use super::items::{Item, Reported, Settled};
use super::queue::Queue;
use crate::kill_points;
use crate::limits::RECHECK_MS;
use crate::record::error::LogError;
use crate::record::log::scrub::Scrub;
use crate::record::log::stream_info::StreamInfo;
use crate::record::log::{Concluded, FileLog, FileScrub, FileScrubbing, Frame, Log, LogHome, NatsLog, Pipeline, Tip};

pub(super) type Sink<T> = Box<dyn FnMut(Reported<T>) + Send>;

pub(super) struct Settler<T> {
    queue: Arc<Queue<T>>,
    home: LogHome,
    tip: Tip,
    frames: UnboundedReceiver<Message<T>>,
    sink: Sink<T>,
}

impl<T> Settler<T> {
    pub(super) fn new(queue: Arc<Queue<T>>, log: Log, frames: UnboundedReceiver<Message<T>>, sink: Sink<T>) -> Self {
        Self { queue, home: log.home, tip: log.tip, frames, sink }
    }

    pub(super) fn run(self) {
        let Self { queue, home, tip, mut frames, sink } = self;
        let mut report = Report { queue, sink, epoch: tip.epoch };
        match home {
            LogHome::File(file) => settle_files(file, &tip, &mut frames, &mut report),
            LogHome::Nats(nats) => settle_stream(*nats, tip, &mut frames, &mut report),
            // No writer starts on such a log.
            LogHome::Followed(_) => report.end(Arc::new(LogError::Followed), false, Vec::new()),
        }
        report.close(frames);
    }
}

/// Begins to look after the files of a log; `all` of what is in them, or only what changes by itself.
fn look_after<T>(file: &FileLog, tip: &Tip, all: bool, report: &Report<T>) -> Result<Watched, LogError> {
    let (written, alarm) = (Arc::new(AtomicU64::new(file.frames())), report.queue.alarm.clone());
    let (held, ledger, frames) = (file.held(), tip.ledger, Arc::clone(&written));
    let scrub = FileScrub { held, all, ledger, written: frames, follows: false, alarm };
    Ok((written, scrub.start()?))
}

/// How many frames are durable, and who looks after their files.
type Watched = (Arc<AtomicU64>, FileScrubbing);

fn settle_files<T>(mut file: FileLog, tip: &Tip, frames: &mut UnboundedReceiver<Message<T>>, report: &mut Report<T>) {
    let (written, _scrubbing) = match look_after(&file, tip, true, report) {
        Ok(watched) => watched,
        Err(error) => return report.end(Arc::new(error), false, Vec::new()),
    };
    while let Some(message) = frames.blocking_recv() {
        match message {
            Message::Failed(error, items) => return report.end(error, false, items),
            Message::Frame(frame, settled) => match file.append(&frame) {
                Ok(()) => {
                    kill_points::at("archived");
                    written.store(file.frames(), Ordering::Release);
                    report.settled(settled);
                }
                Err(error) => return report.end(Arc::new(error), true, settled.items),
            },
        }
    }
}

fn settle_stream<T>(mut nats: NatsLog, tip: Tip, frames: &mut UnboundedReceiver<Message<T>>, report: &mut Report<T>) {
    let Some(runtime) = nats.take_runtime() else { return };
    let give_up = Arc::clone(&report.queue.give_up);
    let dir = nats.archive.dir().to_path_buf();
    let (archived, _looking) = match look_after(&nats.archive, &tip, false, report) {
        Ok(watched) => watched,
        Err(error) => return report.end(Arc::new(error), false, Vec::new()),
    };
    let held = nats.archive.held();
    let scrub = Scrub::new(nats.broker.clone(), nats.created.clone(), held, Arc::clone(&archived));
    let pipeline = Pipeline::new(nats.broker.clone(), nats.created.clone(), &tip, dir, nats.retry, give_up);
    let mut stream =
        StreamSettler { pipeline, archive: &mut nats.archive, archived, last: None, report, building: true };
    // On a thread of its own, so that no frame ever waits for it.
    let scrubbing = runtime.spawn(scrub.run());
    runtime.block_on(stream.run(frames, scrubbing));
    runtime.shutdown_background();
}

struct StreamSettler<'a, T> {
    pipeline: Pipeline<Settled<T>>,
    archive: &'a mut FileLog,
    /// How many frames stream and archive both hold.
    archived: Arc<AtomicU64>,
    /// The last of them that this writer made, with its number.
    last: Option<(u64, Bytes)>,
    report: &'a mut Report<T>,
    /// Whether more frames may come.
    building: bool,
}

impl<T> StreamSettler<'_, T> {
    async fn run(&mut self, frames: &mut UnboundedReceiver<Message<T>>, mut scrubbing: JoinHandle<LogError>) {
        // The check goes by the clock, not by the frames; no frame ever waits for it.
        let mut recheck = tokio::time::interval(Duration::from_millis(RECHECK_MS));
        let mut checking: Option<BoxFuture<'static, Checked>> = None;
        while self.building || !self.pipeline.is_empty() {
            let done = tokio::select! {
                biased;
                answer = self.pipeline.answer() => {
                    match self.pipeline.conclude(answer).await {
                        Ok(concluded) => self.concluded(concluded),
                        Err(error) => Err((error, Vec::new())),
                    }
                }
                message = frames.recv(), if self.building => self.take(message).await,
                checked = wait(&mut checking), if checking.is_some() => {
                    checking = None;
                    self.checked(checked).map_err(|error| (error, Vec::new()))
                }
                difference = &mut scrubbing => {
                    Err((difference.unwrap_or_else(|e| LogError::Thread { why: e.to_string() }), Vec::new()))
                }
                _ = recheck.tick(), if checking.is_none() => {
                    self.report.queue.state.lock().unanswered_since.get_or_insert_with(Instant::now);
                    checking = Some(self.check().boxed());
                    Ok(())
                }
            };
            if let Err((error, items)) = done {
                return self.end(Arc::new(error), items);
            }
        }
    }

    async fn take(&mut self, message: Option<Message<T>>) -> Result<(), (LogError, Vec<Item<T>>)> {
        match message {
            Some(Message::Frame(frame, settled)) => self.pipeline.push(frame, settled).await,
            Some(Message::Failed(error, items)) => {
                // What was published before may still settle; only these items are lost for certain.
                self.report.end(error, false, items);
                self.building = false;
            }
            None => self.building = false,
        }
        Ok(())
    }

    /// Stream first, archive second, caller last: the archive never holds what the stream may still refuse, and whoever has an
    /// answer finds it in both.
    fn concluded(&mut self, concluded: Concluded<Settled<T>>) -> Result<(), (LogError, Vec<Item<T>>)> {
        match concluded {
            Concluded::Again => Ok(()),
            Concluded::Occupied(found) => {
                let theirs = Frame::decode(found).map_or(0, |frame| frame.header().epoch);
                let frame = self.pipeline.settled() + 1;
                Err((LogError::Fenced { frame, theirs, ours: self.report.epoch }, Vec::new()))
            }
            Concluded::Settled(frame, settled) => {
                kill_points::at("acked");
                if let Err(error) = self.archive.append(&frame) {
                    return Err((error, settled.items));
                }
                kill_points::at("archived");
                self.archived.store(self.archive.frames(), Ordering::Release);
                self.last = Some((self.archive.frames(), frame.bytes().clone()));
                self.report.settled(settled);
                Ok(())
            }
        }
    }

    /// Asks the stream how it is; the answer is held against what had settled before asking.
    fn check(&self) -> impl Future<Output = Checked> + Send + 'static {
        let (broker, settled, last) = (self.pipeline.broker.clone(), self.pipeline.settled(), self.last.clone());
        async move {
            let info = broker.info().await;
            // A number that was handed out again does not show in how many there are.
            let Some((number, bytes)) = last else { return (settled, info, None) };
            match broker.read(number).await {
                Ok(found) if found.as_ref() != Some(&bytes) => (settled, info, Some((number, bytes))),
                _ => (settled, info, None),
            }
        }
    }

    fn checked(&self, (settled, info, replaced): Checked) -> Result<(), LogError> {
        match info {
            Ok(info) => {
                self.report.queue.state.lock().unanswered_since = None;
                self.pipeline.examine(&info, settled).and_then(|()| self.not_replaced(replaced))
            }
            Err(error @ LogError::NoStream { .. }) => Err(error),
            // Not reachable now, which is told as being held up; the next check asks again.
            Err(_) => Ok(()),
        }
    }

    fn not_replaced(&self, replaced: Option<(u64, Bytes)>) -> Result<(), LogError> {
        let Some((number, bytes)) = replaced else { return Ok(()) };
        let index = Frame::decode(bytes).map_or(0, |frame| frame.header().first_index);
        let why = format!("sequence {number}, or one before, is not what was archived under that number");
        Err(LogError::BrokerLostTail { stream: self.pipeline.broker.name().to_owned(), index, why })
    }

    fn end(&mut self, error: Arc<LogError>, items: Vec<Item<T>>) {
        let items = items.into_iter().chain(self.pipeline.abandon().flat_map(|settled| settled.items)).collect();
        self.report.end(error, true, items);
    }
}

/// What had settled before asking, what the stream said, and the last frame if it is not there as it was.
type Checked = (u64, Result<StreamInfo, LogError>, Option<(u64, Bytes)>);

async fn wait(checking: &mut Option<BoxFuture<'static, Checked>>) -> Checked {
    match checking {
        Some(checking) => checking.await,
        None => std::future::pending().await,
    }
}

/// Tells the callers what became of their items.
struct Report<T> {
    queue: Arc<Queue<T>>,
    sink: Sink<T>,
    /// Of this writer.
    epoch: u64,
}

impl<T> Report<T> {
    fn settled(&mut self, settled: Settled<T>) {
        // Room for the next frame is made before the fold runs, so that building overlaps it.
        self.queue.state.lock().settled();
        self.queue.wake.notify_one();
        match self.queue.damaged() {
            Some(error) => (self.sink)(Reported::Ended { error, maybe_recorded: true, items: settled.items }),
            None => (self.sink)(Reported::Settled(settled)),
        }
    }

    fn end(&mut self, error: Arc<LogError>, maybe_recorded: bool, items: Vec<Item<T>>) {
        tracing::error!(%error, "the writer ends");
        self.queue.end(Arc::clone(&error));
        if !items.is_empty() {
            (self.sink)(Reported::Ended { error, maybe_recorded, items });
        }
    }

    /// Reports what was built or queued behind the end.
    fn close(mut self, mut frames: UnboundedReceiver<Message<T>>) {
        let Some(error) = self.queue.ended() else { return };
        while let Some(message) = frames.blocking_recv() {
            let items = match message {
                Message::Frame(_, settled) => settled.items,
                Message::Failed(_, items) => items,
            };
            (self.sink)(Reported::Ended { error: Arc::clone(&error), maybe_recorded: false, items });
        }
        let waiting = std::mem::take(&mut self.queue.state.lock().waiting);
        for items in waiting {
            (self.sink)(Reported::Ended { error: Arc::clone(&error), maybe_recorded: false, items });
        }
    }
}
