//! The ledger as of a day, by a plain loop: what is of a later day only takes its place, what posts interest says nothing, and once all is
//! told the day is settled.

use ledger::entry::{Entry, Proof};
use ledger::event::{Event, Kind};
use ledger::money::Day;
use ledger::state::State;
use ledger::state::entry_rows::{POSTED, WITHDRAWN, WITHHELD};
use proto::samples::LATE_MS;

/// What a named principal said, at a time when all of it is of days gone by.
#[must_use]
pub fn entry<'said>(index: u64, principal: &'said str, content: &'said [u8], event: &'said Event) -> Entry<'said> {
    Entry { index, recorded_ms: LATE_MS, principal, proof: Proof::Named, again: None, content, event }
}

/// The state as of a day of what was said by whom, given how that came out in the ledger.
///
/// # Panics
/// If the fold stops.
#[must_use]
pub fn as_of(said: &[(String, Event)], live: &State, day: Day) -> State {
    let (mut state, mut waiting) = (State::default(), Vec::new());
    for (principal, event) in said {
        let (index, content) = (state.entries, proto::event::encode(event));
        let entry = entry(index, principal, &content, event);
        let there = live.seen_at(index).map(|seen| seen.verdict);
        let posted = there == Some(POSTED) || there == Some(WITHDRAWN);
        let accrues = matches!(&entry.event.kind, Kind::InterestAccrued(_) | Kind::InterestAdjusted(_));
        if entry.event.counts_as_of(day) && accrues && posted {
            state.stand(&entry).expect("it is the next one");
        } else if entry.event.counts_as_of(day) && !accrues {
            let refusal = state.fold_as_of(&entry, there.unwrap_or(WITHHELD)).expect("the fold goes on");
            if posted && refusal.is_some() {
                waiting.push((index, principal, content.clone(), entry.event.clone()));
            }
        } else {
            state.withhold(&entry).expect("it is the next one");
            if let Kind::EntryWithdrawn(withdrawn) = &entry.event.kind
                && let Some(taken) = live.seen.find(withdrawn.entry).filter(|_| there == Some(POSTED))
            {
                state.leave_taken_back(taken);
            }
        }
    }
    state.settle(day, 0);
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|(index, principal, content, event)| {
            let entry = entry(*index, principal, content, event);
            !state.judge_again(&entry).expect("the fold goes on")
        });
        if waiting.len() == before {
            break;
        }
        state.settle(day, 0);
    }
    state
}
