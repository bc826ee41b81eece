//! Two or three ids of one human: wherever a merge is told among standings, contracts and facts, the books are those of one id;
//! and where it is taken back, those of ids that nobody ever merged.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

use ledger::event::{CardBound, CardRelation, Event, Kind, PersonMerged, PersonRegistered, Status, StatusChanged};
use ledger::outcome::Outcome;
use ledger::state::State;
use std::collections::{BTreeMap, BTreeSet};
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
        let telling = telling(seed);
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
        let telling = telling(seed);
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

/// Ids that the findings below are about; each is named by a standing from the start.
const IDS: usize = 5;

fn registered(id: usize) -> Event {
    let registered = PersonRegistered { person: id_of(id, 9), origin: 610_102 };
    // As files tell it of everybody: who somebody is has no day.
    Event::said(day(1900_01_01), Kind::PersonRegistered(registered))
}

/// Registrations of some ids, cards that some of them call their own, and merges in trees, in any order.
fn of_ids(chance: &mut Chance) -> Vec<Event> {
    let mut all = Vec::new();
    for id in 1..=IDS {
        all.extend(chance.in_hundred(40).then(|| registered(id)));
        for card in (1..=3).filter(|_| chance.in_hundred(40)).collect::<Vec<_>>() {
            let (person, card, relation) = (id_of(id, 9), thing("card", card), CardRelation::Own);
            let on = day(2021_01_01).plus(i32::try_from(chance.below(90)).expect("small"));
            all.push(Event::said(on, Kind::CardBound(CardBound { person, card, relation })));
        }
        if id < IDS && chance.in_hundred(60) {
            let (person, into) = (id_of(id, 9), id_of(id + 1 + chance.below(IDS - id), 9));
            let merged = PersonMerged { person, into, document: "示教〔2025〕1号".into() };
            all.push(Event::said(day(2025_01_01), Kind::PersonMerged(merged)));
        }
    }
    shuffle(chance, &mut all);
    all
}

/// What the facts that stand call for: a card that two humans call their own, an id of a human whom nobody registered.
fn called_for(standing: &[Event]) -> Vec<(&'static str, Uuid)> {
    let mut human: BTreeMap<Uuid, usize> = (1..=IDS).map(|id| (id_of(id, 9), id)).collect();
    for event in standing {
        if let Kind::PersonMerged(merged) = &event.kind {
            let (one, other) = (human[&merged.person], human[&merged.into]);
            human.values_mut().filter(|number| **number == one).for_each(|number| *number = other);
        }
    }
    let (mut known, mut owners) = (BTreeSet::new(), BTreeMap::<Uuid, BTreeSet<usize>>::new());
    for event in standing {
        match &event.kind {
            Kind::PersonRegistered(event) => {
                known.insert(human[&event.person]);
            }
            Kind::CardBound(event) => {
                owners.entry(event.card).or_default().insert(human[&event.person]);
            }
            _ => {}
        }
    }
    let shared = owners.iter().filter(|(_, humans)| humans.len() > 1).map(|(card, _)| ("card_shared", *card));
    let unknown = human.iter().filter(|(_, number)| !known.contains(number)).map(|(id, _)| ("unknown_subject", *id));
    let mut all: Vec<_> = shared.chain(unknown).collect();
    all.sort_unstable();
    all
}

/// What of this is open, each as often as it is; the day of none is the one that says nothing.
fn open_of_ids(state: &State) -> Vec<(&'static str, Uuid)> {
    let open = state.findings.iter().map(|(_, row)| row).filter(|row| row.open);
    let of_ids = open.filter(|row| ["card_shared", "unknown_subject"].contains(&row.kind.name()));
    let mut all: Vec<_> =
        of_ids.inspect(|row| assert!(row.on > day(1900_01_01))).map(|row| (row.kind.name(), row.subject)).collect();
    all.sort_unstable();
    all
}

#[test]
fn findings_of_ids_and_their_cards_follow_registrations_and_merges_told_and_taken_back() {
    let (mut shared, mut taken_back) = (0, 0);
    for seed in 0..300 {
        let mut chance = Chance::new(seed + 20_000);
        let mut teller = Teller::default();
        for (on, kind) in world() {
            assert!(matches!(teller.say(on, kind), Outcome::Posted { .. }));
        }
        for id in 1..=IDS {
            let changed = StatusChanged { person: id_of(id, 9), status: Status::Enrolled, school: thing("org", 2) };
            posted(&mut teller, &Event::said(day(2020_09_01), Kind::StatusChanged(changed)));
        }
        let mut standing: Vec<Event> = Vec::new();
        for event in of_ids(&mut chance) {
            posted(&mut teller, &event);
            standing.push(event);
            assert_eq!(open_of_ids(&teller.state), called_for(&standing), "seed {seed}: {standing:?}");
            while chance.in_hundred(40) && !standing.is_empty() {
                let gone = standing.swap_remove(chance.below(standing.len()));
                assert!(teller.take_back(&gone));
                if chance.in_hundred(60) {
                    teller.tell_next(&gone, &gone);
                    standing.push(Event::said_as(gone.edition + 1, gone.effective, gone.kind));
                }
                taken_back += 1;
                assert_eq!(open_of_ids(&teller.state), called_for(&standing), "seed {seed}, back: {standing:?}");
            }
            shared += usize::from(called_for(&standing).iter().any(|(kind, _)| *kind == "card_shared"));
        }
        let whole = teller.state.digest();
        assert_eq!(restored(&mut teller.state).expect("its own pages").digest(), whole);
    }
    assert!(shared >= 300 && taken_back >= 500, "{shared} {taken_back}");
}
