//! Rebuilds in a running ledger: what is swapped answers the same, what differs is named, what does not end leaves nothing.

use super::*;
use crate::engine::catch_up::fold_record;
use crate::engine::{DEFAULT_LEDGER, Engine, Options};
use crate::pages::generations::Generations;
use crate::pages::posting_row::EntryRow;
use bytes::Bytes;
use ledger::account::AccountNo;
use ledger::event::policy::Policy;
use ledger::event::{Event, Kind, Level, LineIssued, OrgRegistered, OrgRole, Source, Subordination};
use ledger::handle::Handle;
use ledger::money::Day;
use std::path::Path;
use uuid::Uuid;

fn sure(_: u64, _: u64) -> bool {
    true
}

fn open(data: &Path) -> Engine {
    Engine::open(&Options::file(data), &mut |_| {}).unwrap()
}

fn event(kind: Kind) -> Event {
    Event::said(Day::new(2021, 9, 1).unwrap(), kind)
}

fn basis() -> Vec<Event> {
    let org = OrgRegistered {
        org: Uuid::from_u128(1),
        number: "1".to_owned(),
        name: "陕西省财政厅".to_owned(),
        level: Level::Province,
        role: OrgRole::Finance,
        parent: None,
        division: 610_000,
        subordination: Subordination::Local,
    };
    let policy = Policy {
        programme: "SH-GRANT".to_owned(),
        version: 1,
        name: "普通高中国家助学金".to_owned(),
        document: "财科教〔2019〕19号".to_owned(),
        stage: "senior_high".to_owned(),
        bands: Vec::new(),
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    };
    vec![event(Kind::OrgRegistered(org)), event(Kind::PolicyAdopted(Box::new(policy)))]
}

/// A document line: it has accounts of its own and posts to them.
fn line(number: u128) -> Event {
    let issued = LineIssued {
        line: Uuid::from_u128(number),
        document: "陕财教〔2021〕1号".to_owned(),
        parent_document: String::new(),
        unit: Uuid::from_u128(1),
        fiscal_year: 2021,
        programme: "SH-GRANT".to_owned(),
        source: Source::Central,
        item: "2050204".to_owned(),
        project: "610000".to_owned(),
        direct: true,
        advance: false,
        fen: 100_000 + i64::try_from(number).unwrap(),
    };
    event(Kind::LineIssued(issued))
}

fn record(engine: &Engine, events: Vec<Event>) {
    let count = events.len();
    let events = events.into_iter().map(|event| (Bytes::from(proto::event::encode(&event)), event)).collect();
    let receipts = engine.submit("somebody", events).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(receipts.len(), count);
}

fn lines(engine: &Engine, numbers: std::ops::Range<u128>) {
    record(engine, numbers.map(line).collect());
}

fn opened_with(data: &Path, count: u128) -> Engine {
    let engine = open(data);
    record(&engine, basis());
    lines(&engine, 1_000..1_000 + count);
    engine
}

/// All postings of all accounts.
fn postings(engine: &Engine) -> Vec<EntryRow> {
    let accounts = engine.read().accounts.next().number();
    let of = |number| engine.entries_of(AccountNo::new(number), 0, usize::MAX).unwrap();
    (0..accounts).flat_map(of).collect()
}

fn generations(data: &Path) -> Vec<String> {
    let names = std::fs::read_dir(data.join("pages")).unwrap();
    let mut names: Vec<String> = names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_was_rebuilt_answers_the_same_now_and_after_a_start() {
    for only in [None, Some(Only::Entries), Some(Only::State)] {
        let dir = tempfile::tempdir().unwrap();
        let engine = opened_with(dir.path(), 300);
        // Some of it in the pages, some in memory only.
        engine.stop().unwrap();
        drop(engine);
        let engine = open(dir.path());
        lines(&engine, 5_000..5_200);
        let before = postings(&engine);
        assert!(before.len() >= 1_000);
        let rebuilt = engine.rebuild(only, &mut sure).unwrap();
        assert_eq!((rebuilt.entries, rebuilt.digest), engine.digest(), "{only:?}");
        assert_eq!((rebuilt.generation, rebuilt.compared), (2, true));
        assert_eq!(postings(&engine), before, "{only:?}");
        lines(&engine, 9_000..9_100);
        let (after, digest) = (postings(&engine), engine.digest());
        engine.stop().unwrap();
        drop(engine);
        let kept = generations(dir.path());
        assert!(kept.len() == 2 && kept[1].starts_with("g000002-"), "{kept:?}");
        let engine = open(dir.path());
        assert_eq!((postings(&engine), engine.digest()), (after, digest), "{only:?}");
        assert_eq!(fold_record(&Options::file(dir.path()), &mut |_| {}).unwrap().digest(), digest.1);
    }
}

#[test]
fn entries_go_on_being_recorded_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let engine = opened_with(dir.path(), 500);
    let recording = {
        let engine = engine.clone();
        std::thread::spawn(move || (0..40).for_each(|n| lines(&engine, 10_000 + n * 50..10_050 + n * 50)))
    };
    let made: Vec<u64> = (0..3).map(|_| engine.rebuild(None, &mut sure).unwrap().generation).collect();
    recording.join().unwrap();
    assert_eq!(made, [2, 3, 4]);
    let (state, rows) = (engine.digest(), postings(&engine));
    engine.stop().unwrap();
    drop(engine);
    let engine = open(dir.path());
    assert_eq!((engine.digest(), postings(&engine)), (state, rows));
}

#[test]
fn who_reads_what_is_replaced_reads_to_his_end() {
    let dir = tempfile::tempdir().unwrap();
    let engine = opened_with(dir.path(), 100);
    let read = engine.live.pages().store();
    let rebuilding = {
        let engine = engine.clone();
        std::thread::spawn(move || engine.rebuild(None, &mut sure).unwrap().generation)
    };
    while Generations::of(dir.path()).in_use().unwrap() == Some(1) {
        std::thread::yield_now();
    }
    // Time to remove what must not be.
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert_eq!(generations(dir.path()).len(), 3);
    drop(read);
    assert_eq!(rebuilding.join().unwrap(), 2);
    assert_eq!(generations(dir.path()).len(), 2);
}

#[test]
fn a_state_that_is_not_what_the_record_gives_is_named_and_nothing_is_swapped() {
    let dir = tempfile::tempdir().unwrap();
    let engine = opened_with(dir.path(), 50);
    let wrong = engine.read().lines.get(Handle::new(7)).accounts;
    let right = engine.read().balance(wrong);
    engine.live.state().write().accounts.get_mut(wrong).balance += 100;
    let said = engine.rebuild(None, &mut sure).unwrap_err().to_string();
    let yuan = |fen: i64| ledger::money::yuan(fen.into());
    for part in [format!("account {}", wrong), yuan(right), yuan(right + 100), "after 52 entries".to_owned()] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    assert_eq!(generations(dir.path()).len(), 2);
    // The postings alone have nothing to do with it.
    assert_eq!(engine.rebuild(Some(Only::Entries), &mut sure).unwrap().generation, 2);
    lines(&engine, 7_000..7_010);
    engine.stop().unwrap();
    drop(engine);
    // Pages keep what they were given; the record has it right, as is said.
    assert_eq!(open(dir.path()).read().balance(wrong), right + 100);
    assert!(said.contains("directory `pages`"), "{said}");
    std::fs::remove_dir_all(dir.path().join("pages")).unwrap();
    assert_eq!(open(dir.path()).read().balance(wrong), right);
}

#[test]
fn pages_that_turn_out_unusable_cost_time_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let engine = opened_with(dir.path(), 300);
    let (rows, digest) = (postings(&engine), engine.digest());
    engine.stop().unwrap();
    drop(engine);
    // The checkpoint still promises every entry, so the record is read as if nothing had to be folded.
    let (_, store) = Generations::of(dir.path()).open(DEFAULT_LEDGER).unwrap();
    store.lose_a_page();
    drop(store);
    let engine = open(dir.path());
    assert_eq!((postings(&engine), engine.digest()), (rows, digest));
    lines(&engine, 5_000..5_010);
    engine.stop().unwrap();
    drop(engine);
    assert_eq!(open(dir.path()).digest().0, digest.0 + 10);
}

#[test]
fn one_that_is_ended_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = opened_with(dir.path(), 100);
    let before = generations(dir.path());
    let mut left = 0;
    let ended = engine.rebuild(None, &mut |_, _| {
        left += 1;
        left < 2
    });
    assert!(matches!(ended, Err(RebuildError::Interrupted)), "{ended:?}");
    assert_eq!(generations(dir.path()), before);
    // What waited in the pause is kept all the same.
    lines(&engine, 6_000..6_010);
    engine.stop().unwrap();
    assert!(matches!(engine.rebuild(None, &mut sure), Err(RebuildError::Interrupted | RebuildError::Engine(_))));
}

#[test]
fn without_a_service_the_generation_in_use_is_compared_with() {
    let dir = tempfile::tempdir().unwrap();
    let engine = opened_with(dir.path(), 200);
    let (rows, digest) = (postings(&engine), engine.digest());
    engine.stop().unwrap();
    drop(engine);
    for (only, number) in [(None, 2), (Some(Only::State), 3), (Some(Only::Entries), 4)] {
        let rebuilt = rebuild_offline(dir.path(), DEFAULT_LEDGER, only, &mut sure).unwrap();
        assert_eq!((rebuilt.entries, rebuilt.digest), digest);
        assert_eq!((rebuilt.generation, rebuilt.compared), (number, true));
        let engine = open(dir.path());
        assert_eq!((postings(&engine), engine.digest()), (rows.clone(), digest));
        engine.stop().unwrap();
    }
    // A service that starts has the record before it has a generation in use.
    let starting = Engine::open(&Options { pages: false, ..Options::file(dir.path()) }, &mut |_| {}).unwrap();
    let refused = rebuild_offline(dir.path(), DEFAULT_LEDGER, None, &mut sure).unwrap_err().to_string();
    assert!(refused.contains("in use by another"), "{refused}");
    starting.stop().unwrap();
    drop(starting);
    std::fs::remove_dir_all(dir.path().join("pages")).unwrap();
    let nothing = rebuild_offline(dir.path(), DEFAULT_LEDGER, Some(Only::State), &mut sure);
    assert!(matches!(nothing, Err(RebuildError::NothingInUse)), "{nothing:?}");
    let rebuilt = rebuild_offline(dir.path(), DEFAULT_LEDGER, None, &mut sure).unwrap();
    assert!(!rebuilt.compared);
    let engine = open(dir.path());
    assert_eq!((postings(&engine), engine.digest()), (rows, digest));
}
