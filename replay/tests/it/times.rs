//! Recorded times: an entry's is its frame's, and none lies before the one before it. Whoever reads a record says so by its place:
//! start, fold, verifying, repair, copies, a follower.

use std::fs;
use std::path::Path;

use crate::support::{Cluster, frames_published};
use crate::verify::record::{Record, options, replay};
use replay::engine::catch_up::fold_record;
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::record::following;
use replay::upkeep::backup::{Backup, MANIFEST, Restore, backup, restore};
use replay::upkeep::repair::{Fault, RepairError, RepairOptions, examine, repair};

/// What is wrong with the times of frame 4, the index it shows at, and words that say it.
fn spoilt() -> Vec<(Record, u64, &'static str)> {
    let made = |spoil: fn(&mut Record)| {
        let mut record = Record::new();
        spoil(&mut record);
        record
    };
    let entry = made(|record| record.retime(4));
    let last = entry.frames[3].next_index() - 1;
    let header = made(|record| record.date(4, |entry, frame| (entry, frame + 1)));
    let back = made(|record| record.date(4, |entry, frame| (entry - YEAR_MS, frame - YEAR_MS)));
    let first = header.index(4);
    vec![(entry, last, "recorded at"), (header, first, "recorded at"), (back, first, "lies before")]
}

const YEAR_MS: i64 = 365 * 86_400_000;

#[test]
fn a_time_that_cannot_be_is_named_by_whoever_reads_the_files() {
    for (record, index, words) in spoilt() {
        let said = |why: String, who: &str| {
            let place = why.contains("frame 4") && why.contains(&format!("first bad index {index}"));
            assert!(place && why.contains(words), "{who}: {why}");
        };
        said(Engine::open(&options(&record), &mut |_| {}).map(drop).unwrap_err().to_string(), "start");
        said(fold_record(&options(&record), &mut |_| {}).map(drop).unwrap_err().to_string(), "fold");
        let difference = record.differs(&[]);
        assert_eq!((&difference["what"], &difference["index"]), (&"time".into(), &index.into()), "{difference}");
        let found = examine(&RepairOptions::file(record.data()), &mut |_, _, _| {}).unwrap();
        let finding = &found.copies[0].findings[0];
        assert_eq!((finding.frame, finding.index), (4, record.index(4)), "{finding:?}");
        assert!(finding.why.contains(words) && matches!(finding.fault, Fault::Flipped | Fault::Reused), "{finding:?}");
        let out = tempfile::tempdir().unwrap();
        let copied = backup(&Backup::of(record.data(), &out.path().join("copy"), DEFAULT_LEDGER), &mut |_| true);
        said(copied.unwrap_err().to_string(), "backup");
    }
}

/// Whoever can write a copy can write its list too.
#[test]
fn a_time_that_cannot_be_does_not_come_back_from_a_copy() {
    for (record, _, words) in spoilt() {
        let (whole, dir) = (Record::new(), tempfile::tempdir().unwrap());
        let copy = dir.path().join("copy");
        backup(&Backup::of(whole.data(), &copy, DEFAULT_LEDGER), &mut |_| true).unwrap();
        let segment = fs::read_dir(copy.join("record")).unwrap().next().unwrap().unwrap().path();
        let bytes: Vec<u8> = record.frames.iter().flat_map(|frame| frame.bytes().to_vec()).collect();
        let before = fs::read(&segment).unwrap();
        assert_eq!(before.len(), bytes.len());
        fs::write(&segment, &bytes).unwrap();
        crate::backup::say_in_list(&copy.join(MANIFEST), &before, &bytes);
        let job = Restore { from: copy, data: dir.path().join("again"), keys: Vec::new(), without_checkpoint: true };
        let why = restore(&job, &mut |_| true).unwrap_err().to_string();
        assert!(why.contains("frame 4") && why.contains(words), "{why}");
    }
}

#[test]
fn a_follower_names_it_and_sends_nobody_to_a_repair_of_its_copy() {
    for (record, index, words) in spoilt() {
        let (cluster, dir) = (Cluster::start(1 << 30), tempfile::tempdir().unwrap());
        frames_published(&cluster, &record.frames);
        let options = Options::follow(dir.path(), &cluster.server.url(), None);
        let why = Engine::open(&options, &mut |_| {}).map(drop).unwrap_err().to_string();
        assert!(why.contains(words) && why.contains(&format!("first bad index {index}")), "{why}");
        assert!(why.contains("a follower's copy") && why.contains("with this directory as --from"), "{why}");
        of_a_follower(dir.path(), &cluster.server.url());
    }
}

/// A copy that was begun is marked, and not taken for the archive of the writer.
fn of_a_follower(data: &Path, url: &str) {
    assert!(following::read(data).unwrap().is_some_and(|mark| mark.contains("the writer of the stream")));
    let refused = repair(&RepairOptions::nats(data, url), &mut |_, _, _| {}).unwrap_err();
    assert!(matches!(refused, RepairError::Follower { .. }), "{refused}");
    let data = data.to_str().unwrap();
    let done = replay(&["repair", "--data", data, "--nats", url]);
    let why = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.code() == Some(2) && why.contains("--follower"), "{why}");
}
