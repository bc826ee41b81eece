//! Folds a state of the past: one thread reads and decodes frames, another folds them, as at a start. It reads the files
//! while the ledger goes on, and holds up neither writer nor fold.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use ledger::entry::Entry;
use ledger::event::Kind;
use ledger::state::State;
use ledger::state::entry_rows::{POSTED, WITHDRAWN, WITHHELD};

use super::view::Past;
use crate::engine::EngineError;
use crate::engine::catch_up::{Decoded, FRAMES_AHEAD};
use crate::engine::folded::{folded, withheld};
use crate::engine::live::LiveState;
use crate::point::Point;
use crate::record::error::LogError;
use crate::record::log::{Reader, Tip};

/// A past on its way.
pub(super) struct Folding {
    done: AtomicU64,
    /// Entries to fold.
    pub total: u64,
    /// What came of it, for those who wait for it.
    pub ended: OnceLock<Result<Arc<Past>, Arc<EngineError>>>,
}

impl Folding {
    pub fn new(total: u64) -> Self {
        Self { done: AtomicU64::new(0), total, ended: OnceLock::new() }
    }

    /// Entries folded so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

impl Past {
    /// Before the first entry.
    fn beginning(point: Point, ledger: [u8; 16]) -> Self {
        Self { state: State::default(), point, withheld: 0, changed: 0, tip: Tip::new(ledger) }
    }

    /// Takes the entry, or leaves it out.
    fn take(&mut self, entry: &Entry<'_>, live: &LiveState) -> Result<(), EngineError> {
        let later = self.point.effective.is_some_and(|day| entry.event.effective > day);
        let state = &mut self.state;
        let taken = if later { withheld(state, entry) } else { folded(state, entry).map(drop) };
        self.withheld += u64::from(later);
        taken?;
        if later && let Kind::EntryWithdrawn(withdrawn) = &entry.event.kind {
            // A day mistaken for a later one and put right: what was put right counts on its own day, though both the mistake and its
            // withdrawal lie beyond.
            let live = live.read();
            let counted = live.seen_at(entry.index).is_some_and(|seen| seen.verdict == POSTED);
            if let Some(taken) = live.seen.find(withdrawn.entry).filter(|_| counted) {
                self.state.leave_taken_back(taken);
            }
        }
        Ok(())
    }

    /// Counts those of the entries from `first` on that came out differently than they did for the ledger. What was posted and taken
    /// back since was posted there too.
    fn count_changed(&mut self, first: u64, live: &LiveState) {
        if self.withheld == 0 {
            return;
        }
        let live = live.read();
        for index in first..self.state.entries {
            let (Some(here), Some(there)) = (self.state.seen_at(index), live.seen_at(index)) else { return };
            let came_out = |verdict| if verdict == WITHDRAWN { POSTED } else { verdict };
            let (here, there) = (came_out(here.verdict), came_out(there.verdict));
            self.changed += u64::from(here != WITHHELD && here != there);
        }
    }
}

/// What a fold needs to know besides where it begins.
pub(super) struct Task<'a> {
    pub live: &'a LiveState,
    pub record: &'a Path,
    pub ledger: [u8; 16],
    pub stop: &'a AtomicBool,
    pub folding: &'a Folding,
}

/// A frame, and where the record ends with it.
type Read = (Decoded, Tip);

impl Task<'_> {
    /// Folds the entries of a point, or what is still missing of them in `past`.
    pub fn run(&self, point: Point, past: Option<Past>) -> Result<Past, EngineError> {
        let past = past.unwrap_or_else(|| Past::beginning(point, self.ledger));
        self.note(&past);
        let (tip, known) = (past.tip.clone(), past.state.entries);
        let (to_fold, frames) = sync_channel(FRAMES_AHEAD);
        std::thread::scope(|scope| {
            let folding = scope.spawn(move || self.fold(past, &frames));
            let read = self.read(tip, known, &to_fold);
            drop(to_fold);
            // What went wrong in the fold is reported first: it lies further back.
            let past = folding.join().map_err(|_| EngineError::Panicked("the fold"))??;
            read?;
            Ok(past)
        })
    }

    fn read(&self, tip: Tip, known: u64, to_fold: &SyncSender<Read>) -> Result<(), EngineError> {
        let mut reader = Reader::open_at(self.record, tip)?;
        while reader.tip().next_index() < self.folding.total && !self.stopped() {
            let Some(frame) = reader.next_frame()? else { return Err(self.ended_early(&reader).into()) };
            if to_fold.send((Decoded::new(frame, known)?, reader.tip().clone())).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn fold(&self, mut past: Past, frames: &Receiver<Read>) -> Result<Past, EngineError> {
        while let Ok((decoded, tip)) = frames.recv() {
            if self.stopped() {
                return Err(EngineError::Stopped);
            }
            let first = past.state.entries;
            let whole = decoded.each::<EngineError>(&mut |entry| {
                if entry.index >= self.folding.total {
                    return Ok(ControlFlow::Break(()));
                }
                past.take(&entry, self.live)?;
                Ok(ControlFlow::Continue(()))
            })?;
            if whole.is_continue() {
                past.tip = tip;
            }
            past.count_changed(first, self.live);
            self.note(&past);
        }
        if self.stopped() { Err(EngineError::Stopped) } else { Ok(past) }
    }

    fn note(&self, past: &Past) {
        self.folding.done.store(past.state.entries, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn ended_early(&self, reader: &Reader) -> LogError {
        let (place, total) = (self.record.display().to_string(), self.folding.total);
        reader.damage(place, format!("the files end before it, though {total} entries are folded"))
    }
}
