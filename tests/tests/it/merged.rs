//! Two or three ids of one human: wherever a merge is told among standings, contracts and facts, the books are those of one id;
//! and where it is taken back, those of ids that nobody ever merged.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

use ledger::event::{Event, Kind, PersonMerged};
use ledger::outcome::Outcome;
use ledger::state::State;
use std::collections::BTreeSet;
use tests::desk::restored;
use tests::history::{Chance, thing};
use tests::loans::{Teller, borrowers, day, digest, funds, shuffle, telling, world};
use uuid::Uuid;

/// Histories a test makes.
const SEEDS: u64 = 80;

/// Persons of the histories, each of whom has two other ids.
const PERSONS: usize = 3;

/// An id of a person: his own, or one of the others.
fn id_of(person: usize, other: usize) -> Uuid {
    thing("person", person + 100 * other)
}

/// The person of the histories that an event is about.
fn named(event: &mut Event) -> Option<&mut Uuid> {
    match &mut event.kind {
        Kind::StatusChanged(changed) => Some(&mut changed.person),
        Kind::LoanSigned(signed) => Some(&mut signed.person),
        _ => None,
    }
}

/// The same history with other ids here and there: as the event carries a person, its own id is another then.
fn scattered(chance: &mut Chance, told: &[Event]) -> Vec<Event> {
    let mut told = told.to_vec();
    for event in &mut told {
        let other = chance.below(3);
        let person = named(event).and_then(|id| {
            let person = (1..=PERSONS).find(|person| id_of(*person, 0) == *id)?;
            *id = id_of(person, other);
            Some(person)
        });
        if person.is_some() {
            *event = Event::said(event.effective, event.kind.clone());
        }
    }
    told
}

/// The merges that make one human of the ids of each person, in chains and stars, told of days of their own.
fn merges(chance: &mut Chance) -> Vec<Event> {
    let mut all = Vec::new();
    for person in 1..=PERSONS {
        // Each of these three trees joins all ids.
        let links = [[(1, 0), (2, 0)], [(2, 1), (1, 0)], [(0, 1), (1, 2)]][chance.below(3)];
        for (from, into) in links {
            let (person, into) = (id_of(person, from), id_of(person, into));
            let merged = PersonMerged { person, into, document: "示教〔2025〕1号".into() };
            all.push(Event::said(
                day(2025_01_01).plus(i32::try_from(chance.below(300)).expect("small")),
                Kind::PersonMerged(merged),
            ));
        }
    }
    shuffle(chance, &mut all);
    all
}

fn posted(teller: &mut Teller, event: &Event) {
    let outcome = teller.tell(event);
    assert!(matches!(outcome, Outcome::Posted { .. }), "{event:?} gave {outcome:?}");
}

fn begun() -> Teller {
    let mut teller = Teller::default();
    for (on, kind) in world().into_iter().chain(borrowers()) {
        assert!(matches!(teller.say(on, kind), Outcome::Posted { .. }));
    }
    teller
}

/// Interest of some loan is posted now and then, and of all at the end.
fn bring(teller: &mut Teller, chance: &mut Chance, loans: &[Uuid]) {
    if chance.in_hundred(15) {
        let year = 2014 + u32::try_from(chance.below(22)).expect("small");
        let _ = teller.bring(loans[chance.below(loans.len())], day(year * 10_000 + 1_231));
    }
}

fn ended(teller: &mut Teller, loans: &[Uuid]) -> ([u8; 32], Vec<(String, i64)>) {
    for loan in loans {
        assert!(teller.bring(*loan, day(2040_12_31)) || teller.loan(*loan).is_some(), "all is known of {loan}");
    }
    let state = &mut teller.state;
    let whole = state.digest();
    assert_eq!(restored(state).expect("its own pages").digest(), whole, "pages bring back another state");
    (digest(state, loans), funds(state).into_iter().collect())
}

/// Findings that two of one human's loans or awards can open, as far as they are open, whoever opened them.
fn of_two(state: &State) -> BTreeSet<(&'static str, Uuid)> {
    let kinds = ["both_kinds", "over_ceiling", "awarded_twice", "exclusive"];
    let open = state.findings.iter().map(|(_, row)| row).filter(|row| row.open);
    open.map(|row| (row.kind.name(), row.subject)).filter(|(kind, _)| kinds.contains(kind)).collect()
}

/// Of these, how many findings merging opened.
fn found(state: &State) -> usize {
    let of_merge =
        |index: u64| state.seen_at(index).is_some_and(|seen| seen.kind == ledger::event::KindTag::PersonMerged);
    let open = of_two(state);
    let by_merge = state.findings.iter().map(|(_, row)| row).filter(|row| row.open && of_merge(row.index));
    by_merge.filter(|row| open.contains(&(row.kind.name(), row.subject))).count()
}

#[test]
fn a_merge_told_anywhere_gives_the_books_of_one_id() {
    let (mut moved, mut met) = (0, 0);
    for seed in 0..SEEDS {
        let telling = telling(seed, false);
        let mut one = begun();
        telling.told.iter().for_each(|event| posted(&mut one, event));
        let expected = ended(&mut one, &telling.loans);
        for order in 0..3 {
            let mut chance = Chance::new(seed * 3 + order + 5_000);
            let mut told = scattered(&mut chance, &telling.told);
            for merge in merges(&mut chance) {
                told.insert(chance.below(told.len() + 1), merge);
            }
            let mut teller = begun();
            for event in &told {
                posted(&mut teller, event);
                // Taken back and told again, whatever came between: nothing is lost.
                if matches!(event.kind, Kind::PersonMerged(_)) && chance.in_hundred(30) {
                    bring(&mut teller, &mut chance, &telling.loans);
                    assert!(teller.correct(event));
                }
                bring(&mut teller, &mut chance, &telling.loans);
            }
            met = met.max(found(&teller.state));
            assert!(ended(&mut teller, &telling.loans) == expected, "seed {seed}, order {order}: other books");
            moved += usize::from(told != telling.told);
        }
    }
    // A generator that scatters nothing would let everything above pass.
    assert!(moved >= 200 && met > 0, "{moved} {met}");
}

#[test]
fn a_merge_taken_back_leaves_nothing_behind() {
    let (mut differed, mut met) = (0, 0);
    for seed in 0..SEEDS {
        let telling = telling(seed, false);
        let mut chance = Chance::new(seed + 9_000);
        let told = scattered(&mut chance, &telling.told);
        let mut never = begun();
        told.iter().for_each(|event| posted(&mut never, event));
        let expected = ended(&mut never, &telling.loans);
        let mut merges = merges(&mut chance);
        let mut teller = begun();
        let mut with = told.clone();
        for merge in &merges {
            with.insert(chance.below(with.len() + 1), merge.clone());
        }
        for event in &with {
            posted(&mut teller, event);
            bring(&mut teller, &mut chance, &telling.loans);
        }
        met += found(&teller.state);
        differed += usize::from(ended(&mut teller, &telling.loans) != expected);
        shuffle(&mut chance, &mut merges);
        for merge in &merges {
            assert!(teller.take_back(merge));
            bring(&mut teller, &mut chance, &telling.loans);
        }
        // What one id alone calls for stays, as it stands where nobody was merged.
        assert_eq!(
            of_two(&teller.state),
            of_two(&never.state),
            "seed {seed}: what merging found is closed, and no more"
        );
        assert!(ended(&mut teller, &telling.loans) == expected, "seed {seed}: other books");
    }
    assert!(differed >= 40 && met >= 3, "merging moved {differed} books and found {met}");
}
