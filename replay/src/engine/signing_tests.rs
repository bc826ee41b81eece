//! A ledger that signs: when it does, what it proves, and what it refuses to sign over.

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ledger::entry::Entry;
use ledger::event::Event;
use ledger::state::State;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::outcome_leaf::read;
use ledger::tree::proof::{is_consistent, is_included};

use super::signing_keys_tests::announce;
use super::{Engine, EngineError, Options, Recorded};
use crate::point::Point;
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::notary::{Signing, SigningError};
use crate::proof::signed_note::{Role, Signer};
use crate::proof::tiles::Tiles;

pub(super) fn signer(seed: u8) -> Signer {
    Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
}

pub(super) fn options(data: &Path, signing: Signing) -> Options {
    Options { signing: Some(signing), ..Options::file(data) }
}

pub(super) fn open(data: &Path) -> Engine {
    Engine::open(&options(data, Signing::new(signer(1))), &mut |_| {}).unwrap()
}

/// Some events of every kind, each on a day of its own; many do not count, which is on record too.
fn events(from: u128, count: usize) -> Vec<(Bytes, Event)> {
    let samples = proto::samples::samples();
    let days = (0..).map(|at| i32::try_from(from).unwrap() + at);
    let numbered = samples.into_iter().cycle().take(count).zip(days);
    let events = numbered.map(|(event, day)| Event::said(event.effective.plus(day), event.kind));
    events.map(|event| (Bytes::from(proto::event::encode(&event)), event)).collect()
}

pub(super) fn record(engine: &Engine, from: u128, count: usize) {
    let receipts = engine.submit("somebody", events(from, count)).unwrap();
    assert_eq!(receipts.blocking_recv().unwrap().unwrap().len(), count);
}

pub(super) fn sign(engine: &Engine) -> (Checkpoint, Outcomes) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let signed = runtime.block_on(engine.sign_now()).unwrap();
    let key = signer(1).verifier().clone();
    (Checkpoint::verified(&signed.tree, &key).unwrap(), Outcomes::verified(&signed.outcomes, &key).unwrap())
}

/// The ledger before an entry.
pub(super) fn before(engine: &Engine, index: u64) -> State {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let point = Point { entries: Some(index), ..Point::default() };
    runtime.block_on(engine.past(point)).unwrap().unwrap().state.clone()
}

#[test]
fn whoever_was_answered_is_shown_his_entry_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    // The thread that signs takes an entry after its caller was answered, sooner or later.
    for index in 0..200 {
        record(&engine, 1 + u128::from(index), 1);
        let leaf = leaf_hash(&engine.entry_bytes(index).unwrap());
        let paths = engine.prove_inclusion(index, index + 1).unwrap();
        assert!(index > 0 || (paths.entries.is_empty() && sign(&engine).0.root == leaf));
    }
    assert!(matches!(engine.prove_inclusion(0, 201), Err(SigningError::OutOfRange { asked: 201, size: 200 })));
    engine.stop().unwrap();
}

#[test]
fn checkpoints_prove_what_was_recorded_across_starts() {
    let dir = tempfile::tempdir().unwrap();
    let mut earlier = None;
    for start in 0..3_u32 {
        let engine = open(dir.path());
        record(&engine, 1 + u128::from(start) * 1_000, 700);
        let (checkpoint, outcomes) = sign(&engine);
        assert_eq!((checkpoint.size, outcomes.size), (700 * u64::from(start + 1), checkpoint.size));
        for index in [0, 255, checkpoint.size - 1] {
            let paths = engine.prove_inclusion(index, checkpoint.size).unwrap();
            let leaf = leaf_hash(&engine.entry_bytes(index).unwrap());
            assert!(is_included(&leaf, index, checkpoint.size, &paths.entries, &checkpoint.root));
            let made = engine.outcome_bytes(before(&engine, index)).unwrap();
            assert!(is_included(&leaf_hash(&made), index, outcomes.size, &paths.outcomes, &outcomes.root));
            assert_eq!(read(&made).unwrap().mark.leaf, leaf);
        }
        if let Some((size, root, made)) = earlier {
            let paths = engine.prove_consistency(size, checkpoint.size).unwrap();
            assert!(is_consistent((size, &root), (checkpoint.size, &checkpoint.root), &paths.entries));
            assert!(is_consistent((size, &made), (outcomes.size, &outcomes.root), &paths.outcomes));
        }
        earlier = Some((checkpoint.size, checkpoint.root, outcomes.root));
        assert!(outcomes.books.iter().all(|book| book.debits == book.credits));
        engine.stop().unwrap();
        let (state, tally) = crate::engine::catch_up::fold_tally(&Options::file(dir.path()), &mut |_| {}).unwrap();
        assert_eq!((state.entries, tally.tree().root()), (outcomes.size, outcomes.root));
        assert_eq!(tally.books(), &outcomes.books);
    }
}

#[test]
fn it_signs_by_number_by_time_and_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let hour = Duration::from_secs(3_600);
    let engine =
        Engine::open(&options(dir.path(), Signing { every: 100, after: hour, ..Signing::new(signer(1)) }), &mut |_| {});
    let engine = engine.unwrap();
    let size = |engine: &Engine| engine.checkpoint().unwrap().unverified().unwrap().0.size;
    assert_eq!(size(&engine), 0);
    record(&engine, 1, 150);
    let until = |engine: &Engine, wanted: u64| {
        let began = Instant::now();
        while size(engine) < wanted {
            assert!(began.elapsed() < Duration::from_secs(20), "{wanted} entries are not signed");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    until(&engine, 150);
    record(&engine, 1_000, 10);
    assert_eq!(size(&engine), 150);
    engine.stop().unwrap();
    assert_eq!(size(&engine), 160);
    drop(engine);
    let soon = Signing { every: u64::MAX, after: Duration::from_millis(20), ..Signing::new(signer(1)) };
    let engine = Engine::open(&options(dir.path(), soon), &mut |_| {}).unwrap();
    record(&engine, 2_000, 5);
    until(&engine, 165);
}

#[test]
fn a_record_that_does_not_continue_what_was_signed_is_not_served() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(dir.path());
    record(&engine, 1, 20);
    engine.stop().unwrap();
    drop(engine);
    for (from, count) in [(1, 10), (5_000, 30)] {
        let swapped = other.path().join(count.to_string());
        let engine = Engine::open(&Options::file(&swapped), &mut |_| {}).unwrap();
        record(&engine, from, count);
        engine.stop().unwrap();
        drop(engine);
        std::fs::rename(dir.path().join("checkpoints"), swapped.join("checkpoints")).unwrap();
        let opened = Engine::open(&options(&swapped, Signing::new(signer(1))), &mut |_| {});
        let differs = |opened: Result<Engine, EngineError>| {
            matches!(opened.err(), Some(EngineError::Signing(SigningError::Differs { size: 20, .. })))
        };
        assert!(differs(opened));
        // Without a key it keeps no tree, but an end that is missing shows all the same.
        assert_eq!(differs(Engine::open(&Options::file(&swapped), &mut |_| {})), count < 20);
        // What is left of two notes of which one was lost or spoilt binds it as well.
        for kind in ["checkpoint", "outcomes"] {
            let path = swapped.join(format!("checkpoints/{:020}.{kind}", 20));
            let text = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            assert!(differs(Engine::open(&options(&swapped, Signing::new(signer(1))), &mut |_| {})), "{kind} lost");
            std::fs::write(&path, &text[1..]).unwrap();
            assert!(differs(Engine::open(&options(&swapped, Signing::new(signer(1))), &mut |_| {})), "{kind} spoilt");
            std::fs::write(&path, &text).unwrap();
        }
        std::fs::rename(swapped.join("checkpoints"), dir.path().join("checkpoints")).unwrap();
    }
    drop(open(dir.path()));
}

#[test]
fn tiles_of_another_record_are_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 600);
    let (checkpoint, outcomes) = sign(&engine);
    engine.stop().unwrap();
    drop(engine);
    for tree in ["", "outcomes"] {
        std::fs::write(Tiles::dir(dir.path()).join(tree).join("level-0"), vec![7; 2 * 8192]).unwrap();
        let engine = open(dir.path());
        let paths = engine.prove_inclusion(300, 600).unwrap();
        let leaf = leaf_hash(&engine.entry_bytes(300).unwrap());
        assert!(is_included(&leaf, 300, 600, &paths.entries, &checkpoint.root));
        let made = leaf_hash(&engine.outcome_bytes(before(&engine, 300)).unwrap());
        assert!(is_included(&made, 300, 600, &paths.outcomes, &outcomes.root));
        engine.stop().unwrap();
    }
}

#[test]
fn without_a_key_nothing_is_signed_and_a_witness_key_will_not_do() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(&Options::file(dir.path()), &mut |_| {}).unwrap();
    record(&engine, 1, 3);
    assert!(matches!(engine.checkpoint(), Err(SigningError::NoKey)));
    assert!(engine.entry_bytes(0).is_err());
    engine.stop().unwrap();
    drop(engine);
    assert!(!dir.path().join("checkpoints").exists() && !dir.path().join("tiles").exists());
    let witness = Signer::from_seed("here", Role::Witness, &[1; 32]).unwrap();
    let opened = Engine::open(&options(dir.path(), Signing::new(witness)), &mut |_| {});
    assert!(matches!(opened.err(), Some(EngineError::Signing(SigningError::WrongRole(_)))));
}

#[test]
fn outcomes_that_were_signed_are_not_signed_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    announce(&engine, &signer(2));
    let (_, outcomes) = sign(&engine);
    engine.stop().unwrap();
    drop(engine);
    let kept = Checkpoints::of(dir.path());
    let tree = kept.latest().unwrap().unwrap().tree;
    let outcomes = Outcomes { root: [9; 32], ..outcomes }.sign(&signer(1));
    kept.keep(1, &Signed { tree, outcomes }).unwrap();
    let opened = Engine::open(&options(dir.path(), Signing::new(signer(2))), &mut |_| {});
    assert!(matches!(opened.err(), Some(EngineError::Signing(SigningError::Differs { size: 1, .. }))));
}

/// Any bit of the newest one, of either note: the ledger starts, sets it aside and signs again, and the record is blamed for nothing.
#[test]
fn a_checkpoint_nobody_signed_is_set_aside_and_the_one_before_binds() {
    let dir = tempfile::tempdir().unwrap();
    for from in [1, 1_000] {
        let engine = open(dir.path());
        record(&engine, from, 20);
        engine.stop().unwrap();
    }
    let kept = Checkpoints::of(dir.path());
    assert_eq!(kept.sizes().unwrap(), [0, 20, 40]);
    for kind in ["checkpoint", "outcomes"] {
        let path = dir.path().join(format!("checkpoints/{:020}.{kind}", 40));
        let text = std::fs::read(&path).unwrap();
        // The line with the time is by its name and id a stranger's once these are changed, and passed over.
        let timed = text.iter().rposition(|byte| *byte == 0x80).unwrap() - 1;
        for at in (0..timed).step_by(11).chain((timed + 20..text.len()).step_by(11)) {
            let mut bad = text.clone();
            bad[at] ^= 4;
            std::fs::write(&path, &bad).unwrap();
            let engine = open(dir.path());
            assert_eq!(sign(&engine).0.size, 40, "byte {at} of {kind}");
            engine.stop().unwrap();
            assert_eq!(std::fs::read(path.with_extension(format!("{kind}.damaged"))).unwrap(), bad);
        }
        std::fs::remove_file(&path).unwrap();
        drop(open(dir.path()));
        assert_eq!(std::fs::read(&path).unwrap()[..timed], text[..timed], "signed anew");
    }
}

/// Older ones bind nobody, and nobody else would ever name them: the next start sets them aside, and none that is whole.
#[test]
fn every_checkpoint_that_suffered_is_set_aside_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    for from in [1, 1_000, 2_000, 3_000] {
        let engine = open(dir.path());
        record(&engine, from, 20);
        engine.stop().unwrap();
    }
    let kept = Checkpoints::of(dir.path());
    assert_eq!(kept.sizes().unwrap(), [0, 20, 40, 60, 80]);
    let path = |size: u64, kind: &str| dir.path().join(format!("checkpoints/{size:020}.{kind}"));
    for (size, kind, at) in [(20, "checkpoint", 12), (60, "outcomes", 30)] {
        let mut bad = std::fs::read(path(size, kind)).unwrap();
        bad[at] ^= 1;
        std::fs::write(path(size, kind), bad).unwrap();
    }
    // One whose place cannot be read.
    std::fs::remove_file(path(40, "checkpoint")).unwrap();
    std::fs::create_dir(path(40, "checkpoint")).unwrap();
    drop(open(dir.path()));
    assert_eq!(kept.sizes().unwrap(), [0, 80]);
    assert_eq!(kept.lonely().unwrap(), []);
}

/// A record that lost its end is not taken for whole because what was signed over the end is by a key nobody here knows.
#[test]
fn what_a_stranger_signed_beyond_the_record_is_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 20);
    engine.stop().unwrap();
    drop(engine);
    let kept = Checkpoints::of(dir.path());
    let (_, outcomes) = kept.latest().unwrap().unwrap().unverified().unwrap();
    let tree = Checkpoint { origin: "here".to_owned(), size: 30, root: [1; 32] }.sign(&signer(2));
    let beyond = Signed { tree, outcomes: Outcomes { size: 30, ..outcomes }.sign(&signer(2)) };
    kept.keep(30, &beyond).unwrap();
    let opened = Engine::open(&options(dir.path(), Signing::new(signer(1))), &mut |_| {});
    assert!(matches!(opened.err(), Some(EngineError::Signing(SigningError::Differs { size: 30, .. }))));
}

#[test]
fn signing_that_failed_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let soon = Signing { after: Duration::from_millis(20), ..Signing::new(signer(1)) };
    let engine = Engine::open(&options(dir.path(), soon), &mut |_| {}).unwrap();
    let until = |wanted: bool| {
        let began = Instant::now();
        while engine.standing().doubt.is_some() != wanted {
            assert!(began.elapsed() < Duration::from_secs(20), "a doubt should be there: {wanted}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let (checkpoints, tiles) = (dir.path().join("checkpoints"), Tiles::dir(dir.path()));
    for (from, place) in [(1, &checkpoints), (2_000, &tiles)] {
        let aside = dir.path().join("aside");
        std::fs::rename(place, &aside).unwrap();
        std::fs::write(place, "in the way").unwrap();
        record(&engine, from, 600);
        if place == &checkpoints {
            until(true);
        }
        std::fs::remove_file(place).unwrap();
        std::fs::rename(&aside, place).unwrap();
        until(false);
    }
    let (checkpoint, outcomes) = sign(&engine);
    assert_eq!(checkpoint.size, 1_200);
    let paths = engine.prove_inclusion(700, 1_200).unwrap();
    let leaf = leaf_hash(&engine.entry_bytes(700).unwrap());
    assert!(is_included(&leaf, 700, 1_200, &paths.entries, &checkpoint.root));
    let made = leaf_hash(&engine.outcome_bytes(before(&engine, 700)).unwrap());
    assert!(is_included(&made, 700, 1_200, &paths.outcomes, &outcomes.root));
}

/// What this program makes of an entry is told only if it is what was signed: here of a ledger that lacks what came before it.
#[test]
fn an_outcome_that_is_not_in_the_tree_is_not_given() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 20);
    let mut lacking = State::default();
    let mut others = 0;
    for index in 0..20 {
        assert!(engine.outcome_bytes(before(&engine, index)).is_ok());
        match engine.outcome_bytes(lacking.clone()) {
            Ok(_) => {}
            Err(EngineError::OutcomeDiffers { index: named }) => others += u32::from(named == index),
            Err(error) => panic!("{error}"),
        }
        let Recorded { recorded_ms, principal, proof, again, content, event, .. } =
            engine.recorded(index).unwrap().unwrap();
        let entry = Entry { index, recorded_ms, principal: &principal, proof, again, content: &content, event: &event };
        lacking.withhold(&entry).unwrap();
    }
    assert!(others > 0, "some entry rests on those before it");
}
