//! As of a day, loans: whatever the order in which facts were told, and whoever posted interest when, the figures are those of the facts
//! of days until then, by the second model as well.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

use crate::loans::{begun, end, mend, quarter_end, register};
use crate::past::{Desk, Said, days, folded, on, steps};
use ledger::account::Class;
use ledger::event::conventions::WaiverFor;
use ledger::event::{
    EntryWithdrawn, Event, Kind, Level, LineIssued, LoanRepaid, OrgRegistered, OrgRole, OverclaimReturned, Reason,
    RecoveryReceived, Source, Status, StatusChanged, Subordination, WaiverAdopted,
};
use ledger::finding::FindingKind;
use ledger::money::Day;
use ledger::outcome::Outcome;
use ledger::state::State;
use replay::audit::diff::compare;
use std::collections::{BTreeMap, BTreeSet};
use tests::as_of::as_of;
use tests::desk::say;
use tests::history::{Chance, thing};
use tests::loans::{Book, Teller, Telling, agrees, day, funds_agree, shuffle, telling, world, year};
use uuid::Uuid;

/// Histories a test makes.
const SEEDS: u64 = 5;

/// Orders in which each is told.
const ORDERS: u64 = 3;

/// What stands on every account, by its owner and class.
type Balances = BTreeMap<(Uuid, Class), i128>;

fn balances(state: &State) -> Balances {
    let accounts = state.accounts.iter().filter(|(_, row)| row.balance != 0);
    accounts.map(|(at, row)| ((state.owner_id(at), row.class), row.balance)).collect()
}

/// The ends of months from before the first fact to after the last.
fn month_ends() -> impl Iterator<Item = Day> {
    let firsts = (2014..2041).flat_map(|year| (1..=12).map(move |month| day(year * 10_000 + month * 100 + 1)));
    firsts.map(|first| first.plus(-1))
}

/// Facts in some order, with interest posted now and then, and in all orders but the first with slips that are taken back.
fn told(telling: &Telling, seed: u64, order: u64) -> Teller {
    let (mut teller, mut chance) = (begun(), Chance::new(seed * ORDERS + order));
    let mut told = telling.told.clone();
    shuffle(&mut chance, &mut told);
    register(&mut chance, &mut told, order > 0);
    let mut slips: Vec<(Event, Option<Event>)> = Vec::new();
    for event in &told {
        let slip = (order > 0 && chance.in_hundred(10)).then(|| teller.slip(&mut chance, event, &told)).flatten();
        let same = slip.as_ref().is_some_and(|slip| slip.id == event.id);
        slips.extend(slip.map(|slip| (slip, same.then(|| event.clone()))));
        if !same {
            let _ = teller.tell(event);
        }
        if !slips.is_empty() && chance.in_hundred(20) {
            mend(&mut teller, slips.swap_remove(chance.below(slips.len())));
        }
        let loan = telling.loans[chance.below(telling.loans.len())];
        if chance.in_hundred(15) {
            let _ = teller.bring(loan, quarter_end(&mut chance));
        }
    }
    slips.into_iter().for_each(|slip| mend(&mut teller, slip));
    for loan in telling.loans.iter().filter(|_| order == 2) {
        let _ = teller.bring(*loan, end());
    }
    teller
}

/// The model, told of nothing later.
fn book(telling: &Telling, until: Day) -> Book {
    let mut book = Book::default();
    let world = world().into_iter().map(|(on, kind)| Event::said(on, kind));
    let facts = world.chain(telling.told.iter().cloned()).filter(|event| event.effective <= until);
    facts.for_each(|event| book.tell(&event));
    book
}

#[test]
fn loans_as_of_a_month_end_are_their_facts_in_any_order_of_telling() {
    let (mut stood, mut moved) = (0, 0);
    for seed in 0..SEEDS {
        let telling = telling(seed);
        let tellers: Vec<Teller> = (0..ORDERS).map(|order| told(&telling, seed, order)).collect();
        let mut before: Vec<State> = tellers.iter().map(|_| State::default()).collect();
        for on in month_ends().skip(seed as usize).step_by(13) {
            let place = format!("seed {seed}, as of {on}");
            let states: Vec<State> = tellers.iter().map(|teller| as_of(&teller.said, &teller.state, on)).collect();
            let found: Vec<Balances> = states.iter().map(balances).collect();
            assert_eq!(found[0], found[1], "{place}");
            assert_eq!(found[0], found[2], "{place}");
            let book = book(&telling, on);
            for loan in telling.loans.iter().filter(|loan| states[1].loans.find(**loan).is_some()) {
                agrees(&states[1], &book, *loan, &place);
            }
            let _ = funds_agree(&states[2], &book, thing("org", 1), &place);
            for (before, after) in before.iter().zip(&states) {
                moved += differs(before, after, &place);
            }
            stood += found[0].len();
            before = states;
        }
    }
    assert!(stood > 2_000 && moved > 2_000, "{stood} balances, {moved} of them moved");
}

/// What is found too much of loans and debts: of whom, by the fact that calls for it, on which day.
fn doubts(state: &State) -> BTreeSet<(&'static str, Uuid, Uuid, Day)> {
    let kinds = [FindingKind::Overclaimed, FindingKind::OverRecovered, FindingKind::OverRefunded];
    let open = state.findings.iter().filter(|(_, row)| row.stands() && kinds.contains(&row.kind));
    open.map(|(_, row)| (row.kind.name(), row.subject, state.seen.get(row.fact).id, row.on)).collect()
}

#[test]
fn what_came_in_too_much_is_found_of_the_latest_whichever_was_told_last() {
    let received = |on: u32, fen: i64, serial: &str| {
        let (debt, unit) = (thing("debt", 1), thing("org", 3));
        Event::said(day(on), Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen, serial: serial.into() }))
    };
    let told = [received(2021_11_10, 100, "回2"), received(2021_11_05, 200, "回1"), received(2021_11_10, 50, "回3")];
    let same_day = told[0].id.max(told[2].id);
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]] {
        let mut state = State::default();
        order.iter().for_each(|at| drop(say(&mut state, "行", &told[*at]).expect("the fold goes on")));
        let found = BTreeSet::from([("over_recovered", thing("debt", 1), same_day, day(2021_11_10))]);
        assert_eq!(doubts(&state), found, "{order:?}");
    }
}

/// What is told after claims were decided, of days before: standings, a notice, payments, and what the lender gives back of each line.
fn told_late(state: &State) -> Vec<Event> {
    let (school, left) = (thing("org", 2), [Status::Leave, Status::Withdrawn, Status::Graduated, Status::Enrolled]);
    let persons = (1..=3).map(|number| thing("person", number)).zip(left);
    let standing = |(person, status)| (day(2016_10_15), Kind::StatusChanged(StatusChanged { person, status, school }));
    let mut late: Vec<(Day, Kind)> = persons.map(standing).collect();
    let waiver = WaiverAdopted {
        year: 2021,
        graduated_through: 2021,
        document: "财教〔2021〕9号".into(),
        who: WaiverFor::Leavers,
        covers_arrears: true,
    };
    late.push((day(2021_05_01), Kind::WaiverAdopted(waiver)));
    for (at, (_, line)) in (0..).zip(state.claim_lines.iter().filter(|(_, line)| line.granted > 0)) {
        let (claim, loan, serial) = (state.claims.get(line.claim), line.loan_id, format!("晚{at}"));
        let returned = OverclaimReturned {
            loan,
            what: claim.what,
            claim: Some(claim.id),
            line: line.number,
            unit: thing("org", 3),
            fen: line.granted / 2 + 1,
            serial: serial.clone(),
        };
        late.push((day(2025_04_01).plus(40 * at), Kind::OverclaimReturned(returned)));
        let repaid = LoanRepaid { loan, fen: 200_000, allocation: None, early: false, serial };
        late.push((day(2020_03_01).plus(at), Kind::LoanRepaid(repaid)));
    }
    late.into_iter().map(|(on, kind)| Event::said(on, kind)).collect()
}

#[test]
fn what_follows_an_overclaim_as_of_a_month_end_hangs_on_no_order() {
    let (mut given_back, mut moved) = (0, 0);
    for seed in 0..5 {
        let said = year(seed);
        let begun = said.iter().fold(State::default(), |mut state, (principal, event)| {
            let _ = say(&mut state, principal, event).expect("the fold goes on");
            state
        });
        let orders: Vec<_> = (0..3)
            .map(|order| {
                let (mut late, mut state) = (told_late(&begun), begun.clone());
                shuffle(&mut Chance::new(seed * 3 + order), &mut late);
                for event in &late {
                    let outcome = say(&mut state, "行", event).expect("the fold goes on");
                    assert!(matches!(outcome, Outcome::Posted { .. }), "{event:?} gave {outcome:?}");
                }
                let late = late.into_iter().map(|event| ("行".to_owned(), event));
                (said.iter().cloned().chain(late).collect::<Vec<_>>(), state)
            })
            .collect();
        for on in month_ends().skip(12 * 11).take(24).step_by(3).chain([day(2014_12_31), day(2020_02_29), end()]) {
            let states: Vec<State> = orders.iter().map(|(said, live)| as_of(said, live, on)).collect();
            let found: Vec<Balances> = states.iter().map(balances).collect();
            assert_eq!(found[0], found[1], "seed {seed}, as of {on}");
            assert_eq!(found[0], found[2], "seed {seed}, as of {on}");
            let doubts: Vec<_> = states.iter().map(doubts).collect();
            assert_eq!(doubts[0], doubts[1], "seed {seed}, as of {on}");
            assert_eq!(doubts[0], doubts[2], "seed {seed}, as of {on}");
            moved += found[0].len();
            given_back += states[0].claim_lines.iter().filter(|(_, line)| line.returned > 0).count();
        }
    }
    assert!(moved > 1_000 && given_back > 50, "{moved} balances, {given_back} lines of which something counts");
}

/// What is said to differ is what does; how much that is.
fn differs(before: &State, after: &State, place: &str) -> u64 {
    let differences = compare(before, after, usize::MAX);
    let (was, is) = (balances(before), balances(after));
    let found = differences.balances.iter().map(|row| {
        let state = row.in_to.map_or((before, row.in_from), |at| (after, Some(at)));
        let at = state.1.expect("it is in one of them");
        ((state.0.owner_id(at), state.0.accounts.get(at).class), (row.from, row.to))
    });
    let fen = |of: &Balances, key: &(Uuid, Class)| of.get(key).copied().unwrap_or(0);
    let both = was.keys().chain(is.keys()).map(|key| (*key, (fen(&was, key), fen(&is, key))));
    let expected: BTreeMap<_, _> = both.filter(|(_, (from, to))| from != to).collect();
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected, "{place}");
    differences.balance_count
}

/// A centre registered as of September by mistake, its line of March, and the registration put right.
fn put_right() -> [Event; 5] {
    let [january, march, september] = [2021_01_04, 2021_03_01, 2021_09_01].map(day);
    let sampled = proto::samples::samples().into_iter().find(|sample| matches!(sample.kind, Kind::PolicyAdopted(_)));
    let policy = sampled.expect("a sample of each kind").kind;
    let Kind::PolicyAdopted(adopted) = &policy else { panic!("it is one") };
    let centre = OrgRegistered {
        org: thing("org", 1),
        number: "610001".into(),
        name: "资助中心".into(),
        level: Level::Province,
        role: OrgRole::AidCentre,
        parent: None,
        division: 610_000,
        subordination: Subordination::Local,
    };
    let line = LineIssued {
        line: thing("line", 1),
        document: "财教〔2021〕1号".into(),
        parent_document: String::new(),
        unit: thing("org", 1),
        fiscal_year: 2021,
        programme: adopted.programme.clone(),
        source: Source::Central,
        item: "2050204".into(),
        project: "610000".into(),
        direct: false,
        advance: false,
        fen: 5_000,
    };
    let wrong = Event::said(september, Kind::OrgRegistered(centre.clone()));
    let taken = EntryWithdrawn { entry: wrong.id, content: 0, reason: Reason::Mistyped, document: "更正".into() };
    [
        Event::said(january, policy),
        wrong,
        Event::said(march, Kind::LineIssued(line)),
        Event::said(september, Kind::EntryWithdrawn(taken)),
        Event::said_as(1, january, Kind::OrgRegistered(centre)),
    ]
}

#[test]
fn a_decision_rests_on_what_was_told_later_of_an_earlier_day() {
    let said: Vec<Said> = put_right().map(|event| ("财".to_owned(), event)).into();
    let june = day(2021_06_30);
    let desk = Desk::open();
    desk.tell(&said[..4]);
    // As of June nobody has registered the centre yet, so its line is not there.
    let past = desk.past(on(june));
    assert_eq!((past.withheld, past.changed, past.state.lines.len(), past.state.refused.len()), (2, 1, 0, 1));
    // Now it was there in January, whenever that was told; asked of a ledger that folded the day before, and of one that did not.
    desk.tell(&said[4..]);
    for desk in [desk, Desk::of(&said)] {
        let past = desk.past(on(june));
        assert_eq!((past.withheld, past.changed, past.state.lines.len(), past.state.refused.len()), (2, 0, 1, 0));
        assert_eq!((past.state.counts.posted, past.state.counts.refused), (3, 0));
        let (line, _) = past.state.lines.by_id(thing("line", 1)).expect("the line");
        assert_eq!(past.state.balance(past.state.line_account(line, Class::Available)), 5_000);
    }
}

#[test]
fn a_loan_as_of_a_day_goes_on_as_more_is_told() {
    let said = year(2);
    let desk = Desk::open();
    let (on_day, live) = (days(&said)[3], folded(&said));
    let mut told = 0;
    for end in steps(&said).skip(1).chain([said.len()]) {
        desk.tell(&said[told..end]);
        told = end;
        let (past, fresh) = (desk.past(on(on_day)), as_of(&said[..end], &live, on_day));
        assert_eq!(balances(&past.state), balances(&fresh), "{end} entries as of {on_day}");
    }
}
