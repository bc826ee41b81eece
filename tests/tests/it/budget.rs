//! Budget money told wrongly and put right: whatever was recorded meanwhile, it stands as if it had never been told wrongly; and
//! what is taken back whole leaves nothing behind.

use ledger::account::Class;
use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::hash::content;
use ledger::money::Fen;
use ledger::outcome::Outcome;
use ledger::state::State;
use proto::event::encode;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::desk::{say, submit_at};
use tests::history::{Chance, History};
use tests::model::Model;
use uuid::Uuid;

const LENGTH: usize = 400;

/// All that is said in the history of a seed.
fn said(seed: u64) -> Vec<(String, Event)> {
    let (mut model, mut history, mut said) = (Model::default(), History::new(seed, LENGTH), Vec::new());
    while let Some((principal, event)) = history.next(&model) {
        let _ = model.tell(&principal, &event, &encode(&event));
        said.push((principal, event));
    }
    said
}

/// What stands on the accounts, whoever opened them first.
fn books(state: &State) -> BTreeMap<(Uuid, &'static str), i128> {
    let rows = state.accounts.iter().filter(|(_, account)| account.balance != 0);
    rows.map(|(at, account)| ((state.owner_id(at), account.class.name()), account.balance)).collect()
}

fn posted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Posted { .. })
}

fn withdrawal(entry: &Event, document: &str) -> Event {
    let (entry, day) = (entry.id, entry.effective);
    let (reason, document) = (Reason::Mistyped, document.to_owned());
    Event::said(day, Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason, document }))
}

/// The same with another amount.
fn mistyped(event: &Event, chance: &mut Chance) -> Option<Event> {
    let mut wrong = event.clone();
    let typed = |fen: Fen, chance: &mut Chance| if chance.in_hundred(50) { fen * 10 } else { fen / 2 + 1 };
    match &mut wrong.kind {
        Kind::LineIssued(e) => e.fen = typed(e.fen, chance),
        Kind::LinePassedDown(e) => e.parts.iter_mut().for_each(|part| part.fen = typed(part.fen, chance)),
        Kind::LineRecalled(e) => e.fen = typed(e.fen, chance),
        Kind::LineAdjusted(e) => e.fen = typed(e.fen, chance),
        _ => return None,
    }
    (wrong != *event).then_some(wrong)
}

#[test]
fn what_was_mistyped_and_corrected_stands_as_if_it_never_was() {
    let (mut compared, mut red) = (0, 0);
    for seed in 0..50 {
        let (said, mut chance) = (said(seed), Chance::new(seed));
        for _ in 0..6 {
            let mut right = State::default();
            let outcomes: Vec<bool> =
                said.iter().map(|(who, event)| posted(&say(&mut right, who, event).expect("folds"))).collect();
            let counted =
                (0..said.len()).filter(|at| outcomes[*at] && mistyped(&said[*at].1, &mut Chance::new(1)).is_some());
            let counted: Vec<usize> = counted.collect();
            let Some(at) = chance.pick(&counted).copied() else { continue };
            let Some(wrong) = mistyped(&said[at].1, &mut chance) else { continue };
            // Whoever told it once more or took it back speaks of another entry then.
            let spoken_of = |event: &Event| match &event.kind {
                Kind::EntryWithdrawn(e) => e.entry == wrong.id,
                _ => event.id == wrong.id,
            };
            if said.iter().filter(|(_, event)| spoken_of(event)).count() > 1 {
                continue;
            }
            let (corrected, mut state) = (at + 1 + chance.below(said.len() - at), State::default());
            let mut alike = true;
            for (place, (who, event)) in said.iter().enumerate() {
                let event = if place == at { &wrong } else { event };
                alike &= posted(&say(&mut state, who, event).expect("folds")) == outcomes[place];
                if !alike {
                    break;
                }
                if place + 1 == corrected {
                    let back = say(&mut state, "周", &withdrawal(&wrong, "更")).expect("folds");
                    assert!(posted(&back), "seed {seed}: {back:?}");
                    red += usize::from(state.lines.iter().any(|(line, _)| lacks(&state, line) > 0));
                    let again = Event::said_as(1, said[at].1.effective, said[at].1.kind.clone());
                    alike &= posted(&say(&mut state, "周", &again).expect("folds"));
                }
            }
            // Where somebody was refused meanwhile, or not, for want of what was mistyped, other things happened.
            if alike {
                assert_eq!(books(&state), books(&right), "seed {seed}, event {at}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 20 && red >= 5, "compared {compared}, in red {red}");
}

fn lacks(state: &State, line: ledger::handle::Handle<ledger::state::rows::Line>) -> Fen {
    -state.balance(state.line_account(line, Class::Short))
}

#[test]
fn all_budget_money_taken_back_leaves_nothing_and_told_again_stands_as_before() {
    let mut told_again = 0;
    for seed in 100..160 {
        let (said, mut chance, mut state) = (said(seed), Chance::new(seed), State::default());
        said.iter().for_each(|(who, event)| drop(say(&mut state, who, event).expect("folds")));
        let before = books(&state);
        let counts = |event: &&Event| {
            let stands = state.budget_moves.by_id(event.id).is_some_and(|(_, row)| !row.parts.is_empty());
            stands && state.seen.by_id(event.id).is_some_and(|(_, seen)| seen.content == content(&encode(event)))
        };
        let events: Vec<Event> = said.iter().map(|(_, event)| event).filter(counts).cloned().collect();
        let mut left: Vec<Event> = Vec::new();
        for event in &events {
            if left.iter().all(|other: &Event| other.id != event.id) {
                left.push(event.clone());
            }
        }
        let mut order = left.clone();
        while !order.is_empty() {
            let event = order.swap_remove(chance.below(order.len()));
            let back = say(&mut state, "周", &withdrawal(&event, "撤")).expect("folds");
            assert!(posted(&back), "seed {seed}: {back:?}");
        }
        for (line, row) in state.lines.iter() {
            assert_eq!((row.received, row.passed_down), (0, 0), "seed {seed}, line {}", row.id);
            assert_eq!(state.balance(state.line_account(line, Class::Available)), 0, "seed {seed}, line {}", row.id);
        }
        let issued = state.orgs.iter().map(|(org, _)| state.balance(state.org_account(org, Class::Issued)));
        assert_eq!(issued.sum::<Fen>(), 0, "seed {seed}");
        tell_again(&mut state, &left);
        if state.budget_moves.iter().filter(|(_, row)| !row.parts.is_empty()).count() == left.len() {
            assert_eq!(books(&state), before, "seed {seed}");
            told_again += 1;
        }
    }
    assert!(told_again >= 20, "{told_again} were told again whole");
}

/// Each as its next edition, and once more what was refused for want of another, until nothing changes.
fn tell_again(state: &mut State, events: &[Event]) {
    let mut refused: BTreeMap<Uuid, u64> = BTreeMap::new();
    let mut left: Vec<Event> =
        events.iter().map(|event| Event::said_as(event.edition + 1, event.effective, event.kind.clone())).collect();
    loop {
        let before = left.len();
        left.retain(|event| {
            let (index, bytes) = (state.entries, encode(event));
            let at = (LATE_MS, refused.get(&event.id).copied());
            let outcome = submit_at(state, at, "周", &bytes, event.clone()).expect("folds");
            refused.insert(event.id, index);
            !posted(&outcome)
        });
        if left.len() == before {
            return;
        }
    }
}
