//! Files of the record that are removed, renamed or replaced under a ledger that runs and records nothing: it notices by itself, stops,
//! and says why. What is done to streams is in `halted`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::corruption::ledger::{Templates, events};
use crate::halted::halts;
use crate::support::segments;
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::limits::RECHECK_MS;
use replay::record::log::{Frame, Reader};
use replay::upkeep::repair::repair;

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// A ledger in files, each frame in a segment of its own, open.
fn ledger(data: &Path) -> Engine {
    let options = Options::file(data);
    let engine = Engine::open(&options, &mut |_| {}).unwrap();
    engine.submit("tester", events(1, 30)).unwrap().blocking_recv().unwrap().unwrap();
    engine.stop().unwrap();
    drop(engine);
    let mut reader = Reader::open(&data.join("record"), DEFAULT_LEDGER).unwrap();
    let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_frame().unwrap()).collect();
    segments(&data.join("record")).iter().for_each(|path| fs::remove_file(path).unwrap());
    for (frame, number) in frames.iter().zip(1..) {
        let name = format!("{number:016}-{:016}.frames", frame.header().first_index);
        fs::write(data.join("record").join(name), frame.bytes()).unwrap();
    }
    Engine::open(&options, &mut |_| {}).unwrap()
}

type Harm = (&'static str, fn(&Path));

/// What somebody may do to the directory of a record, and a word of what is said of it.
const HARMS: [Harm; 8] = [
    ("removed or renamed", |record| fs::rename(record, record.with_extension("aside")).unwrap()),
    ("removed or renamed", |record| fs::remove_dir_all(record).unwrap()),
    ("has its name", |record| {
        fs::rename(record, record.with_extension("aside")).unwrap();
        copy(&record.with_extension("aside"), record);
    }),
    ("removed or renamed", |record| {
        let data = record.parent().unwrap();
        fs::rename(data, data.with_extension("aside")).unwrap();
    }),
    ("`lock`", |record| fs::remove_file(record.join("lock")).unwrap()),
    ("not there any more", |record| fs::remove_file(&segments(record)[0]).unwrap()),
    ("has its name", |record| {
        let last = segments(record).pop().unwrap();
        copy(&last, &last.with_extension("copy"));
        fs::rename(last.with_extension("copy"), &last).unwrap();
    }),
    ("it had", |record| fs::write(segments(record).pop().unwrap(), "short").unwrap()),
];

#[test]
fn a_ledger_notices_by_itself_what_is_taken_from_under_it() {
    let dir = tempfile::tempdir().unwrap();
    let place = |at: usize| dir.path().join(at.to_string()).join("data");
    let engines: Vec<Engine> = (0..HARMS.len()).map(|at| ledger(&place(at))).collect();
    // All of them know their files.
    std::thread::sleep(Duration::from_millis(RECHECK_MS / 2));
    HARMS.iter().enumerate().for_each(|(at, (_, harm))| harm(&place(at).join("record")));
    for (engine, (word, _)) in engines.iter().zip(HARMS) {
        let said = halts(engine);
        assert!(said.contains(word) && said.contains("replay repair"), "{word}: {said}");
        assert_eq!(engine.standing().stopped, Some(said));
        assert!(engine.answers().is_err(), "nothing is answered from it");
        assert!(engine.submit("tester", events(9_000, 1)).is_err(), "nothing more is recorded");
    }
}

/// What was renamed and is put back is served again as it was.
#[test]
fn a_directory_that_is_put_back_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let engine = ledger(dir.path());
    let (record, aside) = (dir.path().join("record"), dir.path().join("aside"));
    fs::rename(&record, &aside).unwrap();
    assert!(halts(&engine).contains("put it back and start again"));
    drop(engine);
    fs::rename(&aside, &record).unwrap();
    let engine = Engine::open(&Options::file(dir.path()), &mut |_| {}).unwrap();
    assert_eq!((engine.read().entries, engine.standing().stopped), (30, None));
}

/// The stream has all of it, but the archive is what is answered from, and what the next start is held against.
#[test]
fn an_archive_that_is_taken_away_is_noticed_by_its_writer_and_by_a_follower() {
    let templates = Templates::make();
    let mut place = templates.clean.copy();
    place.start();
    let url = place.url();
    let copied = tempfile::tempdir().unwrap();
    let follower = Engine::open(&Options::follow(copied.path(), &url, None), &mut |_| {}).unwrap();
    fs::rename(copied.path().join("record"), copied.path().join("aside")).unwrap();
    let said = halts(&follower);
    assert!(said.contains("removed or renamed") && said.contains("follow again"), "{said}");
    drop(follower);
    let engine = place.open().unwrap();
    fs::remove_file(&segments(&place.record())[1]).unwrap();
    let said = halts(&engine);
    assert!(said.contains("not there any more") && said.contains("replay repair"), "{said}");
    drop(engine);
    repair(&place.repair_options(), &mut |_, _, _| {}).unwrap();
    assert_eq!(place.compare(&templates.truth), Ok(()));
}
