//! How fast the core is on realistic events: decode, leaf hash, fold, pages. Figures only; nothing is asserted.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger::entry::Entry;
use ledger::event::{CardBound, Event, Kind, PersonRegistered, RosterLineAdded, RosterPrepared, Status, StatusChanged};
use ledger::merkle::{Frontier, leaf_hash};
use ledger::money::Day;
use ledger::state::State;
use std::hint::black_box;
use tests::desk::{labelled, restored, submit};
use tests::history::basis;
use uuid::Uuid;

/// Students; each has four events.
const STUDENTS: u32 = 5_000;

/// A school's year as its office would send it: students, cards, and a roster of all of them, as bytes.
fn year() -> Vec<Vec<u8>> {
    let day = Day::new(2021, 9, 10).unwrap_or_default();
    let mut kinds: Vec<Kind> = basis().into_iter().map(|(_, kind)| kind).collect();
    let (school, roster) = (labelled("org5"), labelled("roster"));
    let due = vec![Day::new(2021, 10, 15).unwrap_or_default(), Day::new(2022, 4, 15).unwrap_or_default()];
    let programme = "SH-GRANT".to_owned();
    kinds.push(Kind::RosterPrepared(RosterPrepared { roster, school, programme, academic_year: 2021, due }));
    for number in 1..=STUDENTS {
        let person = labelled(&format!("student{number}"));
        kinds.push(Kind::PersonRegistered(PersonRegistered { person, origin: 619_903 }));
        kinds.push(Kind::StatusChanged(StatusChanged { person, status: Status::Enrolled, school }));
        kinds.push(Kind::CardBound(CardBound { person, card: labelled(&format!("studentcard{number}")) }));
        let award = labelled(&format!("award{number}"));
        let line = RosterLineAdded { roster, number, award, person, band: 1, fen: 200_000 };
        kinds.push(Kind::RosterLineAdded(line));
    }
    let mut id: u128 = 0;
    let event = |kind| {
        id += 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        proto::event::encode(&Event { id: Uuid::from_u128(id), effective: day, kind })
    };
    kinds.into_iter().map(event).collect()
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
    assert_eq!(state.counts[1], 0, "the year is clean, so that the fold's whole work is measured");

    let mut group = criterion.benchmark_group("core");
    group.sample_size(20).throughput(Throughput::Elements(contents.len() as u64));
    group.bench_function("encode", |b| {
        b.iter(|| events.iter().map(|(event, _)| proto::event::encode(event).len()).sum::<usize>());
    });
    group.bench_function("decode", |b| b.iter(|| contents.iter().map(decode).filter(|e| !e.id.is_nil()).count()));
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
        let id = Uuid::from_u128(1);
        let entry =
            Entry {
                index: state.entries, recorded_ms: 0, principal: "王老师", content, event: Event { id, ..event }
            };
        group.throughput(Throughput::Elements(1));
        group.bench_function("dry_run", |b| b.iter(|| black_box(state.dry_run(&entry))));
    }
    group.throughput(Throughput::Elements(contents.len() as u64));
    group.bench_function("digest", |b| b.iter(|| state.digest()));
    group.bench_function("pages", |b| b.iter(|| restored(&mut state).map(|copy| copy.entries)));
    group.finish();
}

criterion_group!(benches, core);
criterion_main!(benches);
