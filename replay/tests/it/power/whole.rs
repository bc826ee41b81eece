//! A ledger that signs, with its tiles, checkpoints and the pointer to its pages; and an archive beside a stream that another machine
//! keeps. Pages themselves are a cache, lost whole here.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{chance, left_in, place, seed, times};
use crate::corruption::injure::Random;
use crate::support::{collect, item, options, read, start};
use ledger::event::{Event, Kind, PersonRegistered};
use ledger::money::Day;
use replay::engine::{Engine, Options};
use replay::files::watched::Disk;
use replay::point::Point;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::checkpoint_files::Checkpoints;
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use replay::record::log::Log;
use replay::record::log::faulty::{Faults, FaultyBroker};
use uuid::Uuid;

/// Power failures that are looked at of each life.
const LOOKS: usize = 6;

/// What is acknowledged: so many entries, or a checkpoint over so many.
const SIGNED: u64 = 1 << 32;

fn signer() -> Signer {
    Signer::from_seed("example.gov.cn/ledger", Role::Author, &[9; 32]).unwrap()
}

fn open(data: &Path) -> Engine {
    let signing = Signing { every: 3, after: Duration::from_secs(60), ..Signing::new(signer()) };
    let options = Options { signing: Some(signing), ..Options::file(data) };
    Engine::open(&options, &mut |_| {}).unwrap_or_else(|error| panic!("{}: {error}", data.display()))
}

fn say(engine: &Engine, number: u64) {
    let person = PersonRegistered { person: Uuid::from_u128(u128::from(number) + 1), origin: 610_000 };
    let event = Event::said(Day::from_yyyymmdd(20_210_901).unwrap(), Kind::PersonRegistered(person));
    let told = engine.submit("省财政厅/制单", vec![(proto::event::encode(&event).into(), event)]).unwrap();
    drop(told.blocking_recv().unwrap().unwrap());
}

/// A life: what it acknowledged is marked among the changes.
fn live(disk: &Disk, data: &Path, runtime: &tokio::runtime::Runtime, random: &mut Random) {
    let engine = open(data);
    let before = engine.read().entries;
    disk.mark(before);
    for number in before..before + 1 + random.below(300) as u64 {
        say(&engine, number);
        disk.mark(number + 1);
        if random.below(20) == 0 {
            let signed = runtime.block_on(engine.sign_now()).unwrap();
            disk.mark(SIGNED | signed.unverified().unwrap().0.size);
        }
    }
    if random.below(2) == 0 {
        engine.stop().unwrap();
    }
}

fn survives(disk: &Disk, at: usize, runtime: &tokio::runtime::Runtime, random: &mut Random, into: &Path, case: &str) {
    disk.after_power_failure(at, &mut |end| random.below(end), into).unwrap();
    let data = into.join("ledger");
    let (signed, told): (Vec<u64>, Vec<u64>) = disk.marks(at).into_iter().partition(|mark| mark & SIGNED != 0);
    let signed = signed.last().map_or(0, |mark| mark ^ SIGNED);
    // What was shown signed is kept, and the record reaches there.
    let kept = Checkpoints::of(&data).latest().unwrap();
    let kept = kept.map_or(0, |kept| Checkpoint::verified(&kept.tree, signer().verifier()).expect(case).size);
    assert!(kept >= signed, "{case}: the checkpoint over {signed} was shown, the last one kept is over {kept}");
    let engine = open(&data);
    let entries = engine.read().entries;
    assert!(entries >= told.last().copied().unwrap_or(0) && entries >= kept, "{case}: {entries}, {told:?}, {kept}");
    say(&engine, entries);
    let size = runtime.block_on(engine.sign_now()).unwrap().unverified().unwrap().0.size;
    assert_eq!(size, entries + 1, "{case}");
    // The trees are those of the record, whatever became of their tiles.
    let (tree, outcomes) = engine.checkpoint().unwrap().unverified().unwrap();
    for index in [0, entries / 2, entries] {
        let (bytes, paths) = (engine.entry_bytes(index).unwrap(), engine.prove_inclusion(index, size).unwrap());
        let before = Point { entries: Some(index), ..Point::default() };
        let before = runtime.block_on(engine.past(before)).unwrap().expect("not the newest").state.clone();
        let made = engine.outcome_bytes(before).unwrap();
        let held = [(&bytes, &paths.entries, &tree.root), (&made, &paths.outcomes, &outcomes.root)];
        for (bytes, path, root) in held {
            let leaf = ledger::tree::merkle::leaf_hash(bytes);
            assert!(ledger::tree::proof::is_included(&leaf, index, size, path, root), "{case}: entry {index}");
        }
    }
    engine.stop().unwrap();
    drop(engine);
    open(&data).stop().unwrap();
}

#[test]
fn a_signing_ledger_outlives_every_failure_of_the_power() {
    let (seed, runtime) = (seed(), tokio::runtime::Runtime::new().unwrap());
    for number in 0..times(40 * 2 * LOOKS as u64) {
        let (mut random, dir) = (chance(seed, number), place());
        let mut root = dir.path().join("disk-0");
        fs::create_dir_all(&root).unwrap();
        for life in 1..=2 {
            let disk = Disk::watch(&root).unwrap();
            live(&disk, &root.join("ledger"), &runtime, &mut random);
            for look in 0..LOOKS {
                let at = random.below(disk.noted() + 1);
                let next = left_in(dir.path(), &format!("disk-{life}"));
                let case =
                    format!("MINGZHANG_SEED={seed}, story {number}, life {life}, look {look}, after change {at}");
                survives(&disk, at, &runtime, &mut random, &next, &case);
                root = next;
            }
        }
    }
}

#[test]
fn an_archive_is_caught_up_after_every_failure_of_the_power() {
    let seed = seed();
    for number in 0..times(20 * LOOKS as u64) {
        let (mut random, dir) = (chance(seed, number), place());
        let root = dir.path().join("disk");
        fs::create_dir_all(&root).unwrap();
        let disk = Disk::watch(&root).unwrap();
        let broker = FaultyBroker::new(seed, Faults::default());
        let mut next = 0;
        for _ in 0..2 {
            let archive = root.join("ledger/record");
            let log = Log::open_faulty(&broker, &archive, &options(), &mut |_| Ok(())).unwrap();
            let (writer, outcomes) = start(log.with_segment_bytes(1_500));
            for _ in 0..1 + random.below(6) {
                let many = 1 + random.below(5) as u64;
                writer.submit((next..next + many).map(item).collect()).unwrap();
                next += many;
            }
            writer.stop().unwrap();
            assert_eq!(collect(outcomes).1, None);
            disk.mark(next);
        }
        for look in 0..LOOKS {
            let at = random.below(disk.noted() + 1);
            let case = format!("MINGZHANG_SEED={seed}, story {number}, look {look}, after change {at}");
            let into = left_in(dir.path(), "left");
            disk.after_power_failure(at, &mut |end| random.below(end), &into).unwrap();
            let archive = into.join("ledger/record");
            drop(
                Log::open_faulty(&broker, &archive, &options(), &mut |_| Ok(()))
                    .unwrap_or_else(|why| panic!("{case}: {why}")),
            );
            assert_eq!(read(&archive), (0..next).collect::<Vec<u64>>(), "{case}");
        }
    }
}
