//! One entry folded, for whoever folds: what the fold cannot take, and where it panics, is told by the entry's index.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ledger::entry::Entry;
use ledger::money::Day;
use ledger::outcome::{Outcome, Refusal};
use ledger::state::State;

use super::error::EngineError;

/// What the ledger makes of the next entry.
///
/// # Errors
/// The state waits for another entry, or the fold panics. After a panic the state is half done and must not be read.
pub(crate) fn folded(state: &mut State, entry: &Entry<'_>) -> Result<Outcome, EngineError> {
    guarded(entry.index, || state.fold(entry).map_err(|halt| EngineError::unreadable(entry.index, &halt)))
}

/// The same for whoever folds many at once, within [`guarded_all`].
pub(super) fn unguarded(state: &mut State, entry: &Entry<'_>, outcome: &mut Outcome) -> Result<(), EngineError> {
    state.fold_into(entry, outcome).map_err(|halt| EngineError::unreadable(entry.index, &halt))
}

/// Folds entries of which each is under way by its index. After a panic the state is half done and must not be read.
pub(super) fn guarded_all<T, E: From<EngineError>>(
    under_way: &Cell<u64>,
    fold: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    caught(fold).unwrap_or_else(|why| Err(EngineError::FoldPanicked { index: under_way.get(), why }.into()))
}

/// The same as of a day, of an entry that came out so in the ledger; the refusal, if it is refused as of the day.
pub(super) fn folded_as_of(state: &mut State, entry: &Entry<'_>, there: u8) -> Result<Option<Refusal>, EngineError> {
    guarded(entry.index, || state.fold_as_of(entry, there).map_err(|halt| EngineError::unreadable(entry.index, &halt)))
}

/// The same of an entry that is left out.
pub(crate) fn withheld(state: &mut State, entry: &Entry<'_>) -> Result<(), EngineError> {
    guarded(entry.index, || state.withhold(entry).map_err(|halt| EngineError::unreadable(entry.index, &halt)))
}

/// The same of an entry that posted interest, as a day is settled whatever was posted.
pub(super) fn standing(state: &mut State, entry: &Entry<'_>) -> Result<(), EngineError> {
    guarded(entry.index, || state.stand(entry).map_err(|halt| EngineError::unreadable(entry.index, &halt)))
}

/// Whether a refused entry is posted if it is judged again.
pub(super) fn judged_again(state: &mut State, entry: &Entry<'_>) -> Result<bool, EngineError> {
    guarded(entry.index, || state.judge_again(entry).map_err(|halt| EngineError::unreadable(entry.index, &halt)))
}

/// Closes the fold of a day; `since` as in [`State::settle`].
pub(super) fn settled(state: &mut State, day: Day, since: u64) -> Result<(), EngineError> {
    guarded(state.entries, || {
        state.settle(day, since);
        Ok(())
    })
}

fn guarded<T>(index: u64, fold: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    caught(fold).unwrap_or_else(|why| Err(EngineError::FoldPanicked { index, why }))
}

/// A state that was half changed is not read again: whoever folds ends with this error.
fn caught<T>(fold: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(fold)).map_err(|panic| said(&*panic))
}

/// Has a thread do its work; were it to panic, `told` hears it, so that nobody waits for a thread that is gone.
pub(crate) fn watched(work: impl FnOnce(), told: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        told();
    }
}

/// What a panic said; the place is in the log.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_by_the_entry_and_what_is_no_panic_passes() {
        let error = guarded::<()>(7, || panic!("a sum of {}", "fen")).unwrap_err();
        assert!(error.is_damage(), "nothing is answered from a state that was half changed");
        let text = error.to_string();
        assert!(text.contains("entry 7") && text.contains("a sum of fen"), "{text}");
        assert!(matches!(guarded(8, || Ok(1)), Ok(1)));
    }

    #[test]
    fn of_many_that_one_is_named_that_was_under_way() {
        let under_way = Cell::new(0);
        let folded: Result<(), EngineError> = guarded_all(&under_way, || {
            for index in 3..7 {
                under_way.set(index);
                assert!(index < 5, "five");
            }
            Ok(())
        });
        assert!(matches!(folded, Err(EngineError::FoldPanicked { index: 5, why }) if why == "five"));
    }

    #[test]
    fn whoever_watches_a_thread_hears_of_its_panic_alone() {
        let mut told = 0;
        watched(|| {}, || told += 1);
        watched(|| panic!("gone"), || told += 1);
        assert_eq!(told, 1);
    }
}
