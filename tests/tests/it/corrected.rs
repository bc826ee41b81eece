//! Corrections of what applications take from document lines, over histories of all kinds: whenever they are told and taken back, what they
//! come to is the same. The second model holds it entry by entry.

use crate::whole::{LENGTH, SEEDS, adds_up, books, differences, tell, withdrawn};
use ledger::event::{Event, KindTag};
use ledger::outcome::Outcome;
use ledger::state::entry_rows::POSTED;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::desk::submit_at;
use tests::history::{Chance, Lived, whole};
use uuid::Uuid;

/// Those that count, as they do: what was refused at first may have been said otherwise.
fn counting(lived: &Lived) -> Vec<Event> {
    let counts = |event: &&Event| {
        let content = ledger::hash::content(&proto::event::encode(event));
        let row = lived.state.seen.by_id(event.id).map(|(_, row)| row);
        row.is_some_and(|row| row.verdict == POSTED && row.content == content)
    };
    let said = lived.said.iter().map(|(_, event)| event);
    let corrections = said.filter(|event| event.kind.tag() == KindTag::DrawsCorrected).filter(counts);
    let corrections: BTreeMap<Uuid, Event> = corrections.map(|event| (event.id, event.clone())).collect();
    corrections.into_values().collect()
}

/// All corrections of a history are taken back, and told again once everything else is told, in another order.
#[test]
fn corrections_told_last_end_as_those_told_in_time() {
    let (mut same, mut moved) = (0, 0);
    for seed in 0..SEEDS {
        let lived = whole(seed, LENGTH);
        let mut corrections = counting(&lived);
        let (mut state, mut chance) = (lived.state, Chance::new(seed));
        let before = books(&state, &[]);
        for at in (1..corrections.len()).rev() {
            corrections.swap(at, chance.below(at + 1));
        }
        for event in &corrections {
            let outcome = tell(&mut state, &withdrawn(event));
            assert!(matches!(outcome, Outcome::Posted { .. }), "seed {seed}: {event:?} gave {outcome:?}");
            adds_up(&state, &format!("seed {seed}"));
        }
        moved += usize::from(books(&state, &[]) != before);
        let again = |event: Event| Event::said_as(event.edition + 1, event.effective, event.kind);
        let mut left: Vec<Event> = corrections.into_iter().rev().map(again).collect();
        let mut told = usize::MAX;
        while left.len() < told {
            told = left.len();
            left.retain(|event| {
                let (content, entry) = (proto::event::encode(event), state.seen.find(event.id).map(u64::from));
                let outcome = submit_at(&mut state, (LATE_MS, entry), "郑", &content, event.clone());
                !matches!(outcome.expect("the fold goes on"), Outcome::Posted { .. })
            });
        }
        // What was given up or used up meanwhile is corrected no more.
        if left.is_empty() {
            let after = books(&state, &[]);
            assert!(after == before, "seed {seed}: {}", differences(&before, &after));
            same += 1;
        }
    }
    assert!(same >= 100 && moved >= 20, "{same} {moved}");
}
