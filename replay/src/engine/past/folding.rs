//! Folds a state of the past: one thread reads and decodes frames, another folds them, as at a start. It reads the files
//! while the ledger goes on, and holds up neither writer nor fold.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use ledger::state::entry_rows::WITHHELD;

use super::view::Past;
use crate::engine::EngineError;
use crate::engine::catch_up::{Decoded, FRAMES_AHEAD};
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
            let there = self.verdicts(first, decoded.frame().next_index());
            let whole = decoded.each::<EngineError>(&mut |entry, salt| {
                if entry.index >= self.folding.total {
                    return Ok(ControlFlow::Break(()));
                }
                let there = usize::try_from(entry.index - first).ok().and_then(|at| there.get(at));
                past.take(&entry, there.copied().unwrap_or(WITHHELD), self.live)?;
                past.salts ^= u128::from_be_bytes(salt);
                Ok(ControlFlow::Continue(()))
            })?;
            if whole.is_continue() {
                past.tip = tip;
            }
            self.note(&past);
        }
        if self.stopped() {
            return Err(EngineError::Stopped);
        }
        past.settle()?;
        Ok(past)
    }

    /// What became of the entries from one to another in the ledger. They are folded there.
    fn verdicts(&self, from: u64, to: u64) -> Vec<u8> {
        let live = self.live.read();
        (from..to.min(live.entries)).filter_map(|index| live.seen_at(index)).map(|seen| seen.verdict).collect()
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
