//! How fast the core is on realistic events: decode, leaf hash, fold, pages; the walk over a loan and an accrual. Figures
//! only; nothing is asserted.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ledger::entry::{Entry, Proof};
use ledger::event::{
    CardBound, CardRelation, DayBasis, Event, InterestAccrued, Kind, LoanDrawn, LoanKind, LoanSigned, PersonRegistered,
    RosterLineAdded, RosterPrepared, Status, StatusChanged, StudyLevel,
};
use ledger::handle::Handle;
use ledger::loan::accrual::due;
use ledger::loan::walk::Walk;
use ledger::money::Day;
use ledger::state::State;
use ledger::state::lending_rows::Loan;
use ledger::tree::merkle::{Frontier, leaf_hash};
use std::hint::black_box;
use tests::desk::{labelled, restored, submit};
use tests::history::{basis, thing};
use tests::loans::{Story, day};
use uuid::Uuid;

/// Students; each has four events.
const STUDENTS: u32 = 5_000;

/// Loans, each four years old.
const LOANS: usize = 2_000;

/// A school's year as its office would send it: students, cards, and a roster of all of them, as bytes.
fn year() -> Vec<Vec<u8>> {
    let day = Day::new(2021, 9, 10).unwrap_or_default();
    let mut kinds: Vec<Kind> = basis().into_iter().map(|(_, kind)| kind).collect();
    let (school, roster) = (labelled("org5"), labelled("roster"));
    let due = vec![Day::new(2021, 10, 15).unwrap_or_default(), Day::new(2022, 4, 15).unwrap_or_default()];
    let programme = "SH-GRANT".to_owned();
    kinds.push(Kind::RosterPrepared(RosterPrepared {
        roster,
        school,
        programme,
        academic_year: 2021,
        due,
        replaces: None,
    }));
    for number in 1..=STUDENTS {
        let person = labelled(&format!("student{number}"));
        kinds.push(Kind::PersonRegistered(PersonRegistered { person, origin: 619_903 }));
        kinds.push(Kind::StatusChanged(StatusChanged { person, status: Status::Enrolled, school }));
        kinds.push(Kind::CardBound(CardBound {
            person,
            card: labelled(&format!("studentcard{number}")),
            relation: CardRelation::Own,
        }));
        let award = labelled(&format!("award{number}"));
        let line = RosterLineAdded { roster, number, award, person, band: 1, fen: 200_000 };
        kinds.push(Kind::RosterLineAdded(line));
    }
    kinds.into_iter().map(|kind| proto::event::encode(&Event::said(day, kind))).collect()
}

fn folded(year: &[(Event, &[u8])]) -> State {
    let mut state = State::default();
    for (event, content) in year {
        let outcome = submit(&mut state, "王老师", content, event.clone());
        let _ = black_box(outcome);
    }
    state
}

fn core(criterion: &mut Criterion) {
    let contents = year();
    let decode = |content: &Vec<u8>| proto::event::decode(content).unwrap_or_else(|error| panic!("{error}"));
    let events: Vec<(Event, &[u8])> = contents.iter().map(|content| (decode(content), content.as_slice())).collect();
    let mut state = folded(&events);
    assert_eq!(state.counts.refused, 0, "the year is clean, so that the fold's whole work is measured");

    let mut group = criterion.benchmark_group("core");
    group.sample_size(20).throughput(Throughput::Elements(contents.len() as u64));
    group.bench_function("encode", |b| {
        b.iter(|| events.iter().map(|(event, _)| proto::event::encode(event).len()).sum::<usize>());
    });
    group.bench_function("decode", |b| b.iter(|| contents.iter().map(decode).filter(|e| !e.id.is_nil()).count()));
    group.bench_function("keyed_id", |b| {
        b.iter(|| events.iter().filter(|(event, _)| event.keyed_id() == event.id).count());
    });
    group.bench_function("hash", |b| {
        b.iter(|| {
            let mut frontier = Frontier::new();
            contents.iter().for_each(|content| frontier.push(leaf_hash(content)));
            frontier.root()
        });
    });
    group.bench_function("fold", |b| b.iter(|| folded(&events).entries));
    let last = events.last().cloned();
    if let Some((event, content)) = last {
        // An id not on record, so that the event is judged.
        let id = Uuid::from_u128(1);
        let entry = Entry {
            index: state.entries,
            recorded_ms: proto::samples::LATE_MS,
            principal: "王老师",
            proof: Proof::Named,
            again: None,
            content,
            event: &Event { id, ..event },
        };
        group.throughput(Throughput::Elements(1));
        group.bench_function("dry_run", |b| b.iter(|| black_box(state.dry_run(&entry))));
    }
    group.throughput(Throughput::Elements(contents.len() as u64));
    group.bench_function("digest", |b| b.iter(|| state.digest()));
    group.bench_function("pages", |b| b.iter(|| restored(&mut state).map(|copy| copy.entries)));
    group.finish();
}

/// Loans of one lender, drawn in 2020 and graduated in 2024, no interest posted yet.
fn lent() -> State {
    let mut story = Story::begin();
    for number in 1_000..1_000 + LOANS {
        let (person, school, loan) = (thing("person", number), thing("org", 2), thing("loan", number));
        let contract = LoanSigned {
            loan,
            number: format!("合同{number}"),
            contract: [1; 32],
            lender: thing("org", 1),
            person,
            school,
            kind: LoanKind::Origin,
            level: StudyLevel::Undergraduate,
            academic_year: 2020,
            basis: DayBasis::D365,
            graduates: day(20_240_630),
            repay_from: day(20_291_220),
            matures: day(20_390_920),
        };
        let status = |status| Kind::StatusChanged(StatusChanged { person, status, school });
        story.say(day(20_200_901), Kind::PersonRegistered(PersonRegistered { person, origin: 610_100 }));
        story.say(day(20_200_901), status(Status::Enrolled));
        story.say(day(20_200_910), Kind::LoanSigned(contract));
        story.say(day(20_201_108), Kind::LoanDrawn(LoanDrawn { loan, fen: 600_000, serial: "1".to_owned() }));
        story.say(day(20_240_630), status(Status::Graduated));
    }
    story.teller.state
}

/// What the job would say of them: each the interest of four years.
fn accruals(state: &State) -> Vec<Event> {
    let through = day(20_241_220);
    let event = |(_, row): (Handle<Loan>, &Loan)| {
        let figure = due(state, row, through).map(|due| due.addition).unwrap_or_default();
        let kind = Kind::InterestAccrued(InterestAccrued { loan: row.id, last: row.last, figure });
        Event::said(through, kind)
    };
    state.loans.iter().map(event).collect()
}

fn loans(criterion: &mut Criterion) {
    let state = lent();
    let mut group = criterion.benchmark_group("loans");
    let (_, loan) = state.loans.iter().next().unwrap_or_else(|| panic!("no loan"));
    group.bench_function("walk of four years", |b| {
        b.iter(|| Walk::new(&state, loan, &loan.facts).and_then(|walk| walk.sums([day(20_241_220)], |_| {})));
    });
    let events = accruals(&state);
    group.sample_size(20).throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("fold accruals", |b| {
        let fold = |mut state: State| {
            for event in &events {
                let _ = black_box(submit(&mut state, "job", event.id.as_bytes(), event.clone()));
            }
            assert_eq!(state.counts.refused, 0, "every figure is right, so that the fold's whole work is measured");
            state
        };
        b.iter_batched(lent, fold, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, core, loans);
criterion_main!(benches);
