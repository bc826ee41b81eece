//! What stood on an account after which entry, and booked until when, asked of a running ledger on files, against a list that
//! keeps every posting ever made. Whole states of the past are tested beside it.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

use ledger::account::{AccountNo, Book};
use ledger::event::{EntryWithdrawn, Event, Kind, PeriodClosed, Reason};
use ledger::money::{Day, Fen, held};
use ledger::outcome::{Outcome, Posting};
use ledger::state::State;
use replay::engine::Engine;
use replay::point::{Booked, Point};
use std::path::Path;
use std::time::Duration;
use tests::desk::say;
use tests::history::{Chance, History, thing};
use tests::loans::year;
use tests::model::Model;
use uuid::Uuid;

/// Events of a history of awards and payments.
const LENGTH: usize = 500;

/// Events after which every unit closes its books.
const CLOSE_EVERY: usize = 60;

/// Units of the small world.
const UNITS: usize = 6;

/// Points asked of every account.
const POINTS: usize = 60;

/// Rows of a page: few, so that there are many pages.
const PAGE: usize = 3;

type Said = (String, Event);

fn awards(seed: u64) -> Vec<Said> {
    let (mut model, mut history) = (Model::default(), History::new(seed, LENGTH));
    let mut said = Vec::new();
    while let Some((principal, event)) = history.next(&model) {
        let _ = model.tell(&principal, &event, &proto::event::encode(&event));
        let today = event.effective;
        said.push((principal, event));
        if said.len().is_multiple_of(CLOSE_EVERY) {
            said.extend(closed(today));
        }
    }
    said
}

/// Every unit closes its books a while back, so that late facts are booked on later days than theirs.
fn closed(today: Day) -> impl Iterator<Item = Said> {
    let books = (1..=UNITS).flat_map(|unit| Book::ALL.map(|book| (unit, book)));
    books.map(move |(unit, book)| {
        let kind = Kind::PeriodClosed(PeriodClosed { org: thing("org", unit), book, through: today.plus(-10) });
        ("周".to_owned(), Event::said(today, kind))
    })
}

/// One side of a posting, with all that a question may ask of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Row {
    index: u64,
    account: AccountNo,
    fen: Fen,
    effective: Day,
    booked: Day,
}

impl Row {
    fn counts(&self, booked: &Booked) -> bool {
        booked.entries.is_none_or(|entries| self.index < entries) && booked.until.is_none_or(|day| self.booked <= day)
    }
}

/// Every posting of a history, from a fold of its own.
fn rows(said: &[Said]) -> (State, Vec<Row>) {
    let (mut state, mut rows) = (State::default(), Vec::new());
    for (index, (principal, event)) in (0..).zip(said) {
        if let Outcome::Posted { postings, .. } = say(&mut state, principal, event).expect("the fold goes on") {
            for Posting { debit, credit, fen, booked } in postings {
                let effective = event.effective;
                let row = |account, fen| Row { index, account, fen, effective, booked };
                rows.extend([row(debit, fen), row(credit, -fen)]);
            }
        }
    }
    (state, rows)
}

fn open(dir: &Path) -> Engine {
    Engine::open(&tests::desk::late(dir), &mut |_| {}).expect("the ledger opens")
}

/// Ends a ledger and lets go of its files.
fn end(engine: Engine) {
    engine.stop().expect("the ledger ends");
    drop(engine);
}

/// Says a history to a ledger that is stopped and started now and then; the last part is still in memory.
fn told(dir: &Path, said: &[Said], chance: &mut Chance) -> Engine {
    let mut engine = open(dir);
    for events in said.chunks(7) {
        for (principal, event) in events {
            let content = proto::event::encode(event).into();
            let waits = engine.submit(principal.as_str(), vec![(content, event.clone())]).expect("there is room");
            assert_eq!(waits.blocking_recv().expect("the ledger runs").expect("folded").len(), 1);
        }
        if chance.in_hundred(12) {
            end(engine);
            engine = open(dir);
        }
    }
    engine
}

/// Points on each axis and on both, and everything known now.
fn points(said: &[Said], chance: &mut Chance) -> Vec<Booked> {
    let mut points = vec![Booked::default()];
    while points.len() < POINTS {
        let entries = Some(chance.below(said.len() + 2) as u64);
        let until = chance.pick(said).map(|(_, event)| event.effective);
        points.extend([Booked { entries, until: None }, Booked { entries: None, until }, Booked { entries, until }]);
    }
    points
}

/// Holds balance and statement of every account at every point against the list.
fn agrees(engine: &Engine, state: &State, rows: &[Row], points: &[Booked]) {
    for account in state.accounts.iter().map(|(account, _)| account) {
        let own: Vec<Row> = rows.iter().filter(|row| row.account == account).copied().collect();
        for point in points {
            let counted: Vec<Row> = own.iter().filter(|row| row.counts(point)).copied().collect();
            let sum: i128 = counted.iter().map(|row| i128::from(row.fen)).sum();
            let found = engine.balance_at(account, point).expect("the pages are read");
            assert_eq!(found, held(sum), "account {} at {point:?}", account);
            statement(engine, account, point, &counted);
        }
    }
}

/// Reads an account's statement page by page.
fn statement(engine: &Engine, account: AccountNo, point: &Booked, counted: &[Row]) {
    let (mut from, mut at, mut balance) = (0, 0, 0);
    loop {
        let page = engine.entries_at(account, point, from, PAGE).expect("the pages are read");
        let Some(last) = page.last() else { break };
        from = last.index + 1;
        for row in &page {
            let wanted = counted.get(at).unwrap_or_else(|| panic!("{row:?} is one too many at {point:?}"));
            let found = Row { account, index: row.index, fen: row.fen, effective: row.effective, booked: row.booked };
            balance += row.fen;
            assert_eq!((&found, row.balance), (wanted, balance), "at {point:?}");
            at += 1;
        }
        assert!(page.len() >= PAGE || at == counted.len(), "a page is cut short at {point:?}");
    }
    assert_eq!(at, counted.len(), "rows of account {} are missing at {point:?}", account);
}

#[test]
fn every_account_at_every_point_is_the_sum_of_a_list_of_all_postings() {
    let (mut late, mut early) = (0, 0);
    for (seed, said) in (0..).zip([awards(1), awards(2), year(1)]) {
        let dir = tempfile::tempdir().expect("a directory");
        let mut chance = Chance::new(seed);
        let (state, rows) = rows(&said);
        late += rows.iter().filter(|row| row.booked > row.effective).count();
        early += rows.windows(2).filter(|pair| pair[1].effective < pair[0].effective).count();
        let engine = told(dir.path(), &said, &mut chance);
        let points = points(&said, &mut chance);
        agrees(&engine, &state, &rows, &points);
        end(engine);
        // The same from the pages alone.
        let engine = open(dir.path());
        agrees(&engine, &state, &rows, &points[..POINTS / 3]);
        end(engine);
    }
    assert!(late > 5 && early > 20, "the histories hold too few late facts: {late} {early}");
}

#[test]
fn what_was_known_at_a_moment_is_what_was_recorded_until_then() {
    let dir = tempfile::tempdir().expect("a directory");
    let said = awards(3);
    let engine = open(dir.path());
    for events in said.chunks(50) {
        for (principal, event) in events {
            let content = proto::event::encode(event).into();
            let waits = engine.submit(principal.as_str(), vec![(content, event.clone())]).expect("there is room");
            let _ = waits.blocking_recv().expect("the ledger runs").expect("folded");
        }
        // Recorded times are in milliseconds; without a pause a whole history may share one.
        std::thread::sleep(Duration::from_millis(2));
    }
    let entry = |index| engine.recorded(index).expect("read").expect("folded").recorded_ms;
    let times: Vec<i64> = (0..said.len() as u64).map(entry).collect();
    assert!(times.windows(2).all(|pair| pair[0] <= pair[1]) && times[0] < times[times.len() - 1]);
    // Twice: the second time from memory.
    for _ in 0..2 {
        for ms in times.iter().flat_map(|time| [time - 1, *time, time + 1]) {
            let wanted = times.iter().filter(|time| **time <= ms).count() as u64;
            assert_eq!(engine.entries_until(ms).expect("read"), wanted);
        }
    }
    end(engine);
}

/// Whether a school is known as of the end of 2021, after all this was said.
fn known_at_the_end_of_2021(said: &[&Event], school: Uuid) -> bool {
    let said: Vec<Said> = said.iter().map(|event| ("周".to_owned(), (*event).clone())).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let engine = told(dir.path(), &said, &mut Chance::new(1));
    let point = Point { effective: Day::from_yyyymmdd(2021_12_31), ..Point::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let past = runtime.block_on(engine.past(point)).expect("there is such a past").expect("it is none of now");
    end(engine);
    past.state.orgs.by_id(school).is_some_and(|(_, org)| org.known)
}

#[test]
fn a_day_mistaken_for_a_later_one_and_put_right_counts_on_the_right_day() {
    let day = |yyyymmdd| Day::from_yyyymmdd(yyyymmdd).expect("a day");
    let (_, school) = tests::loans::world().into_iter().last().expect("a school");
    let wrong = Event::said(day(2030_03_01), school.clone());
    let withdrawn = EntryWithdrawn { entry: wrong.id, content: 0, reason: Reason::Mistyped, document: "更正".into() };
    let unknown = EntryWithdrawn { entry: Event::said_as(1, wrong.effective, school.clone()).id, ..withdrawn.clone() };
    let right = Event::said_as(1, day(2021_03_01), school);
    let [withdrawn, unknown] = [withdrawn, unknown].map(|it| Event::said(wrong.effective, Kind::EntryWithdrawn(it)));
    let known = |said: &[&Event]| known_at_the_end_of_2021(said, right.subject());
    assert!(known(&[&wrong, &withdrawn, &right]));
    // A withdrawal that was refused makes room for nothing, nor does a mistake that stands.
    assert!(!known(&[&wrong, &unknown, &right]));
    assert!(!known(&[&wrong, &right]));
}
