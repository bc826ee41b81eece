//! Repairs, copies and restores, killed at every change and then without power: run once more, they come to their end.

use std::fs;
use std::path::Path;

use super::{chance, left_in, place, seed};
use crate::corruption::injure::Random;
use crate::repair::made::{Made, segments, signer};
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::files::watched::Disk;
use replay::record::log::{Frame, Reader};
use replay::upkeep::backup::{Backup, Restore, backup, restore};
use replay::upkeep::repair::{RepairOptions, examine, repair};

/// Runs `work` below a watched directory that `before` fills, killed after 0, 1, 2, ... changes, and shows what a power failure left
/// of each, until a run comes to its end.
fn killed_at_every_change(
    before: &dyn Fn(&Path),
    work: &dyn Fn(&Path) -> Result<(), String>,
    left: &dyn Fn(&Path, &str),
) -> usize {
    let seed = seed();
    for die in 0.. {
        let dir = place();
        let root = dir.path().join("disk");
        fs::create_dir_all(&root).unwrap();
        before(&root);
        let disk = Disk::watch(&root).unwrap();
        disk.die_after(Some(die));
        let done = work(&root);
        let mut random: Random = chance(seed, die as u64);
        for look in 0..3 {
            let into = left_in(dir.path(), "left");
            disk.after_power_failure(disk.noted(), &mut |end| random.below(end), &into).unwrap();
            left(&into, &format!("MINGZHANG_SEED={seed}, killed after {die} changes, look {look}"));
        }
        match done {
            Ok(()) => return die,
            Err(why) => assert!(why.contains("killed"), "after {die} changes: {why}"),
        }
    }
    0
}

fn holds(data: &Path, made: &Made) -> bool {
    let mut reader = Reader::open(&data.join("record"), DEFAULT_LEDGER).unwrap();
    let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_any().unwrap().map(|(frame, _)| frame)).collect();
    frames == made.frames
}

#[test]
fn a_repair_comes_to_its_end_after_every_failure_of_the_power() {
    let (made, copy) = (Made::with(14), place());
    made.write(copy.path());
    let options = |root: &Path| RepairOptions {
        from: Some(copy.path().to_owned()),
        keys: vec![signer(1).verifier().clone()],
        ..RepairOptions::file(root.join("ledger"))
    };
    let before = |root: &Path| {
        let data = root.join("ledger");
        made.write(&data);
        made.sign(&data, &signer(1));
        let path = &segments(&data)[1];
        let mut bytes = fs::read(path).unwrap();
        bytes[300] ^= 4;
        fs::write(path, bytes).unwrap();
        fs::create_dir_all(data.join("tiles")).unwrap();
        fs::write(data.join("tiles/level-0"), b"of the damaged record").unwrap();
    };
    let work = |root: &Path| repair(&options(root), &mut |_, _, _| {}).map(drop).map_err(|error| error.to_string());
    let left = |root: &Path, case: &str| {
        let data = root.join("ledger");
        // Nothing is served that is neither as it was nor proved.
        if Engine::open(&Options { pages: false, ..Options::file(&data) }, &mut |_| {}).is_ok() {
            panic!("{case}: the entries of these frames are none, so nothing may be served");
        }
        work(root).unwrap_or_else(|why| panic!("{case}: {why}"));
        assert!(examine(&options(root), &mut |_, _, _| {}).unwrap().is_sound(), "{case}");
        assert!(holds(&data, &made), "{case}");
        assert!(!data.join("tiles/level-0").exists(), "{case}: tiles of the damaged record");
    };
    assert!(killed_at_every_change(&before, &work, &left) > 10);
}

#[test]
fn copies_come_to_their_end_and_come_back_after_every_failure_of_the_power() {
    let (made, first) = (Made::with(14), Made { frames: Made::with(14).frames[..7].to_vec(), ..Made::with(6) });
    let ledger = place();
    let job = |root: &Path| {
        let keys = vec![signer(1).verifier().clone()];
        Backup { keys, segment_bytes: 400, ..Backup::of(ledger.path(), &root.join("copy"), DEFAULT_LEDGER) }
    };
    let work = |root: &Path| backup(&job(root), &mut |_| true).map(drop).map_err(|error| error.to_string());
    let before = |root: &Path| {
        ["record", "checkpoints"].iter().for_each(|name| drop(fs::remove_dir_all(ledger.path().join(name))));
        first.write(ledger.path());
        first.sign(ledger.path(), &signer(1));
        work(root).unwrap();
        made.write(ledger.path());
        made.sign(ledger.path(), &signer(1));
    };
    let comes_back = |root: &Path, case: &str, least: u64| {
        let (from, data) = (root.join("copy"), left_in(root, "again"));
        let job = Restore { from, data, keys: vec![signer(1).verifier().clone()], without_checkpoint: false };
        let restored = restore(&job, &mut |_| true).unwrap_or_else(|why| panic!("{case}: {why}"));
        assert!(restored.missing.is_empty() && restored.extent.entries >= least, "{case}: {restored:?}");
    };
    let left = |root: &Path, case: &str| {
        // What was copied before is not lost by adding to it.
        comes_back(root, case, first.tip.next_index());
        work(root).unwrap_or_else(|why| panic!("{case}: {why}"));
        comes_back(root, case, made.tip.next_index());
    };
    assert!(killed_at_every_change(&before, &work, &left) > 10);
}

#[test]
fn a_restore_comes_to_its_end_after_every_failure_of_the_power() {
    let (made, ledger, copy) = (Made::with(14), place(), place());
    made.write(ledger.path());
    made.sign(ledger.path(), &signer(1));
    let from = copy.path().join("copy");
    backup(&Backup { segment_bytes: 400, ..Backup::of(ledger.path(), &from, DEFAULT_LEDGER) }, &mut |_| true).unwrap();
    let job = |root: &Path| {
        let keys = vec![signer(1).verifier().clone()];
        Restore { from: from.clone(), data: root.join("again"), keys, without_checkpoint: false }
    };
    let work = |root: &Path| restore(&job(root), &mut |_| true).map(drop).map_err(|error| error.to_string());
    let left = |root: &Path, case: &str| {
        let data = root.join("again");
        let unproved = replay::record::repairing::read(&data).unwrap().is_some();
        if data.join("record").is_dir() && !unproved && fs::read_dir(data.join("record")).unwrap().next().is_some() {
            assert!(holds(&data, &made), "{case}: it may be served and is not whole");
            return;
        }
        work(root).unwrap_or_else(|why| panic!("{case}: {why}"));
        assert!(holds(&data, &made), "{case}");
    };
    assert!(killed_at_every_change(&|_| {}, &work, &left) > 10);
}
