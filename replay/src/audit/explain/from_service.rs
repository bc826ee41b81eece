//! Explains an entry of a ledger in operation, as `from_record` explains one of a record alone: by the ledger as it was.

use ledger::state::State;

use super::explanation::Explanation;
use super::from_record::last;
use super::withdrawn::withdrawal_of;
use crate::engine::{Engine, EngineError};

/// Explains an entry of a ledger in operation, with the ledger as it was after it, from the ledger as it was before it; `None` if so
/// many are not folded yet. Only that it was taken back is said of what came later. Blocks: not for async tasks.
///
/// # Errors
/// The record cannot be read.
pub fn explain(engine: &Engine, mut state: State) -> Result<Option<(State, Explanation)>, EngineError> {
    let Some(recorded) = engine.recorded(state.entries)? else { return Ok(None) };
    let mut explanation = last(&mut state, &recorded)?;
    let withdrawal = withdrawal_of(engine, &recorded)?;
    explanation.facts.splice(..0, withdrawal);
    Ok(Some((state, explanation)))
}
