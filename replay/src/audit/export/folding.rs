//! The record read and folded once more, each entry shown together with its outcome and the state after it.
//! One thread reads, checks and decodes, another folds and writes. Nothing is kept here.

use std::sync::mpsc::sync_channel;

use ledger::entry::Entry;
use ledger::outcome::Outcome;
use ledger::state::State;

use super::error::ExportError;
use crate::engine::catch_up::{Decoded, FRAMES_AHEAD, read_all};
use crate::engine::{EngineError, Options};

/// Is shown each entry after it was folded, and writes.
pub(super) trait Export: Send {
    /// One entry, what became of it, and the state after it.
    fn entry(&mut self, state: &State, entry: &Entry<'_>, outcome: &Outcome) -> Result<(), ExportError>;
    /// The record has ended; says which file to open and how many postings and accounts there are.
    fn finish(&mut self, state: &State) -> Result<(&'static str, u64, u64), ExportError>;
}

/// Is shown each entry; an error ends the reading.
pub(super) type Seen<'a> = &'a mut (dyn FnMut(&State, &Entry<'_>, &Outcome) -> Result<(), ExportError> + Send);

/// Folds a record from its first entry and shows every entry of it.
pub(super) fn fold_each(
    options: &Options,
    progress: &mut dyn FnMut(u64),
    seen: Seen<'_>,
) -> Result<State, ExportError> {
    let (to_fold, frames) = sync_channel::<Decoded>(FRAMES_AHEAD);
    std::thread::scope(|scope| {
        let folding = scope.spawn(move || -> Result<State, ExportError> {
            let mut state = State::default();
            while let Ok(decoded) = frames.recv() {
                decoded.fold_each(&mut state, &mut |state, entry, _, outcome| seen(state, entry, outcome))?;
            }
            Ok(state)
        });
        let read = read_all(options, &to_fold, progress);
        drop(to_fold);
        // What went wrong in the fold is reported first: it lies further back.
        let state = folding.join().map_err(|_| EngineError::Panicked("the fold"))??;
        read.map_err(ExportError::from).map(|()| state)
    })
}
