//! The state in use and what is kept of it, changed by one thread: that of the writer's settled frames, or of those a follower
//! reads. How an engine begins and ends is in `open`; what else it is asked, in the other files of this folder.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvError, SyncSender};
use std::time::Duration;

use ledger::entry::Entry;
use ledger::event::{Event, Kind};
use ledger::fold::AHEAD;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::tree::outcome_leaf::EntryMark;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use tokio::sync::{oneshot, watch};

use super::catch_up::Decoded;
use super::folded::{guarded_all, unguarded};
use super::{Acknowledged, Answered, Detail, Engine, EngineError, Submission};
use crate::pages::keeper::{Keeper, Noting};
use crate::proof::notary::Notary;
use crate::proof::tally::Tally;
use crate::record::alarm::Alarm;
use crate::record::leaves::Leaves;
use crate::record::writer::{Item, Reported, Settled, Speaker};

/// Frames that may wait for the fold before the writer, or reading, is held back.
pub(super) const FRAMES_TO_FOLD: usize = 8;

/// What is known of an event on its way, besides its bytes.
pub(super) struct Tag {
    pub(super) event: Event,
    /// What its caller wants to hear.
    pub(super) detail: Detail,
    /// With the last event of a call: who waits for its answer.
    pub(super) done: Option<oneshot::Sender<Answered>>,
}

/// What is folded, for the one thread that folds and all who read.
pub(super) struct LiveState {
    state: RwLock<State>,
    pages: Keeper,
    /// Whoever has it folds, or keeps others from folding. Those who read the state do not wait for it.
    turn: Mutex<()>,
    /// Entries that are folded and may be shown.
    folded: watch::Sender<u64>,
    /// What ended the fold, or the following.
    failed: Mutex<Option<Arc<EngineError>>>,
    /// Rung by whoever finds damage in the record.
    alarm: Alarm,
}

impl LiveState {
    /// As opening left it.
    pub(super) fn new(state: State, pages: Keeper, alarm: Alarm) -> Self {
        let (folded, _) = watch::channel(state.entries);
        Self { state: RwLock::new(state), pages, turn: Mutex::default(), folded, failed: Mutex::default(), alarm }
    }

    /// The state after some entry. Held shortly: the fold waits for it.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read()
    }

    /// The state with its lock, for whoever lets go of it and takes it again.
    pub(super) fn state(&self) -> &RwLock<State> {
        &self.state
    }

    /// The turn to fold.
    pub(super) fn turn(&self) -> &Mutex<()> {
        &self.turn
    }

    /// What is kept of the state and of the postings.
    pub(super) fn pages(&self) -> &Keeper {
        &self.pages
    }

    /// Takes note of what ended the fold or the following; what came first counts.
    pub(super) fn fail(&self, error: Arc<EngineError>) {
        tracing::error!(%error, "nothing more is folded");
        self.failed.lock().get_or_insert(error);
    }

    /// What ended the fold or the following.
    pub(super) fn failed(&self) -> Option<Arc<EngineError>> {
        let damaged = || self.alarm.raised().map(|damage| Arc::new(EngineError::Log(damage)));
        self.failed.lock().clone().or_else(damaged)
    }

    /// Lets everybody know of damage that a reader of the record met.
    pub(super) fn noted(&self, error: EngineError) -> EngineError {
        if let EngineError::Log(damage) = &error {
            self.alarm.raise(damage);
        }
        error
    }

    /// Folds a frame that was read, and says what all outcomes come to after it, with the leaves of its own.
    pub(super) fn fold(&self, decoded: Decoded) -> Result<(Tally, Leaves), Arc<EngineError>> {
        self.frame(|state| {
            let mut noting = self.pages.noting();
            decoded.fold_each(state, &mut |state, entry, mark, outcome| {
                noting.note(state, entry, mark, outcome);
                Ok(())
            })
        })?;
        let outcomes = self.pages.outcomes();
        Ok((outcomes.tally(), outcomes.take_leaves()))
    }

    /// Wakes those who wait until something is folded.
    pub(super) fn announce(&self) {
        let entries = self.read().entries;
        self.folded.send_replace(entries);
    }

    /// Keeps pages of everything folded.
    pub(super) fn close(&self) -> Result<(), EngineError> {
        Ok(self.pages.close(&mut self.state.write())?)
    }

    /// Has the entries of a frame folded while nobody else folds, and pages kept if it is time. What went wrong is marked before
    /// anybody else may read the state.
    fn frame(&self, fold: impl FnOnce(&mut State) -> Result<(), EngineError>) -> Result<(), Arc<EngineError>> {
        if let Some(error) = self.failed() {
            return Err(error);
        }
        // The turn first: a rebuild that has it reads the state, and would wait for a fold that waits for the turn.
        let _turn = self.turn.lock();
        let mut state = self.state.write();
        let folded = fold(&mut state).and_then(|()| Ok(self.pages.keep_sometimes(&mut state)?));
        folded.map_err(|error| {
            let error = Arc::new(error);
            self.fail(Arc::clone(&error));
            error
        })
    }
}

/// What is to happen after a period was closed.
pub(super) type OnClosing = Box<dyn Fn(u64) + Send>;

/// The thread that folds what the writer settled.
pub(super) struct Fold {
    live: Arc<LiveState>,
    /// Signs what was folded, if there is a key.
    notary: Option<Arc<Notary>>,
    /// Told after how many entries a period is closed, if there is a key.
    closed: Option<OnClosing>,
    /// Whether the frame closes a period.
    closes: bool,
    /// Events folded of the call whose last one is still to come: a call may lie in several frames.
    begun: Vec<Acknowledged>,
    /// The outcome under way of a call that is answered tersely, so that not each has a place of its own.
    outcome: Outcome,
    /// Keys announced so far.
    keys: usize,
}

/// A call whose last event is folded.
struct Call {
    done: oneshot::Sender<Answered>,
    folded: Vec<Acknowledged>,
}

/// The calls that end with a frame, and its items, which are done with.
type Folded = (Vec<Call>, Vec<Item<Tag>>);

impl Fold {
    pub(super) fn new(live: Arc<LiveState>, notary: Option<Arc<Notary>>, closed: Option<OnClosing>) -> Self {
        let keys = live.read().keys.len();
        Self { live, notary, closed, closes: false, begun: Vec::new(), outcome: Outcome::default(), keys }
    }

    /// Folds and answers until the writer has ended.
    pub(super) fn run(mut self, from_log: &Receiver<Settled<Tag>>) {
        while let Ok(settled) = self.next(from_log) {
            let (calls, items) = match self.frame(settled) {
                Ok(folded) => folded,
                // Marked by whoever found it.
                Err(_) => return,
            };
            // Before the answers: whoever has one may ask for the state after it.
            self.live.announce();
            for Call { done, folded } in calls {
                // A caller that went away does not undo what it said.
                let _ = done.send(Ok(folded));
            }
            // Let go of now: memory of so many events takes a while to give back.
            drop(items);
        }
    }

    /// The next frame. While there is none, outcomes that nobody signs are hashed: those who were answered did not wait for that.
    fn next(&self, from_log: &Receiver<Settled<Tag>>) -> Result<Settled<Tag>, RecvError> {
        from_log.try_recv().or_else(|_| {
            if self.notary.is_none() {
                drop(self.live.pages.outcomes().take_leaves());
            }
            from_log.recv()
        })
    }

    fn frame(&mut self, settled: Settled<Tag>) -> Result<Folded, Arc<EngineError>> {
        let Settled { first_index, recorded_ms, mut items, leaves, salts } = settled;
        let (mut calls, under_way) = (Vec::new(), Cell::new(first_index));
        let marks = leaves.hashes.iter().zip(&salts);
        let marks = marks.map(|(leaf, salt)| EntryMark { leaf: *leaf, salt: *salt });
        let mut places = (first_index..).zip(marks);
        let live = Arc::clone(&self.live);
        live.frame(|state| {
            guarded_all(&under_way, || {
                let mut noting = live.pages.noting();
                for ahead in items.chunks_mut(AHEAD) {
                    state.read_ahead(ahead.iter().map(|item| &item.tag.event));
                    for (item, place) in ahead.iter_mut().zip(places.by_ref()) {
                        under_way.set(place.0);
                        calls.extend(self.item(state, item, place, recorded_ms, &mut noting)?);
                    }
                }
                self.announced(state);
                Ok(())
            })
        })?;
        // Before anybody is answered, so that a checkpoint asked for after an answer has the entry.
        if let Some(notary) = &self.notary {
            let outcomes = live.pages.outcomes();
            outcomes.end_frame();
            if !notary.take(leaves) {
                while outcomes.next_frame().is_some() {}
            }
        }
        if let Some(closed) = self.closed.as_ref().filter(|_| std::mem::take(&mut self.closes)) {
            closed(live.read().entries);
        }
        Ok((calls, items))
    }

    /// Has whoever signs know the keys that the frame announced, before it is told of the frame.
    fn announced(&mut self, state: &State) {
        let (known, now) = (std::mem::replace(&mut self.keys, state.keys.len()), state.keys.len());
        if let Some(notary) = self.notary.as_ref().filter(|_| now > known) {
            notary.announced(state.keys.iter().map(|(_, row)| row.clone()).collect());
        }
    }

    /// Folds one entry; the call it ends, if it does.
    fn item(
        &mut self,
        state: &mut State,
        item: &mut Item<Tag>,
        (index, mark): (u64, EntryMark),
        recorded_ms: i64,
        noting: &mut Noting<'_>,
    ) -> Result<Option<Call>, EngineError> {
        let Item { speaker, again, content, tag: Tag { event, detail, done } } = item;
        let Speaker { principal, proof } = speaker;
        let entry = Entry { index, recorded_ms, principal, proof: *proof, again: *again, content, event };
        let outcome = match detail {
            Detail::Full => {
                let nothing = Acknowledged { index, recorded_ms, outcome: Outcome::default(), alike: 0 };
                &mut self.begun.push_mut(nothing).outcome
            }
            Detail::Terse => &mut self.outcome,
        };
        unguarded(state, &entry, outcome)?;
        noting.note(state, &entry, &mark, outcome);
        self.closes |= matches!((&event.kind, &*outcome), (Kind::PeriodClosed(_), Outcome::Posted { .. }));
        if *detail == Detail::Terse {
            tersely(&mut self.begun, index, recorded_ms, &mut self.outcome);
        }
        let Some(done) = done.take() else { return Ok(None) };
        // Calls are alike: the next will be as long.
        let next = Vec::with_capacity(self.begun.len());
        Ok(Some(Call { done, folded: std::mem::replace(&mut self.begun, next) }))
    }
}

/// Takes note of an outcome for a terse answer: of what is posted, one after the other, only how many.
fn tersely(begun: &mut Vec<Acknowledged>, index: u64, recorded_ms: i64, outcome: &mut Outcome) {
    let is_posted = |outcome: &Outcome| matches!(outcome, Outcome::Posted { .. });
    let before = begun.last_mut().filter(|last| is_posted(&last.outcome) && last.index + last.alike + 1 == index);
    let outcome = match (before, is_posted(outcome)) {
        (Some(run), true) => return run.alike += 1,
        (None, true) => Outcome::default(),
        (_, false) => std::mem::take(outcome),
    };
    begun.push(Acknowledged { index, recorded_ms, outcome, alike: 0 });
}

/// Hands settled frames to the fold; while it is behind, the writer waits here. Items that were not recorded are
/// dropped with their callers' channels, which tells the callers.
pub(super) fn sink(to_fold: SyncSender<Settled<Tag>>) -> impl FnMut(Reported<Tag>) + Send + 'static {
    move |written| {
        if let Reported::Settled(settled) = written {
            // The fold only goes away with the whole engine, or after a halt that it has reported.
            let _ = to_fold.send(settled);
        }
    }
}

impl Engine {
    /// The state after some entry. Held shortly: the fold waits for it.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.live.read()
    }

    /// The same for whoever reads already: it does not queue behind a fold that waits for that reader. Nobody else may use
    /// it, or the fold would wait as long as any two of many questions overlap.
    pub(super) fn read_again(&self) -> RwLockReadGuard<'_, State> {
        self.live.state.read_recursive()
    }

    /// SHA-256 over the whole state, with the number of entries it was taken at. Takes seconds at ten million entries,
    /// during which nothing is folded.
    #[must_use]
    pub fn digest(&self) -> (u64, [u8; 32]) {
        let state = self.read();
        (state.entries, state.digest())
    }

    /// Waits until that many entries are folded; false if the time is up first.
    pub async fn wait_for(&self, entries: u64, timeout: Duration) -> bool {
        let mut folded = self.live.folded.subscribe();
        let reached = folded.wait_for(|now| *now >= entries);
        matches!(tokio::time::timeout(timeout, reached).await, Ok(Ok(_)))
    }

    /// The ledger's id, which each of its frames names.
    #[must_use]
    pub fn ledger(&self) -> [u8; 16] {
        self.ledger
    }

    /// The clock of now, as the writer would stamp an entry with it: it never goes back behind the last entry.
    #[must_use]
    pub fn now_ms(&self, state: &State) -> i64 {
        self.clock.now_ms().max(state.recorded_ms)
    }

    /// What an event would give now, without recording it.
    ///
    /// # Errors
    /// The event is of a later program, or nothing may be answered.
    pub fn dry_run(&self, speaker: &Speaker, submission: Submission) -> Result<Outcome, EngineError> {
        self.answers()?;
        let state = self.read();
        let Submission { content, event, again } = submission;
        let recorded_ms = self.now_ms(&state);
        let Speaker { principal, proof } = speaker;
        let (index, proof) = (state.entries, *proof);
        let entry = Entry { index, recorded_ms, principal, proof, again, content: &content, event: &event };
        state.dry_run(&entry).map_err(|halt| EngineError::unreadable(entry.index, &halt))
    }
}
