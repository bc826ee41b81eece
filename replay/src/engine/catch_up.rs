//! Reading a record again, from its first entry or from where the pages end: one thread reads, checks and decodes
//! frames, another folds their entries. Nothing is written here.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use ledger::entry::Entry;
use ledger::event::Event;
use ledger::fold::AHEAD;
use ledger::hash::Hash;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::tree::outcome_leaf::EntryMark;
use proto::entry::SALT_BYTES;
use uuid::Uuid;

use super::folded::{guarded_all, unguarded};
use super::{EngineError, Home, Options};
use crate::pages::keeper::{Keeper, Unread};
use crate::proof::notary::SigningError;
use crate::proof::tally::Tally;
use crate::proof::trees::{EntryTree, OutcomeTree, Trees};
use crate::record::log::{Frame, Log, Reader, read_stream};

/// Frames read ahead of the fold: enough that neither thread waits for the other's hiccups, some MiB of events.
pub const FRAMES_AHEAD: usize = 64;

/// A frame with its events decoded, on its way from the thread that reads to the thread that folds.
#[derive(Debug)]
pub struct Decoded {
    frame: Frame,
    /// Index of the first event in `events`; earlier entries of the frame were not asked for.
    first: u64,
    events: Vec<Event>,
}

impl Decoded {
    /// Decodes the entries of a frame from an index on.
    ///
    /// # Errors
    /// An entry is not what this program knows.
    pub fn new(frame: Frame, from: u64) -> Result<Self, EngineError> {
        let (begin, end) = (frame.header().first_index, frame.next_index());
        let first = from.clamp(begin, end.max(begin));
        let asked = frame.entries().zip(begin..).filter(|(_, index)| *index >= first);
        let contents = asked.map(|(bytes, index)| {
            proto::entry::decode(bytes).map(|raw| raw.content).map_err(|error| EngineError::unreadable(index, &error))
        });
        let contents = contents.collect::<Result<Vec<_>, _>>()?;
        let events = proto::event::decode_each(frame.bytes(), &contents).zip(first..);
        let events = events.map(|(event, index)| event.map_err(|error| EngineError::unreadable(index, &error)));
        let events = events.collect::<Result<_, _>>()?;
        Ok(Self { frame, first, events })
    }

    /// The first entry whose event has another id than that of its key, and that id. Folding does not ask: admission did, and
    /// whoever verifies a record asks once more.
    #[must_use]
    pub fn wrong_id(&self) -> Option<(u64, Uuid, Uuid)> {
        let mut keyed = (self.first..).zip(&self.events).map(|(index, event)| (index, event.id, event.keyed_id()));
        keyed.find(|(_, id, keyed)| id != keyed)
    }

    /// The frame as it was read.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Folds its events in order and shows each outcome, with the state after it.
    ///
    /// # Errors
    /// The state waits for another entry, or an entry is of a later program.
    pub fn fold(
        self,
        state: &mut State,
        seen: &mut dyn FnMut(&mut State, &EntryMark, &Outcome),
    ) -> Result<(), EngineError> {
        self.fold_each(state, &mut |state, _, mark, outcome| {
            seen(state, mark, outcome);
            Ok(())
        })
    }

    /// The same, showing the whole entry. Whoever is shown it may end the folding with an error of their own.
    #[allow(clippy::type_complexity)] // What is shown, spelled out where it is asked for.
    pub(crate) fn fold_each<E: From<EngineError>>(
        self,
        state: &mut State,
        seen: &mut dyn FnMut(&mut State, &Entry<'_>, &EntryMark, &Outcome) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut entries, under_way) = (entries(&self.frame, self.first), Cell::new(self.first));
        let mut outcome = Outcome::default();
        guarded_all(&under_way, || {
            for events in self.events.chunks(AHEAD) {
                state.read_ahead(events.iter());
                for (event, (bytes, index, leaf)) in events.iter().zip(entries.by_ref()) {
                    under_way.set(index);
                    let (entry, salt) = entry(bytes, index, event)?;
                    unguarded(state, &entry, &mut outcome)?;
                    seen(state, &entry, &EntryMark { leaf, salt }, &outcome)?;
                }
            }
            Ok(())
        })
    }

    /// Shows its entries in order, with their salts, until whoever is shown them has seen enough.
    #[allow(clippy::type_complexity)] // As of `fold_each`.
    pub(crate) fn each<E: From<EngineError>>(
        self,
        take: &mut dyn FnMut(Entry<'_>, [u8; SALT_BYTES]) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<()>, E> {
        let skipped = usize::try_from(self.first - self.frame.header().first_index).unwrap_or(usize::MAX);
        let entries = self.frame.entries().skip(skipped).zip(self.first..);
        for ((bytes, index), event) in entries.zip(&self.events) {
            let (entry, salt) = entry(bytes, index, event)?;
            if take(entry, salt)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Folds a record from its first entry, every frame, root and event checked: the files of a directory, or the stream of
/// a server. Takes no pages and changes nothing.
///
/// # Errors
/// The record is damaged, or holds what this program does not know.
pub fn fold_record(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<State, EngineError> {
    // What outcomes come to is not asked, so it is not hashed.
    let fold = |frames: &Receiver<Decoded>| {
        let mut state = State::default();
        while let Ok(decoded) = frames.recv() {
            decoded.fold_each(&mut state, &mut |_, _, _, _| Ok::<_, EngineError>(()))?;
        }
        Ok(state)
    };
    let (state, read) = while_reading(fold, |to_fold| read_all(options, to_fold, progress))?;
    read.map(|()| state)
}

/// The entries of a frame from an index on: bytes, index, leaf.
fn entries(frame: &Frame, first: u64) -> impl Iterator<Item = (&[u8], u64, Hash)> {
    let skipped = usize::try_from(first - frame.header().first_index).unwrap_or(usize::MAX);
    let entries = frame.entries().zip(frame.leaves()).skip(skipped);
    entries.zip(first..).map(|((bytes, leaf), index)| (bytes, index, *leaf))
}

/// An entry of which the event was decoded before, and its salt. The head of an entry was read once already; reading it again costs
/// less than carrying it over.
fn entry<'a>(bytes: &'a [u8], index: u64, event: &'a Event) -> Result<(Entry<'a>, [u8; SALT_BYTES]), EngineError> {
    let raw = proto::entry::decode(bytes).map_err(|error| EngineError::unreadable(index, &error))?;
    let proto::entry::Raw { recorded_ms, proof, principal, again, content, salt } = raw;
    Ok((Entry { index, recorded_ms, principal, proof, again, content, event }, salt))
}

/// As [`fold_record`], with what all outcomes come to.
///
/// # Errors
/// As [`fold_record`].
pub fn fold_tally(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<(State, Tally), EngineError> {
    let pages = Keeper::none();
    let read = |to_fold: &SyncSender<Decoded>| read_all(options, to_fold, progress);
    let (state, read) = fold_while_reading(&pages, State::default(), None, read)?;
    read.map(|()| (state, pages.outcomes().tally()))
}

/// Shows every entry of a record in order, all frames, roots and events checked, for whoever folds in another way; reading
/// goes on meanwhile. Ends with the record, or when `take` has seen enough. Changes nothing, and may run while another writes.
///
/// # Errors
/// As [`fold_record`], and what `take` says.
pub(crate) fn each_entry(
    options: &Options,
    progress: &mut dyn FnMut(u64),
    take: &mut (dyn FnMut(Entry<'_>) -> Result<ControlFlow<()>, EngineError> + Send),
) -> Result<(), EngineError> {
    let (to_take, frames) = sync_channel::<Decoded>(FRAMES_AHEAD);
    std::thread::scope(|scope| {
        let taking = scope.spawn(move || {
            while let Ok(decoded) = frames.recv() {
                if decoded.each(&mut |entry, _| take(entry))?.is_break() {
                    return Ok(true);
                }
            }
            Ok::<_, EngineError>(false)
        });
        let read = read_all(options, &to_take, progress);
        drop(to_take);
        let enough = taking.join().map_err(|_| EngineError::Panicked("the fold"))??;
        // Whoever has seen enough hangs up, which reading takes for an error.
        if enough { Ok(()) } else { read }
    })
}

/// Reads the pages and, at the same time, the record, folds what the pages do not know, then leaves the record open for
/// writing. A ledger that signs takes what its tree does not know yet.
pub(crate) fn catch_up(
    options: &Options,
    tree: Option<&mut Trees>,
    progress: &mut dyn FnMut(u64),
) -> Result<(Log, Keeper, State), EngineError> {
    let unread = Unread::open(&options.data, options.ledger, options.pages)?;
    let known = unread.entries();
    let (to_fold, frames) = sync_channel(FRAMES_AHEAD);
    let (said, mut made) = tree.map(|tree| (&mut tree.entries, &mut tree.outcomes)).unzip();
    let outcomes = made.as_deref_mut();
    let (pages, state, log) = std::thread::scope(|scope| {
        // Reading pages takes about as long as hashing the record that they know already.
        let folding = scope.spawn(move || read_and_fold(unread, known, &frames, outcomes));
        let log = open_and_hand_over(options, known, said, &to_fold, progress);
        drop(to_fold);
        let (pages, state) = folding.join().map_err(|_| EngineError::Panicked("the fold"))??;
        Ok::<_, EngineError>((pages, state, log?))
    })?;
    // Only now: whoever opened pages does not have the record yet, and another may still be at home in it.
    pages.settle_generation()?;
    let files = Options { home: Home::File, ..options.clone() };
    let mut read = |to_fold: &SyncSender<Decoded>| read_all(&files, to_fold, progress);
    let state = if state.entries >= known {
        state
    } else {
        tracing::warn!("the pages could not be used; the record is folded from its first entry");
        let (state, read) = fold_while_reading(&pages, state, made.as_deref_mut(), &mut read)?;
        read.map(|()| state)?
    };
    if let Some(outcomes) = made.filter(|outcomes| !outcomes.is_of(&pages.outcomes().tally())) {
        make_again(outcomes, &pages, &mut read)?;
    }
    Ok((log, pages, state))
}

/// Tiles are a cache: of a time before the pages, of an earlier record, or left wrong by a power failure. Those over outcomes take a fold.
fn make_again(
    outcomes: &mut OutcomeTree,
    pages: &Keeper,
    read: impl FnOnce(&SyncSender<Decoded>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    tracing::warn!("the tiles over outcomes do not fit the record, which is folded for them once more");
    outcomes.0.clear().map_err(SigningError::from)?;
    let (_, read) = fold_while_reading(&Keeper::none(), State::default(), Some(&mut *outcomes), read)?;
    read?;
    if outcomes.is_of(&pages.outcomes().tally()) { Ok(()) } else { Err(EngineError::OtherOutcomes) }
}

/// The part of the thread that folds. Had the pages promised more than they give, what follows cannot be folded yet.
fn read_and_fold(
    unread: Unread,
    known: u64,
    frames: &Receiver<Decoded>,
    mut outcomes: Option<&mut OutcomeTree>,
) -> Result<(Keeper, State), EngineError> {
    let (pages, state) = unread.read()?;
    if let Some(outcomes) = &mut outcomes {
        outcomes.go_on(state.entries, &pages.outcomes().tail()).map_err(SigningError::from)?;
    }
    if state.entries < known {
        while frames.recv().is_ok() {}
        return Ok((pages, state));
    }
    let state = fold_all(&pages, state, frames, outcomes)?;
    Ok((pages, state))
}

/// The part of the thread that reads: opens the record and hands over what the pages do not know.
fn open_and_hand_over(
    options: &Options,
    known: u64,
    mut tree: Option<&mut EntryTree>,
    to_fold: &SyncSender<Decoded>,
    progress: &mut dyn FnMut(u64),
) -> Result<Log, EngineError> {
    let mut unreadable = None;
    let opened = options.open_log(&mut |frame| {
        if frame.next_index() > known {
            hand_over(frame.clone(), known, to_fold, &mut unreadable)?;
        }
        if let Some(tree) = &mut tree {
            tree.take(frame)?;
        }
        progress(frame.next_index());
        Ok(())
    });
    // An entry nobody can read is reported as such, not as reading that stopped.
    unreadable.map_or_else(|| opened.map_err(EngineError::from), Err)
}

/// Folds in a thread of its own what `read` sends. What went wrong in the fold is reported first: it lies
/// further back.
fn fold_while_reading<T>(
    pages: &Keeper,
    state: State,
    outcomes: Option<&mut OutcomeTree>,
    read: impl FnOnce(&SyncSender<Decoded>) -> Result<T, EngineError>,
) -> Result<(State, Result<T, EngineError>), EngineError> {
    while_reading(|frames| fold_all(pages, state, frames, outcomes), read)
}

/// Reads in this thread, folds in another.
fn while_reading<T>(
    fold: impl FnOnce(&Receiver<Decoded>) -> Result<State, EngineError> + Send,
    read: impl FnOnce(&SyncSender<Decoded>) -> Result<T, EngineError>,
) -> Result<(State, Result<T, EngineError>), EngineError> {
    let (to_fold, frames) = sync_channel(FRAMES_AHEAD);
    std::thread::scope(|scope| {
        let folding = scope.spawn(move || fold(&frames));
        let read = read(&to_fold);
        drop(to_fold);
        let state = folding.join().map_err(|_| EngineError::Panicked("the fold"))??;
        Ok((state, read))
    })
}

fn fold_all(
    pages: &Keeper,
    mut state: State,
    frames: &Receiver<Decoded>,
    mut outcomes: Option<&mut OutcomeTree>,
) -> Result<State, EngineError> {
    while let Ok(decoded) = frames.recv() {
        let first = state.entries;
        let mut noting = pages.noting();
        decoded.fold_each(&mut state, &mut |state, entry, mark, outcome| {
            noting.note(state, entry, mark, outcome);
            Ok::<_, EngineError>(())
        })?;
        drop(noting);
        let leaves = pages.outcomes().take_leaves();
        if let Some(outcomes) = &mut outcomes {
            outcomes.take(first, &leaves).map_err(SigningError::from)?;
        }
        pages.keep_sometimes(&mut state)?;
    }
    Ok(state)
}

/// Reads a record from its first frame and hands every frame over, decoded.
pub(crate) fn read_all(
    options: &Options,
    to_fold: &SyncSender<Decoded>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), EngineError> {
    let Some(stream) = options.stream() else {
        let mut reader = Reader::open(&options.record(), options.ledger)?;
        while let Some(frame) = reader.next_frame()? {
            progress(frame.next_index());
            if to_fold.send(Decoded::new(frame, 0)?).is_err() {
                break;
            }
        }
        return Ok(());
    };
    let mut unreadable = None;
    let read = read_stream(&stream, options.ledger, &mut |frame| {
        progress(frame.next_index());
        hand_over(frame.clone(), 0, to_fold, &mut unreadable)
    });
    unreadable.map_or_else(|| read.map(|_| ()).map_err(EngineError::from), Err)
}

/// Decodes a frame and sends it to the fold. The fold only goes away early with an error, which is what the caller
/// gets then.
fn hand_over(
    frame: Frame,
    from: u64,
    to_fold: &SyncSender<Decoded>,
    unreadable: &mut Option<EngineError>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match Decoded::new(frame, from) {
        Ok(decoded) => to_fold.send(decoded).map_err(|_| "folding stopped".into()),
        Err(error) => {
            *unreadable = Some(error);
            Err("an entry cannot be read".into())
        }
    }
}
