//! The only loop: what is durable is folded, in order, and answered. Live operation is a replay that does not stop.
//! It knows no network face and no rule of money.

mod audit;
mod balances;
pub mod catch_up;
mod encoding;
mod error;
mod follower;
mod options;
pub mod past;
mod rebuild;
pub mod rebuilding;
mod recorded;
mod standing;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use ledger::account::AccountNo;
use ledger::entry::Entry;
use ledger::event::Event;
use ledger::fold::Halt;
use ledger::outcome::Outcome;
use ledger::state::State;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use tokio::sync::{oneshot, watch};

use crate::engine::catch_up::catch_up;
use crate::engine::past::Pasts;
use crate::pages::keeper::Keeper;
use crate::pages::posting_row::AccountPlace;
use crate::pages::posting_row::EntryRow;
use crate::proof::notary::{Notary, Reading};
use crate::record::log::Log;
use crate::record::log::single::Single;
use crate::record::writer::{Item, Settled, SubmitError, Submitter, Writer, WriterOptions};

use encoding::{encode_entry, sink};
pub use error::EngineError;
use follower::Follower;
pub use options::{DEFAULT_LEDGER, Home, Options};
use rebuild::Rebuilding;
pub use recorded::Recorded;
pub use standing::Standing;

/// Settled frames that may wait for the fold before the writer is held back.
const SETTLED_FRAMES: usize = 8;

/// What became of one event.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its index in the record.
    pub index: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
    /// What the fold made of it.
    pub outcome: Outcome,
}

/// What is known of an event on its way, besides its bytes.
struct Tag {
    event: Event,
    /// With the last event of a call: who waits for its receipts.
    done: Option<oneshot::Sender<Result<Vec<Receipt>, EngineError>>>,
}

/// A ledger in operation. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    role: Role,
}

/// What this engine does besides answering.
#[derive(Clone)]
enum Role {
    /// It is the one writer of the record.
    Writer { submitter: Submitter<Tag>, running: Arc<Mutex<Option<Running>>> },
    /// Another is, and this one reads.
    Follower(Arc<Follower>),
}

struct Running {
    writer: Writer<Tag>,
    fold: JoinHandle<()>,
}

struct Shared {
    state: RwLock<State>,
    pages: Keeper,
    single: Single,
    pasts: Pasts,
    moments: balances::Moments,
    rebuilding: Rebuilding,
    /// Signs what was folded, if there is a key.
    notary: Option<Notary>,
    folded: watch::Sender<u64>,
    /// What ended the fold, or the following.
    failed: Mutex<Option<Arc<EngineError>>>,
}

impl Engine {
    /// Opens the record, folds what the pages do not hold, and starts writing. `progress` is told the number of
    /// entries from time to time. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The record is damaged, in use, or of another ledger; or it holds what this program does not know.
    pub fn open(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<Self, EngineError> {
        crate::record::repairing::refuse(&options.data)?;
        crate::proof::comparing::refuse(&options.data)?;
        let mut tree = Reading::open(&options.data, options.signing.as_ref(), options.follows())?;
        let (log, pages, state) = catch_up(options, tree.as_mut(), progress)?;
        // A repair may have begun before the record was locked here.
        crate::record::repairing::refuse(&options.data)?;
        if log.tip().next_index() < state.entries {
            return Err(EngineError::LostEnd);
        }
        if tree.is_none() {
            crate::proof::notary::not_cut(&options.data, log.tip())?;
        }
        let (folded, _) = watch::channel(state.entries);
        let (tree, followed) = if options.follows() { (None, tree) } else { (tree, None) };
        let notary = tree.map(|tree| tree.start(log.tip(), pages.tally(), &state.keys)).transpose()?;
        let single = Single::new(options.data.join("record"));
        let pasts = Pasts::new(options.data.join("record"), options.ledger);
        let (state, moments, failed) = (RwLock::new(state), Mutex::default(), Mutex::default());
        let rebuilding = Rebuilding::default();
        let shared = Shared { state, pages, single, pasts, moments, rebuilding, notary, folded, failed };
        let shared = Arc::new(shared);
        if options.follows() { Self::start_following(options, log, followed, shared) } else { Self::start(log, shared) }
    }

    fn start(log: Log, shared: Arc<Shared>) -> Result<Self, EngineError> {
        let (to_fold, from_log) = sync_channel(SETTLED_FRAMES);
        let writer = Writer::start(log, WriterOptions::new(encode_entry), sink(to_fold))?;
        let submitter = writer.submitter();
        let folding = Arc::clone(&shared);
        let fold = std::thread::Builder::new()
            .name("fold".to_owned())
            .spawn(move || folding.run(&from_log))
            .map_err(EngineError::Thread)?;
        let running = Arc::new(Mutex::new(Some(Running { writer, fold })));
        Ok(Self { shared, role: Role::Writer { submitter, running } })
    }

    /// Submits events of one principal in order. The receipts come when every one is durable in all homes and folded.
    ///
    /// # Errors
    /// Nothing was recorded: the queue is full, an event is too long, or the ledger has ended.
    #[allow(clippy::type_complexity)] // One channel of one list of receipts; a name for it would say less.
    pub fn submit(
        &self,
        principal: Arc<str>,
        events: Vec<(Bytes, Event)>,
    ) -> Result<oneshot::Receiver<Result<Vec<Receipt>, EngineError>>, EngineError> {
        let (done, receipts) = oneshot::channel();
        if events.is_empty() {
            // Nobody may be waiting any more, which is no concern of ours.
            let _ = done.send(Ok(Vec::new()));
            return Ok(receipts);
        }
        let submitter = match &self.role {
            Role::Writer { submitter, .. } => submitter,
            Role::Follower(follower) => return Err(EngineError::Follower { writer: follower.writer().to_owned() }),
        };
        self.alive()?;
        let last = events.len() - 1;
        let mut done = Some(done);
        let items = events.into_iter().enumerate().map(|(at, (content, event))| {
            let done = if at == last { done.take() } else { None };
            Item { principal: Arc::clone(&principal), content, tag: Tag { event, done } }
        });
        match submitter.submit(items.collect()) {
            Ok(()) => Ok(receipts),
            Err(SubmitError::Full(_)) => Err(EngineError::Busy),
            Err(SubmitError::TooLong { position, bytes, .. }) => Err(EngineError::TooLong { position, bytes }),
            Err(SubmitError::Ended { error, .. }) => Err(error.map_or(EngineError::Stopped, EngineError::Log)),
        }
    }

    /// What an event would give now, without recording it.
    ///
    /// # Errors
    /// The event is of a later program, or nothing may be answered.
    pub fn dry_run(&self, principal: &str, content: &[u8], event: Event) -> Result<Outcome, EngineError> {
        self.answers()?;
        let state = self.read();
        let entry = Entry { index: state.entries, recorded_ms: 0, principal, content, event };
        state.dry_run(&entry).map_err(|halt| unreadable(entry.index, halt))
    }

    /// The state after some entry. Held shortly: the fold waits for it.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read()
    }

    /// The same for who is reading already: it does not queue behind a fold that waits for him. Nobody else may, or the fold
    /// would wait as long as any two of many questions overlap.
    pub(crate) fn read_beside(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read_recursive()
    }

    /// Its states of the past.
    pub(crate) fn pasts(&self) -> &Pasts {
        &self.shared.pasts
    }

    /// Postings of an account from an index on, oldest first, at least `limit` if there are so many.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn entries_of(&self, account: AccountNo, from: u64, limit: usize) -> Result<Vec<EntryRow>, EngineError> {
        let place = AccountPlace::of(&self.read(), account);
        Ok(self.shared.pages.entries_of(place, from, limit)?)
    }

    /// What an entry posted, if it is recent enough not to be looked for in the pages.
    pub(crate) fn rows_at(&self, index: u64) -> Option<Vec<EntryRow>> {
        self.shared.pages.rows_at(index)
    }

    /// What an entry posted to an account, once it is in the pages.
    pub(crate) fn kept_at(&self, account: AccountNo, index: u64) -> Result<Vec<EntryRow>, EngineError> {
        let place = AccountPlace::of(&self.read(), account);
        Ok(self.shared.pages.kept_at(place, index)?)
    }

    /// SHA-256 over the whole state, with the number of entries it was taken at. Takes seconds at ten million entries,
    /// during which nothing is folded.
    #[must_use]
    pub fn digest(&self) -> (u64, [u8; 32]) {
        let state = self.shared.state.read();
        (state.entries, state.digest())
    }

    /// Waits until that many entries are folded; false if the time is up first.
    pub async fn wait_for(&self, entries: u64, timeout: Duration) -> bool {
        let mut folded = self.shared.folded.subscribe();
        let reached = folded.wait_for(|now| *now >= entries);
        matches!(tokio::time::timeout(timeout, reached).await, Ok(Ok(_)))
    }

    /// Records and folds what waits, keeps the pages, and ends. Blocks: not for async tasks.
    ///
    /// # Errors
    /// The writer had ended with an error, or the pages could not be kept.
    pub fn stop(&self) -> Result<(), EngineError> {
        self.shared.pasts.stop();
        self.shared.rebuilding.end();
        let written = match &self.role {
            Role::Follower(follower) => {
                let ended = follower.stop();
                // Pages of a state that may be wrong are not kept.
                self.answers()?;
                ended
            }
            Role::Writer { running, .. } => {
                let Some(running) = running.lock().take() else { return Ok(()) };
                let written = running.writer.stop();
                if running.fold.join().is_err() {
                    return Err(EngineError::Panicked("the fold"));
                }
                written.map_err(EngineError::Log)
            }
        };
        if let Some(notary) = &self.shared.notary {
            notary.stop();
        }
        self.shared.pages.close(&mut self.shared.state.write())?;
        written.and_then(|()| self.alive())
    }
}

impl Shared {
    /// Takes note of what ended the fold or the following; what came first counts.
    fn fail(&self, error: Arc<EngineError>) {
        tracing::error!(%error, "nothing more is folded");
        self.failed.lock().get_or_insert(error);
    }

    fn run(&self, from_log: &Receiver<Settled<Tag>>) {
        let mut receipts = Vec::new();
        while let Ok(settled) = from_log.recv() {
            let mut answers = Vec::new();
            if let Err(error) = self.fold_frame(settled, &mut receipts, &mut answers) {
                self.fail(Arc::new(error));
                return;
            }
            let entries = self.state.read().entries;
            self.folded.send_replace(entries);
            for (done, receipts) in answers {
                // A caller that went away does not undo what it said.
                let _ = done.send(Ok(receipts));
            }
        }
    }

    #[allow(clippy::type_complexity)] // The pairs live for one frame only.
    fn fold_frame(
        &self,
        settled: Settled<Tag>,
        receipts: &mut Vec<Receipt>,
        answers: &mut Vec<(oneshot::Sender<Result<Vec<Receipt>, EngineError>>, Vec<Receipt>)>,
    ) -> Result<(), EngineError> {
        let recorded_ms = settled.recorded_ms;
        let leaves = settled.leaves;
        let _turn = self.rebuilding.turn();
        let mut state = self.state.write();
        for (item, index) in settled.items.into_iter().zip(settled.first_index..) {
            let Item { principal, content, tag } = item;
            let entry = Entry { index, recorded_ms, principal: &principal, content: &content, event: tag.event };
            let outcome = state.fold(&entry).map_err(|halt| unreadable(index, halt))?;
            self.pages.note(&state, index, entry.event.effective, &outcome);
            receipts.push(Receipt { index, recorded_ms, outcome });
            if let Some(done) = tag.done {
                answers.push((done, std::mem::take(receipts)));
            }
        }
        self.pages.keep_sometimes(&mut state)?;
        drop(state);
        // Before anybody is answered, so that a checkpoint asked for after an answer has the entry.
        if let Some(notary) = &self.notary {
            notary.take(leaves, self.pages.tally());
        }
        Ok(())
    }
}

pub(crate) fn unreadable(index: u64, halt: Halt) -> EngineError {
    EngineError::Unreadable { index, why: halt.to_string() }
}

#[cfg(test)]
mod signing_tests;
