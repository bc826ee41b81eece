//! A generation in the making: the record folded from its first entry into a store of its own. Dropped unfinished, it
//! takes its directory with it. Whether it equals what is in use is decided elsewhere.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use ledger::state::State;

use super::{Only, RebuildError, Step};
use crate::engine::EngineError;
use crate::engine::catch_up::{Decoded, FRAMES_AHEAD};
use crate::kill_points;
use crate::pages::generations::Generations;
use crate::pages::keeper::Keeper;
use crate::pages::store::Store;
use crate::proof::tally::{Tally, Tallying};
use crate::record::log::{Frame, Reader};

/// What was folded so far.
pub(crate) struct NextGeneration {
    generations: Generations,
    number: u64,
    /// Until it is put in use or removed.
    keeper: Option<Keeper>,
    reader: Reader,
    only: Option<Only>,
    /// Whether the pages are written; what is folded later is only compared.
    kept: bool,
    pub(crate) state: State,
}

impl NextGeneration {
    /// A generation beside the one in use, of the record in a directory of files.
    pub(crate) fn begin(
        generations: Generations,
        ledger: [u8; 16],
        record: &Path,
        only: Option<Only>,
    ) -> Result<Self, RebuildError> {
        let reader = Reader::open(record, ledger)?;
        let (number, store) = generations.begin(ledger)?;
        let keeper = Keeper::over(generations.clone(), number, store, 0, Tallying::default())?;
        let keeper = keeper.only(only != Some(Only::State), only != Some(Only::Entries));
        Ok(Self { generations, number, keeper: Some(keeper), reader, only, kept: false, state: State::default() })
    }

    /// Its number.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// What all outcomes so far come to.
    pub(crate) fn tally(&self) -> Tally {
        self.keeper.as_ref().map(|keeper| keeper.outcomes().tally()).unwrap_or_default()
    }

    /// Folds on until there are so many entries: the end of a frame.
    pub(crate) fn fold_to(&mut self, entries: u64, step: Step<'_>) -> Result<(), RebuildError> {
        self.fold_on(entries, entries, step)?;
        let found = self.state.entries;
        if found == entries { Ok(()) } else { Err(RebuildError::Short { found, wanted: entries }) }
    }

    /// Folds on to the end of the record.
    pub(crate) fn fold_rest(&mut self, step: Step<'_>) -> Result<(), RebuildError> {
        self.fold_on(u64::MAX, 0, step)
    }

    fn fold_on(&mut self, to: u64, total: u64, step: Step<'_>) -> Result<(), RebuildError> {
        let Some(keeper) = self.keeper.as_ref().filter(|_| self.state.entries < to) else { return Ok(()) };
        let (to_fold, frames) = sync_channel(FRAMES_AHEAD);
        let (from, reader, state) = (self.state.entries, &mut self.reader, &mut self.state);
        let kept = self.kept;
        std::thread::scope(|scope| {
            let reading = scope.spawn(move || read(reader, from, to, &to_fold));
            let folded = fold(keeper, kept, state, frames, total, step);
            let read = reading.join().map_err(|_| EngineError::Panicked("reading the record"))?;
            folded.and_then(|()| Ok(read?))
        })
    }

    /// Writes the pages of what is folded by now, and carries over from `in_use` what was not made from the record.
    pub(crate) fn keep(&mut self, in_use: Option<&Store>) -> Result<(), RebuildError> {
        let Some(keeper) = self.keeper.take() else { return Ok(()) };
        let kept = keeper.close(&mut self.state);
        let store = keeper.store();
        self.keeper = Some(keeper.only(false, true));
        self.kept = true;
        kept?;
        if let (Some(store), Some(in_use)) = (store, in_use) {
            match self.only {
                Some(Only::Entries) => store.carry_state(in_use)?,
                Some(Only::State) => store.carry_postings(in_use)?,
                None => {}
            }
        }
        kill_points::at("rebuild-written");
        Ok(())
    }

    /// The store that was written.
    pub(crate) fn store(&self) -> Result<Arc<Store>, RebuildError> {
        self.keeper.as_ref().and_then(Keeper::store).ok_or(RebuildError::NoPages)
    }

    /// Has the next start find it. From now on it is no longer removed when it is dropped.
    pub(crate) fn put_in_use(&mut self) -> Result<Arc<Store>, RebuildError> {
        let store = self.store()?;
        kill_points::at("rebuild-swapping");
        self.generations.put_in_use(self.number)?;
        self.keeper = None;
        kill_points::at("rebuild-swapped");
        Ok(store)
    }

    /// Removes all other generations, once nobody is to use them any more. That this one is in use does not hang on it.
    pub(crate) fn settle(&self) {
        if let Err(error) = self.generations.settle(self.number) {
            tracing::warn!(%error, "a replaced generation could not be removed; the next start does it");
        }
    }
}

impl Drop for NextGeneration {
    fn drop(&mut self) {
        let Some(keeper) = self.keeper.take() else { return };
        keeper.abandon();
        drop(keeper);
        if let Err(error) = self.generations.remove(self.number) {
            tracing::warn!(%error, "an unfinished generation could not be removed; the next start does it");
        }
    }
}

fn read(reader: &mut Reader, from: u64, to: u64, to_fold: &SyncSender<Decoded>) -> Result<(), EngineError> {
    let mut at = from;
    while at < to {
        let Some(frame) = next(reader)? else { break };
        at = at.max(frame.next_index());
        // The fold has ended and says why.
        if to_fold.send(Decoded::new(frame, from)?).is_err() {
            break;
        }
    }
    Ok(())
}

/// The next frame; at the end, of what was written since it was met.
fn next(reader: &mut Reader) -> Result<Option<Frame>, EngineError> {
    if let Some(frame) = reader.next_frame()? {
        return Ok(Some(frame));
    }
    reader.go_on()?;
    Ok(reader.next_frame()?)
}

/// The frames belong to the fold: when it ends before them, the thread that reads must see it.
fn fold(
    keeper: &Keeper,
    kept: bool,
    state: &mut State,
    frames: Receiver<Decoded>,
    total: u64,
    step: Step<'_>,
) -> Result<(), RebuildError> {
    while let Ok(decoded) = frames.recv() {
        let mut noting = keeper.noting();
        decoded.fold_each(state, &mut |state, entry, mark, outcome| {
            noting.note(state, entry, mark, outcome);
            Ok::<_, EngineError>(())
        })?;
        drop(noting);
        // Tiles are kept by the ledger in use.
        drop(keeper.outcomes().take_leaves());
        if !kept {
            keeper.keep_sometimes(state)?;
        }
        if !step(state.entries, total.max(state.entries)) {
            return Err(RebuildError::Interrupted);
        }
    }
    Ok(())
}
