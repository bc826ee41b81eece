//! Reading a record again, from its first entry or from where the pages end: one thread reads and checks frames,
//! another decodes and folds their entries. Nothing is written here.

use std::sync::mpsc::{SyncSender, sync_channel};

use ledger::entry::Entry;
use ledger::state::State;

use crate::drive::{DriveError, Options, unreadable};
use crate::log::{Frame, Log, Reader};
use crate::pages::Keeper;

/// Frames read ahead of the fold.
const CATCH_UP_FRAMES: usize = 64;

/// Folds a record in files from its first entry, every frame, root and event checked. Takes no pages and changes nothing.
///
/// # Errors
/// The record is damaged, or holds what this program does not know.
pub fn fold_record(options: &Options, progress: &mut dyn FnMut(u64)) -> Result<State, DriveError> {
    let pages = Keeper::none();
    let (to_fold, frames) = sync_channel::<Frame>(CATCH_UP_FRAMES);
    std::thread::scope(|scope| {
        let pages = &pages;
        let folding = scope.spawn(move || -> Result<State, DriveError> {
            let mut state = State::default();
            while let Ok(frame) = frames.recv() {
                fold_frame(&mut state, pages, &frame)?;
            }
            Ok(state)
        });
        let read = read_all(options, &to_fold, progress);
        drop(to_fold);
        let state = folding.join().map_err(|_| DriveError::Pages("the fold panicked".to_owned()))??;
        read.map(|()| state)
    })
}

fn read_all(options: &Options, to_fold: &SyncSender<Frame>, progress: &mut dyn FnMut(u64)) -> Result<(), DriveError> {
    let mut reader = Reader::open(&options.data.join("record"), options.ledger)?;
    while let Some(frame) = reader.next_frame()? {
        progress(frame.next_index());
        if to_fold.send(frame).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads the record and folds what `state` does not know yet, then leaves the record open for writing.
pub(crate) fn catch_up(
    options: &Options,
    pages: &Keeper,
    mut state: State,
    progress: &mut dyn FnMut(u64),
) -> Result<(Log, State), DriveError> {
    let (to_fold, frames) = sync_channel::<Frame>(CATCH_UP_FRAMES);
    std::thread::scope(|scope| {
        let known = state.entries;
        let folding = scope.spawn(move || -> Result<State, DriveError> {
            while let Ok(frame) = frames.recv() {
                fold_frame(&mut state, pages, &frame)?;
            }
            Ok(state)
        });
        let opened = options.open_log(&mut |frame| {
            // The fold only goes away early with an error, which is what the caller gets then.
            if frame.next_index() > known && to_fold.send(frame.clone()).is_err() {
                return Err("folding stopped".into());
            }
            progress(frame.next_index());
            Ok(())
        });
        drop(to_fold);
        let state = folding.join().map_err(|_| DriveError::Pages("the fold panicked".to_owned()))??;
        Ok((opened?, state))
    })
}

fn fold_frame(state: &mut State, pages: &Keeper, frame: &Frame) -> Result<(), DriveError> {
    for (bytes, index) in frame.entries().zip(frame.header().first_index..) {
        if index >= state.entries {
            fold_raw(state, pages, index, bytes)?;
        }
    }
    pages.keep_sometimes(state)
}

/// Folds one entry as read from the record.
fn fold_raw(state: &mut State, pages: &Keeper, index: u64, bytes: &[u8]) -> Result<(), DriveError> {
    let bad = |why: String| DriveError::Unreadable { index, why };
    let raw = proto::entry::decode(bytes).map_err(|error| bad(error.to_string()))?;
    let event = proto::event::decode(raw.content).map_err(|error| bad(error.to_string()))?;
    let entry = Entry { index, recorded_ms: raw.recorded_ms, principal: raw.principal, content: raw.content, event };
    let outcome = state.fold(&entry).map_err(|halt| unreadable(index, halt))?;
    pages.note(state, index, &outcome);
    Ok(())
}
