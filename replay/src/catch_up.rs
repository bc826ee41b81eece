//! Reading a record again, from its first entry or from where the pages end: one thread reads, checks and decodes
//! frames, another folds their entries. Nothing is written here.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use ledger::entry::Entry;
use ledger::event::Event;
use ledger::outcome::Outcome;
use ledger::state::State;

use crate::drive::{DriveError, Home, Options, unreadable};
use crate::log::{Frame, Log, NatsOptions, Reader, read_stream};
use crate::pages::Keeper;
use crate::signing::Reading;
use crate::tally::Tally;

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
    pub fn new(frame: Frame, from: u64) -> Result<Self, DriveError> {
        let (begin, end) = (frame.header().first_index, frame.next_index());
        let first = from.clamp(begin, end.max(begin));
        let mut events = Vec::with_capacity(usize::try_from(end.saturating_sub(first)).unwrap_or(0));
        for (bytes, index) in frame.entries().zip(begin..).filter(|(_, index)| *index >= first) {
            let bad = |why: String| DriveError::Unreadable { index, why };
            let raw = proto::entry::decode(bytes).map_err(|error| bad(error.to_string()))?;
            events.push(proto::event::decode(raw.content).map_err(|error| bad(error.to_string()))?);
        }
        Ok(Self { frame, first, events })
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
    pub fn fold(self, state: &mut State, seen: &mut dyn FnMut(&mut State, u64, &Outcome)) -> Result<(), DriveError> {
        self.fold_each(state, &mut |state, entry, outcome| {
            seen(state, entry.index, outcome);
            Ok(())
        })
    }

    /// The same, showing the whole entry. Whoever is shown it may end the folding with an error of his own.
    pub(crate) fn fold_each<E: From<DriveError>>(
        self,
        state: &mut State,
        seen: &mut dyn FnMut(&mut State, &Entry<'_>, &Outcome) -> Result<(), E>,
    ) -> Result<(), E> {
        let skipped = usize::try_from(self.first - self.frame.header().first_index).unwrap_or(usize::MAX);
        let entries = self.frame.entries().skip(skipped).zip(self.first..);
        for ((bytes, index), event) in entries.zip(self.events) {
            // The head of an entry was read once already; reading it again costs less than carrying it over.
            let raw = proto::entry::decode(bytes)
                .map_err(|error| DriveError::Unreadable { index, why: error.to_string() })?;
            let entry =
                Entry { index, recorded_ms: raw.recorded_ms, principal: raw.principal, content: raw.content, event };
            let outcome = state.fold(&entry).map_err(|halt| unreadable(index, halt))?;
            seen(state, &entry, &outcome)?;
        }
        Ok(())
    }
}

/// Folds a record from its first entry, every frame, root and event checked: the files of a directory, or the stream of
/// a server. Takes no pages and changes nothing.
///
/// # Errors
/// The record is damaged, or holds what this program does not know.
pub fn fold_record(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<State, DriveError> {
    fold_tally(options, progress).map(|(state, _)| state)
}

/// As [`fold_record`], with what all outcomes come to.
///
/// # Errors
/// As [`fold_record`].
pub fn fold_tally(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<(State, Tally), DriveError> {
    let pages = Keeper::none();
    let (state, read) = beside(&pages, State::default(), |to_fold| read_all(options, to_fold, progress))?;
    read.map(|()| (state, pages.tally()))
}

/// Reads the record and folds what `state` does not know yet, then leaves the record open for writing. A ledger that
/// signs takes what its tree does not know yet.
pub(crate) fn catch_up(
    options: &Options,
    pages: &Keeper,
    state: State,
    mut tree: Option<&mut Reading>,
    progress: &mut dyn FnMut(u64),
) -> Result<(Log, State), DriveError> {
    let known = state.entries;
    let (state, log) = beside(pages, state, |to_fold| {
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
        // An entry nobody can read is told as such, not as reading that stopped.
        unreadable.map_or_else(|| opened.map_err(DriveError::from), Err)
    })?;
    log.map(|log| (log, state))
}

/// Folds in a thread of its own what `read` sends. What went wrong in the fold is told first: it lies further back.
fn beside<T>(
    pages: &Keeper,
    state: State,
    read: impl FnOnce(&SyncSender<Decoded>) -> Result<T, DriveError>,
) -> Result<(State, Result<T, DriveError>), DriveError> {
    let (to_fold, frames) = sync_channel(FRAMES_AHEAD);
    std::thread::scope(|scope| {
        let folding = scope.spawn(move || fold_all(pages, state, &frames));
        let read = read(&to_fold);
        drop(to_fold);
        let state = folding.join().map_err(|_| DriveError::Pages("the fold panicked".to_owned()))??;
        Ok((state, read))
    })
}

fn fold_all(pages: &Keeper, mut state: State, frames: &Receiver<Decoded>) -> Result<State, DriveError> {
    while let Ok(decoded) = frames.recv() {
        decoded.fold_each(&mut state, &mut |state, entry, outcome| {
            pages.note(state, entry.index, entry.event.effective, outcome);
            Ok::<_, DriveError>(())
        })?;
        pages.keep_sometimes(&mut state)?;
    }
    Ok(state)
}

/// Reads a record from its first frame and hands every frame over, decoded.
pub(crate) fn read_all(
    options: &Options,
    to_fold: &SyncSender<Decoded>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DriveError> {
    let record = options.data.join("record");
    match &options.home {
        Home::File => {
            let mut reader = Reader::open(&record, options.ledger)?;
            while let Some(frame) = reader.next_frame()? {
                progress(frame.next_index());
                if to_fold.send(Decoded::new(frame, 0)?).is_err() {
                    break;
                }
            }
            Ok(())
        }
        Home::Nats { url, stream } => {
            let mut nats = NatsOptions::new(url, &record);
            if let Some(stream) = stream {
                nats.stream.clone_from(stream);
            }
            let mut unreadable = None;
            let read = read_stream(&nats, options.ledger, &mut |frame| {
                progress(frame.next_index());
                hand_over(frame.clone(), 0, to_fold, &mut unreadable)
            });
            unreadable.map_or_else(|| read.map(|_| ()).map_err(DriveError::from), Err)
        }
    }
}

/// Decodes a frame and sends it to the fold. The fold only goes away early with an error, which is what the caller
/// gets then.
fn hand_over(
    frame: Frame,
    from: u64,
    to_fold: &SyncSender<Decoded>,
    unreadable: &mut Option<DriveError>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match Decoded::new(frame, from) {
        Ok(decoded) => to_fold.send(decoded).map_err(|_| "folding stopped".into()),
        Err(error) => {
            *unreadable = Some(error);
            Err("an entry cannot be read".into())
        }
    }
}
