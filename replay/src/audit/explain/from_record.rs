//! Explains an entry from the record alone: folds what comes before it, so that every fact is the one known then.

use std::ops::ControlFlow;

use ledger::outcome::Outcome;
use ledger::state::State;
use uuid::Uuid;

use super::aid_facts::facts_of;
use super::explanation::{Explanation, of};
use super::refusal_figures::compared;
use super::withdrawn::{id_of_withdrawal, withdrawal_on_record};
use crate::engine::catch_up::each_entry;
use crate::engine::folded::folded;
use crate::engine::{EngineError, Options, Recorded};
use crate::pages::postings::Postings;

/// Which entry is asked for, as people name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// By its index.
    Index(u64),
    /// The first with this event id.
    Event(Uuid),
}

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let index = || text.parse().ok().map(Self::Index);
        // Thirty-two digits are an id written without dashes, not an index.
        let wanted = if text.len() < 32 { index() } else { Uuid::try_parse(text).ok().map(Self::Event) };
        wanted.ok_or_else(|| "give the index of an entry, such as 42, or the id of an event".to_owned())
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Index(index) => write!(f, "entry {index}"),
            Self::Event(id) => write!(f, "event {id}"),
        }
    }
}

/// Explains an entry of a record, files or stream, with the ledger as it was after it; `None` if there is no such entry. Only that it
/// was taken back is said of what came later.
/// Reads and checks the record from its start, changes nothing, and may run while a ledger writes.
///
/// # Errors
/// The record is damaged, or holds what this program does not know.
pub fn explain_record(
    options: &Options,
    wanted: Wanted,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<(State, Explanation)>, EngineError> {
    let mut state = State::default();
    let (mut explained, mut later): (Option<(Recorded, Explanation)>, _) = (None, Vec::new());
    each_entry(options, progress, &mut |entry| {
        if let Some((explained, _)) = &explained {
            // Behind it nothing is folded: only what may have taken it back is kept.
            if entry.event.id == id_of_withdrawal(explained.event.id) {
                later.push(Recorded::of(&entry));
            }
            return Ok(ControlFlow::Continue(()));
        }
        let found = match wanted {
            Wanted::Index(wanted) => wanted == entry.index,
            Wanted::Event(id) => entry.event.id == id,
        };
        if found {
            let recorded = Recorded::of(&entry);
            let explanation = last(&mut state, &recorded)?;
            explained = Some((recorded, explanation));
            return Ok(ControlFlow::Continue(()));
        }
        let _ = folded(&mut state, &entry)?;
        Ok(ControlFlow::Continue(()))
    })?;
    let Some((recorded, mut explanation)) = explained else { return Ok(None) };
    let withdrawal = withdrawal_on_record(options, &state, &recorded, &later)?;
    explanation.facts.splice(..0, withdrawal);
    Ok(Some((state, explanation)))
}

/// Folds the entry asked for, with the facts gathered before and the postings after.
pub(super) fn last(state: &mut State, recorded: &Recorded) -> Result<Explanation, EngineError> {
    let index = recorded.index;
    let mut facts = facts_of(state, recorded);
    let mut entries = Postings::default();
    let outcome = folded(state, &recorded.entry())?;
    // What the ledger found of a claim's line by judging it is a fact that only then exists.
    let found = facts_of(state, recorded).into_iter().filter(|fact| fact.name == "verdict");
    let behind_claim = facts.iter().position(|fact| fact.name != "claim").unwrap_or(facts.len());
    facts.splice(behind_claim..behind_claim, found);
    if let Outcome::Posted { postings, .. } = &outcome {
        entries.note(state, index, recorded.event.effective, postings);
    }
    let mut explanation = of(state, recorded, &entries.at(index), facts);
    if let Outcome::Refused(refusal) = &outcome {
        explanation.compared = compared(state, &recorded.event, refusal);
    }
    Ok(explanation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named_by_index_or_event() {
        assert_eq!("42".parse(), Ok(Wanted::Index(42)));
        let id = Uuid::from_u128(7);
        assert_eq!(id.to_string().parse(), Ok(Wanted::Event(id)));
        assert_eq!(id.simple().to_string().parse(), Ok(Wanted::Event(id)));
        for bad in ["", "x", "-1", "4.2", "0190a6f2-0000"] {
            assert!(bad.parse::<Wanted>().is_err(), "{bad}");
        }
    }
}
