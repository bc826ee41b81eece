//! How an engine begins, takes events and ends. What is folded meanwhile is in `live`; an engine that only follows begins in
//! `follower`.

use super::closings::{ClosingThread, Closings};
use super::folded::watched;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use proto::entry::Raw;
use tokio::sync::oneshot;

use super::balances::Moments;
use super::catch_up::catch_up;
use super::follower::{Follower, writer_of};
use super::live::{FRAMES_TO_FOLD, Fold, LiveState, OnClosing, Tag, sink};
use super::past::Pasts;
use super::{Answered, Detail, Engine, EngineError, Home, Options, Role, Submission};
use crate::limits::STOP_MS;
use crate::proof::comparing;
use crate::proof::notary::{Notary, Reading, SigningError, not_cut};
use crate::record::log::Log;
use crate::record::log::single::Single;
use crate::record::writer::{Item, Speaker, SubmitError, Submitter, Writer, WriterOptions};
use crate::record::{following, repairing};

/// What an engine has that writes.
pub(super) struct Writing {
    submitter: Submitter<Tag>,
    running: Mutex<Option<Running>>,
    notary: Option<Arc<Notary>>,
}

struct Running {
    writer: Writer<Tag>,
    fold: JoinHandle<()>,
    /// Signs balances after closings, if there is a key.
    closings: Option<ClosingThread>,
}

impl Writing {
    /// Starts to write, and to fold what is written.
    fn start(log: Log, live: &Arc<LiveState>, notary: Option<Notary>) -> Result<Self, EngineError> {
        let notary = notary.map(Arc::new);
        let closings = notary.as_deref().map(|notary| Closings::of(&live.read(), notary)).transpose()?.map(Arc::new);
        let (to_fold, from_log) = sync_channel(FRAMES_TO_FOLD);
        let writer = Writer::start(log, WriterOptions::new(encode_entry), sink(to_fold))?;
        let submitter = writer.submitter();
        let closed = closings.clone().map(|closings| Box::new(move |entries| closings.closed(entries)) as OnClosing);
        let fold = Fold::new(Arc::clone(live), notary.clone(), closed);
        let thread = std::thread::Builder::new().name("fold".to_owned());
        let panicked = Arc::clone(live);
        let work = move || {
            watched(|| fold.run(&from_log), || panicked.fail(Arc::new(EngineError::Panicked("the fold"))));
        };
        let fold = thread.spawn(work).map_err(EngineError::Thread)?;
        let signs = closings.zip(notary.clone());
        let closings = signs.map(|(closings, notary)| closings.start(Arc::clone(live), notary)).transpose();
        let closings = closings.map_err(EngineError::Thread)?;
        Ok(Self { submitter, running: Mutex::new(Some(Running { writer, fold, closings })), notary })
    }

    /// What signs, if there is a key.
    pub(super) fn notary(&self) -> Result<&Notary, SigningError> {
        self.notary.as_deref().ok_or(SigningError::NoKey)
    }

    /// After how many entries the root over balances stood that the last closing brought, once it is kept.
    #[cfg(test)]
    pub(super) fn closing_signed(&self) -> Option<u64> {
        let running = self.running.lock();
        let closings = running.as_ref().and_then(|running| running.closings.as_ref().map(ClosingThread::closings));
        drop(running);
        closings.map(|closings| closings.wait())
    }

    /// Why the writer has ended, if it has.
    pub(super) fn alive(&self) -> Result<(), EngineError> {
        self.submitter.ended().map_or(Ok(()), |error| Err(EngineError::Log(error)))
    }

    /// Since when what keeps the record does not answer, in milliseconds since 1970.
    pub(super) fn held_up_since_ms(&self) -> Option<i64> {
        let since = self.submitter.held_up()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    }

    fn submit(&self, items: Vec<Item<Tag>>) -> Result<(), EngineError> {
        self.submitter.submit(items).map_err(|refused| match refused {
            SubmitError::Full(_) => EngineError::Busy,
            SubmitError::TooLong { position, bytes, .. } => EngineError::TooLong { position, bytes },
            SubmitError::Ended { error, .. } => error.map_or(EngineError::Stopped, EngineError::Log),
        })
    }

    /// Records, folds and signs what waits; says how writing ended. Nothing, if it was stopped before.
    fn stop(&self) -> Result<Option<Result<(), EngineError>>, EngineError> {
        let Some(running) = self.running.lock().take() else { return Ok(None) };
        drop(running.closings);
        // The writer first: its end is the end of what the fold waits for.
        let written = running.writer.stop();
        if running.fold.join().is_err() {
            return Err(EngineError::Panicked("the fold"));
        }
        if let Some(notary) = &self.notary {
            notary.stop();
        }
        Ok(Some(written.map_err(EngineError::Log)))
    }
}

impl Engine {
    /// Opens the record, folds what the pages do not hold, and starts writing or following. `progress` is given the number
    /// of entries from time to time. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The record is damaged, in use, or of another ledger; or it holds what this program does not know.
    pub fn open(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<Self, EngineError> {
        let (data, follows) = (&options.data, options.follows());
        repairing::refuse(data)?;
        comparing::refuse(data)?;
        if matches!(options.home, Home::File) {
            following::refuse(data)?;
        }
        if follows && !options.record().exists() {
            // Before the first frame is copied: a copy cut short is a follower's too.
            following::set(data, &writer_of(&options.home))?;
        }
        let mut tree = Reading::open(data, options.signing.as_ref(), follows)?;
        let (log, pages, state) = catch_up(options, tree.as_mut().map(Reading::trees), progress)?;
        // A repair may have begun before the record was locked here.
        repairing::refuse(data)?;
        if log.tip().next_index() < state.entries {
            return Err(EngineError::LostEnd);
        }
        if tree.is_none() {
            not_cut(data, log.tip())?;
        }
        // The record is locked, so whose directory it is, is known.
        if follows {
            following::set(data, &writer_of(&options.home))?;
        } else {
            following::clear(data)?;
        }
        let outcomes = Arc::clone(pages.outcomes());
        let live = Arc::new(LiveState::new(state, pages, log.alarm.clone()));
        let role = if follows {
            let tree = tree.ok_or(SigningError::Uncompared)?;
            Role::Follower(Arc::new(Follower::start(options, log, tree, &live)?))
        } else {
            // The state in use is not folded on yet, so its keys are those of the record as it was opened.
            let notary = tree.map(|tree| tree.start(&log, outcomes, &live.read().keys)).transpose()?;
            Role::Writer(Arc::new(Writing::start(log, &live, notary)?))
        };
        let single = Arc::new(Single::new(options.record()));
        let pasts = Arc::new(Pasts::new(options.record(), options.ledger));
        let (moments, clock) = (Arc::<Moments>::default(), options.clock.clone());
        let ledger = options.ledger;
        Ok(Self { live, single, pasts, moments, rebuilding: Arc::default(), clock, ledger, role })
    }

    /// Submits events of one principal in order. The answer, of each event in full, comes when every one is durable in all homes
    /// and folded.
    ///
    /// # Errors
    /// Nothing was recorded: the queue is full, an event is too long, or the ledger has ended.
    pub fn submit(
        &self,
        speaker: impl Into<Speaker>,
        events: Vec<impl Into<Submission>>,
    ) -> Result<oneshot::Receiver<Answered>, EngineError> {
        self.submit_for(Detail::Full, speaker, events)
    }

    /// The same for whoever wants to hear more or less of it.
    ///
    /// # Errors
    /// As [`Engine::submit`].
    pub fn submit_for(
        &self,
        detail: Detail,
        speaker: impl Into<Speaker>,
        events: Vec<impl Into<Submission>>,
    ) -> Result<oneshot::Receiver<Answered>, EngineError> {
        let (speaker, (done, answer)) = (speaker.into(), oneshot::channel());
        if events.is_empty() {
            // Nobody may be waiting any more, which is no concern of ours.
            let _ = done.send(Ok(Vec::new()));
            return Ok(answer);
        }
        let writing = match &self.role {
            Role::Writer(writing) => writing,
            Role::Follower(follower) => return Err(EngineError::Follower { writer: follower.writer().to_owned() }),
        };
        self.alive()?;
        let last = events.len() - 1;
        let mut done = Some(done);
        let items = events.into_iter().enumerate().map(|(at, submission)| {
            let Submission { content, event, again } = submission.into();
            let done = if at == last { done.take() } else { None };
            Item { speaker: speaker.clone(), again, content, tag: Tag { event, detail, done } }
        });
        writing.submit(items.collect())?;
        Ok(answer)
    }

    /// Records and folds what waits, keeps the pages, and ends. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The writer had ended with an error, the pages could not be kept, or it does not end in time.
    pub fn stop(&self) -> Result<(), EngineError> {
        let (ended, waiting) = sync_channel(1);
        let engine = self.clone();
        let work = move || {
            // Nobody listens to what comes too late.
            let _ = ended.send(engine.end());
        };
        std::thread::Builder::new().name("stop".to_owned()).spawn(work).map_err(EngineError::Thread)?;
        // Pages whose files were removed are waited for without end by the library that keeps them.
        match waiting.recv_timeout(Duration::from_millis(STOP_MS)) {
            Ok(ended) => ended,
            Err(RecvTimeoutError::Timeout) => Err(EngineError::StopsTooLong { ms: STOP_MS }),
            Err(RecvTimeoutError::Disconnected) => Err(EngineError::Panicked("stopping")),
        }
    }

    fn end(&self) -> Result<(), EngineError> {
        // What reads without the fold first: it would be cut short by what ends after it.
        self.pasts.stop();
        self.rebuilding.end();
        let written = match &self.role {
            Role::Follower(follower) => {
                let ended = follower.stop();
                // Pages of a state that may be wrong are not kept.
                self.answers()?;
                ended
            }
            Role::Writer(writing) => match writing.stop()? {
                Some(written) => written,
                None => return Ok(()),
            },
        };
        // Nothing folds any more, so that the pages are of the last entry.
        self.live.close()?;
        written.and_then(|()| self.alive())
    }
}

/// Writes an entry. Principal and length were checked before, so this cannot fail; were it to, the entry would be
/// unreadable and the next start would say so.
fn encode_entry(buffer: &mut Vec<u8>, raw: &Raw<'_>) {
    if let Err(error) = proto::entry::encode_into(buffer, raw) {
        tracing::error!(%error, "an admitted entry could not be written");
    }
}
