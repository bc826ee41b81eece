//! Chains of editions: what is told, taken back and told again of one number, on days and with contents of any kind, in any order.
//! As of each day there counts what counts in the ledger and is of that day or earlier, whatever else was told of its number.

use crate::whole::{books, differences};
use ledger::entry::{Entry, Proof};
use ledger::event::{EntryWithdrawn, Event, Kind, Reason, WayBack};
use ledger::money::Day;
use ledger::state::State;
use ledger::state::entry_rows::{BESIDE, POSTED};
use proto::samples::LATE_MS;
use std::collections::BTreeSet;
use tests::as_of::as_of;
use tests::desk::say;
use tests::history::{Chance, Lived, whole};
use tests::loans::shuffle;

/// Histories.
const SEEDS: u64 = 40;

/// Events of each.
const LENGTH: usize = 250;

/// Chains of each, editions of a chain, and what becomes of one.
const CHAINS: usize = 12;
const EDITIONS: u8 = 4;
const STEPS: usize = 9;

fn day_is_content(event: &Event) -> bool {
    let other = Event { effective: event.effective.plus(1), ..event.clone() };
    other.id_of_edition(0) == event.id_of_edition(0)
}

/// The reports of a history, of each the edition that counts there, and those that may be told anew on another day.
fn reports(lived: &Lived) -> (Vec<Event>, Vec<Event>) {
    let mut seen = BTreeSet::new();
    let counts = |event: &&Event| {
        let row = lived.state.seen.by_id(event.id).map(|(_, row)| row);
        let content = proto::event::encode(event);
        // Only what the wire takes can be said.
        let fits = proto::event::decode(&content).is_ok();
        let content = ledger::hash::content(&content);
        event.kind.is_report()
            && fits
            && row.is_some_and(|row| row.verdict == POSTED && row.content == content)
            && seen.insert(event.id_of_edition(0))
    };
    let all: Vec<Event> = lived.said.iter().map(|(_, event)| event).filter(counts).cloned().collect();
    let free = |event: &Event| event.kind.tag().way_back() == WayBack::Withdrawn && day_is_content(event);
    all.into_iter().partition(|event| !free(event))
}

fn taken_back(event: &Event) -> Event {
    let (entry, reason) = (event.id, Reason::NeverHappened);
    let kind = Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason, document: "撤".into() });
    Event::said(event.effective, kind)
}

/// What somebody says of one number: editions on this day and that, some taken back as they were told.
fn chain(chance: &mut Chance, event: &Event) -> Vec<Event> {
    let mut told: Vec<Event> = Vec::new();
    let mut said = Vec::new();
    for _ in 0..STEPS {
        if !told.is_empty() && chance.in_hundred(45) {
            said.push(taken_back(&told[chance.below(told.len())]));
            continue;
        }
        let on = event.effective.plus([0, 0, 1, 200, 900, -3, -200][chance.below(7)]);
        let edition = (chance.below(usize::from(EDITIONS)) as u8).min(told.len() as u8);
        let new = Event::said_as(edition, on, event.kind.clone());
        told.push(new.clone());
        said.push(new);
    }
    said
}

/// What counts in a ledger, as told.
fn counting(live: &State, said: &[(String, Event)]) -> Vec<Event> {
    let counts = |event: &Event| event.kind.is_report() && live.seen.find(event.id).is_some();
    let told = said.iter().enumerate().filter(|(at, (_, event))| {
        let of_id = live.seen.find(event.id).map(u64::from);
        counts(event) && of_id == Some(*at as u64) && live.seen_at(*at as u64).is_some_and(|row| row.verdict == POSTED)
    });
    told.map(|(_, (_, event))| event.clone()).collect()
}

/// A ledger told of these alone, as of a day.
fn told_right(events: &[Event], on: Day) -> State {
    let mut state = State::default();
    for event in events.iter().filter(|event| event.effective <= on) {
        let (index, content) = (state.entries, proto::event::encode(event));
        let entry = Entry {
            index,
            recorded_ms: LATE_MS,
            principal: "行",
            proof: Proof::Named,
            again: None,
            content: &content,
            event,
        };
        let refused = state.fold_as_of(&entry, POSTED).expect("the fold goes on");
        assert!(refused.is_none(), "{event:?}");
    }
    state.settle(on, 0);
    state
}

#[test]
fn as_of_each_day_chains_of_editions_are_what_counts_of_them() {
    let (mut asked, mut beside) = (0, 0);
    for seed in 0..SEEDS {
        let (mut rest, mut free) = reports(&whole(seed, LENGTH));
        let mut chance = Chance::new(seed);
        shuffle(&mut chance, &mut free);
        rest.extend(free.split_off(CHAINS.min(free.len())));
        let rest: Vec<Event> = rest.into_iter().map(|event| Event::said_as(0, event.effective, event.kind)).collect();
        let chains: Vec<Vec<Event>> = free.iter().map(|event| chain(&mut chance, event)).collect();
        let mut days: Vec<Day> = chains.iter().flatten().map(|event| event.effective).collect();
        // Each chain in its order, and all of them among each other and the rest.
        let mut turns: Vec<usize> = chains.iter().enumerate().flat_map(|(at, chain)| vec![at; chain.len()]).collect();
        turns.extend(vec![chains.len(); rest.len()]);
        shuffle(&mut chance, &mut turns);
        let mut left: Vec<_> = chains.into_iter().chain([rest]).map(Vec::into_iter).collect();
        let said: Vec<(String, Event)> =
            turns.iter().filter_map(|at| left[*at].next()).map(|event| ("行".to_owned(), event)).collect();
        let mut live = State::default();
        for (principal, event) in &said {
            let _ = say(&mut live, principal, event).expect("the fold goes on");
        }
        beside += live.seen.iter().filter(|(_, row)| row.verdict == BESIDE).count();
        let counting = counting(&live, &said);
        days.sort_unstable();
        days.dedup();
        for on in days.iter().copied().step_by(7).chain(days.last().copied()) {
            let (found, right) = (books(&as_of(&said, &live, on), &[]), books(&told_right(&counting, on), &[]));
            let same = found.balances() == right.balances();
            assert!(same, "seed {seed} as of {on}: {}", differences(&right, &found));
            asked += 1;
        }
    }
    assert!(asked > 200 && beside > 500, "{asked} questions, {beside} beside");
}
