//! Copies: taken while a busy writer writes, brought up to date, cut short at every step, spoilt in every way. What comes back
//! is the ledger as it was, or nothing is served from it.

mod desk;
mod keys;
mod suffered;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::support::{self, Cluster, collect, item, start};
use desk::{Desk, files, flip, say, signer};
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::proof::checkpoint::Checkpoint;
use replay::record::log::{Log, NatsOptions, Reader};
use replay::upkeep::backup::{Backup, BackupError, MANIFEST, Restore, backup, restore};

#[test]
fn a_copy_taken_beside_a_writer_comes_back_as_the_ledger_was() {
    let desk = Desk::told(0, 300);
    let engine = desk.open();
    let (stop, said) = (AtomicBool::new(false), AtomicU64::new(0));
    let copies = std::thread::scope(|scope| {
        scope.spawn(|| {
            for from in (1_000..).step_by(600) {
                say(&engine, from, 600);
                said.fetch_add(600, Ordering::Relaxed);
                // Not as fast as it can: everything said is folded again below.
                std::thread::sleep(Duration::from_millis(20));
                if stop.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let mut copies = Vec::new();
        while copies.len() < 3 || copies.last() == copies.first() {
            let taken = desk.backup("copy").unwrap();
            assert!(taken.signed.is_some_and(|size| size <= taken.extent.entries && size > 0), "{taken:?}");
            let to = format!("again-{}", copies.len());
            let restored = desk.restore("copy", &to).unwrap();
            assert_eq!((restored.extent, restored.checkpoints), (taken.extent, taken.checkpoints));
            copies.push(taken.extent.entries);
        }
        stop.store(true, Ordering::Relaxed);
        copies
    });
    assert!(said.load(Ordering::Relaxed) > 0);
    for (number, entries) in copies.iter().enumerate() {
        assert_eq!(desk.folded(&format!("again-{number}")), (*entries, desk.digest_at(*entries)), "copy {number}");
    }
    engine.stop().unwrap();
    let last = desk.backup("copy").unwrap();
    assert_eq!(last.extent.entries, last.signed.unwrap(), "a ledger signs before it ends");
    assert!(last.extent.entries > copies[0] && files(&desk.at("copy/record"), ".frames").len() > 1);
    assert_eq!(desk.backup("copy").unwrap().new_frames, 0, "there is nothing new");
    goes_on_from(&desk, last.extent.entries);
}

/// A restored ledger takes entries again and signs what continues its last checkpoint.
fn goes_on_from(desk: &Desk, entries: u64) {
    let restored = desk.restore("copy", "goes-on").unwrap();
    let proof = restored.proof.unwrap();
    assert_eq!((proof.size, proof.origin.as_str(), proof.own_key), (entries, desk::ORIGIN, false));
    let signing = replay::proof::notary::Signing::new(signer(9));
    let options = Options { signing: Some(signing), ..Options::file(desk.at("goes-on")) };
    let engine = Engine::open(&options, &mut |_| {}).unwrap();
    say(&engine, 900_000, 10);
    assert_eq!(engine.read().entries, entries + 10);
    engine.stop().unwrap();
    assert!(files(&desk.at("goes-on/keys"), ".pub").len() == 1, "the public key came back too");
}

#[test]
fn whatever_is_spoilt_is_refused_by_name() {
    let desk = Desk::told(0, 1_500);
    desk.backup("copy").unwrap();
    let refused = |spoil: &dyn Fn(&Path), words: &[&str]| {
        let (copy, again) = (desk.at("spoilt"), desk.at("again"));
        copy_dir(&desk.at("copy"), &copy);
        spoil(&copy);
        let why = desk.restore("spoilt", "again").expect_err(&format!("{words:?} went unnoticed")).to_string();
        assert!(words.iter().all(|word| why.contains(word)), "{words:?}: {why}");
        assert!(!again.exists() || Engine::open(&Options::file(&again), &mut |_| {}).is_err(), "served: {why}");
        let _ = fs::remove_dir_all(copy);
        let _ = fs::remove_dir_all(again);
    };
    let (record, checkpoints) = ("record", "checkpoints");
    let segment = |copy: &Path| files(&copy.join(record), ".frames")[1].clone();
    let name = segment(&desk.at("copy")).file_name().unwrap().to_string_lossy().into_owned();
    refused(&|copy| flip(&segment(copy)), &[&name, "SHA-256", "at byte", "frame", "index"]);
    refused(&|copy| fs::remove_file(segment(copy)).unwrap(), &[&name, "missing"]);
    refused(&|copy| fs::write(segment(copy), b"short").unwrap(), &[&name, "ends after 5 of"]);
    let every = |copy: &Path| files(&copy.join(checkpoints), ".checkpoint").iter().for_each(|path| flip(path));
    refused(&every, &[".checkpoint", "SHA-256", "take another copy"]);
    for (from, to) in
        [("\"frames\": ", "\"frames\": 1"), ("\"root\": \"", "\"root\": \"0"), ("\"epoch\": ", "\"epoch\": 1")]
    {
        // With a right hash over it, it is no damage: somebody wrote it.
        refused(&|copy| change(&copy.join(MANIFEST), from, to), &[MANIFEST]);
    }
    let why = desk.restore_with("copy", "again", &[8]).unwrap_err().to_string();
    assert!(why.contains(".checkpoint") && why.contains("not signed"), "wrong key: {why}");
    assert!(matches!(desk.restore("copy", "ledger"), Err(BackupError::NotEmpty(_))));
}

#[test]
fn one_bad_small_file_keeps_nothing_else_from_coming_back() {
    let desk = Desk::told(0, 700);
    desk.tell(5_000, 300);
    desk.backup("copy").unwrap();
    let small = |ending: &str| files(&desk.at("copy/checkpoints"), ending);
    let (trees, outcomes) = (small(".checkpoint"), small(".outcomes"));
    assert!(trees.len() > 1);
    let spoilt = [&trees[0], &trees[trees.len() - 1], &outcomes[0], &outcomes[outcomes.len() - 1]];
    for (number, path) in spoilt.into_iter().enumerate() {
        let whole = fs::read(path).unwrap();
        for removed in [false, true] {
            if removed {
                fs::remove_file(path).unwrap();
            } else {
                flip(path);
            }
            let to = format!("again-{number}-{removed}");
            let restored = desk.restore("copy", &to).unwrap();
            fs::write(path, &whole).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            assert_eq!(restored.missing.len(), 1, "the one beside it binds by itself");
            assert!(restored.missing.iter().any(|missing| missing.contains(name)), "{:?}", restored.missing);
            let checkpoints = trees.len() - usize::from(name.ends_with(".checkpoint"));
            assert_eq!((restored.extent.entries, restored.checkpoints), (1_000, checkpoints));
            assert!(!desk.at(&to).join("checkpoints").join(name).exists());
            drop(Engine::open(&Options::file(desk.at(&to)), &mut |_| {}).unwrap());
        }
    }
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from));
    summed(path, &text.replacen(from, to, 1));
}

/// Has the list of a copy name other bytes for what it named before.
pub fn say_in_list(list: &Path, before: &[u8], after: &[u8]) {
    change(list, &sha(before), &sha(after));
}

/// Writes a list with the hash over itself that fits it.
fn summed(path: &Path, text: &str) {
    let said: String = text.split("\"sha256\": \"").nth(1).unwrap().chars().take(64).collect();
    let text = text.replacen(&said, "", 1);
    let empty = "\"sha256\": \"\"";
    let whole = text.replacen(empty, &format!("\"sha256\": \"{}\"", sha(text.as_bytes())), 1);
    fs::write(path, whole).unwrap();
}

#[test]
fn a_damaged_list_keeps_nothing_from_coming_back() {
    let desk = Desk::told(0, 700);
    let taken = desk.backup("copy").unwrap();
    let list = desk.at("copy").join(MANIFEST);
    let whole = fs::read(&list).unwrap();
    for (number, at) in (0..whole.len()).step_by(whole.len() / 12).enumerate() {
        let mut bad = whole.clone();
        bad[at] ^= 1;
        fs::write(&list, bad).unwrap();
        let restored = desk.restore("copy", &format!("again-{number}")).unwrap();
        assert_eq!((restored.extent, restored.checkpoints), (taken.extent, taken.checkpoints), "byte {at}");
        assert!(restored.missing.len() == 1 && restored.missing[0].starts_with(MANIFEST), "{:?}", restored.missing);
    }
    fs::remove_file(&list).unwrap();
    let restored = desk.restore("copy", "again-without").unwrap();
    assert!(
        restored.missing.len() == 1 && restored.missing[0].contains("MANIFEST: it is missing"),
        "{:?}",
        restored.missing
    );
    let why = desk.backup("copy").unwrap_err().to_string();
    assert!(why.contains("can be restored but not added to"), "{why}");
    // What nobody lists any more is still asked who signed it, and the record whether it is whole.
    let why = desk.restore_with("copy", "elsewhere", &[8]).unwrap_err().to_string();
    assert!(why.contains(".checkpoint") && why.contains("not signed"), "{why}");
    flip(&files(&desk.at("copy/record"), ".frames")[0]);
    assert!(desk.restore("copy", "elsewhere").unwrap_err().to_string().contains("damage at"));
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(item.file_name());
        if item.path().is_dir() {
            copy_dir(&item.path(), &to);
        } else {
            let _ = fs::copy(item.path(), to).unwrap();
        }
    }
}

#[test]
fn a_record_without_the_end_that_was_signed_is_neither_copied_nor_exported() {
    let desk = Desk::told(0, 600);
    let segment = files(&desk.at("ledger/record"), ".frames").pop().unwrap();
    let bytes = fs::read(&segment).unwrap();
    fs::write(&segment, &bytes[..bytes.len() / 2]).unwrap();
    let why = desk.backup("copy").unwrap_err().to_string();
    assert!(why.contains("over 600 entries") && why.contains("replay repair"), "{why}");
    assert!(desk.restore("copy", "again").is_err());
    let exported = desk.replay(&["export", "--format", "csv", "--data", "ledger", "--out", "tables"], "");
    assert!(exported.status.code() == Some(1) && !desk.at("tables").exists(), "{exported:?}");
}

/// Somebody who can write the copy also writes its list; only signatures stop that.
#[test]
fn a_checkpoint_of_another_record_is_refused_even_where_the_list_names_it() {
    let (desk, other) = (Desk::told(0, 400), Desk::told(5_000, 400));
    desk.backup("copy").unwrap();
    other.backup("copy").unwrap();
    let last = |desk: &Desk, ending: &str| files(&desk.at("copy/checkpoints"), ending).pop().unwrap();
    for ending in [".checkpoint", ".outcomes"] {
        let (to, from) = (last(&desk, ending), last(&other, ending));
        let (old, new) = (fs::read(&to).unwrap(), fs::read(&from).unwrap());
        // Equal events have equal outcomes, whoever they are about.
        assert!(to.file_name() == from.file_name() && (old != new || ending == ".outcomes"));
        fs::write(&to, &new).unwrap();
        change(&desk.at("copy").join(MANIFEST), &sha(&old), &sha(&new));
    }
    let why = desk.restore("copy", "again").unwrap_err().to_string();
    assert!(why.contains(".checkpoint") && why.contains("its root is not the one of the record"), "{why}");
    assert!(Engine::open(&Options::file(desk.at("again")), &mut |_| {}).is_err());
    // And one whose size was made up.
    let mut note = Checkpoint { origin: desk::ORIGIN.to_owned(), size: 400, root: [1; 32] }.sign(&signer(8));
    note.add(signer(8).sign_at(note.unverified_text(), 1));
    let old = fs::read(last(&desk, ".checkpoint")).unwrap();
    fs::write(last(&desk, ".checkpoint"), note.to_string()).unwrap();
    change(&desk.at("copy").join(MANIFEST), &sha(&old), &sha(note.to_string().as_bytes()));
    assert!(desk.restore("copy", "elsewhere").unwrap_err().to_string().contains("signed"));
}

fn sha(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_copy_goes_on_only_with_its_own_record() {
    let (desk, other) = (Desk::told(0, 400), Desk::told(5_000, 900));
    desk.backup("copy").unwrap();
    let foreign = Backup { out: desk.at("copy"), ..other.job("copy") };
    assert!(matches!(backup(&foreign, &mut |_| true), Err(BackupError::Diverged { .. })));
    let mut foreign = desk.job("copy");
    foreign.ledger = *b"another-ledger-1";
    assert!(matches!(backup(&foreign, &mut |_| true), Err(BackupError::Diverged { .. })));
    // A directory with something else in it, above all a ledger's own, is left alone.
    assert!(matches!(backup(&desk.job("ledger"), &mut |_| true), Err(BackupError::Taken(_))));
    replay::record::repairing::set(&desk.at("ledger"), "replay repair").unwrap();
    assert!(desk.backup("copy").unwrap_err().to_string().contains("`replay repair` has not proved the record"));
    replay::record::repairing::clear(&desk.at("ledger")).unwrap();
    flip(&files(&desk.at("copy/record"), ".frames").pop().unwrap());
    assert!(matches!(desk.backup("copy"), Err(BackupError::Damaged { .. })));
    // What was read before an interruption is kept.
    let mut frames = 0;
    let taken = backup(&desk.job("cut"), &mut |_| {
        frames += 1;
        frames < 3
    });
    let taken = taken.unwrap();
    assert!(taken.interrupted && taken.extent.frames == 3, "{taken:?}");
    assert_eq!(desk.backup("cut").unwrap().extent.entries, 400);
}

#[test]
fn a_run_killed_at_any_step_leaves_a_copy_that_comes_back() {
    let desk = Desk::told(0, 400);
    let words = ["backup", "--data", "ledger", "--out", "copy", "--key", &signer(9).verifier().to_string()];
    let killed = |die_at: &str| assert!(!desk.replay(&words, die_at).status.success(), "not killed at {die_at}");
    killed("backup-begun");
    killed("backup-frame:2");
    let mut known = 0;
    let places = ["backup-frame:2", "backup-frames-copied", "backup-record-listed", "backup-beside-written"];
    for (round, place) in (1..).zip(places) {
        let done = desk.replay(&words, "");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        desk.tell(1_000 * round, 300);
        killed(place);
        let restored = desk.restore("copy", &format!("after-{place}")).unwrap();
        assert!(restored.extent.entries > known && restored.proof.is_some(), "{place}: {restored:?}");
        known = restored.extent.entries;
    }
    assert_eq!(desk.backup("copy").unwrap().extent.entries, 1_600);
    let words = ["restore", "--from", "copy", "--data", "again", "--json"];
    for place in ["restore-marked", "restore-copied", "restore-proved"] {
        assert!(!desk.replay(&words, place).status.success(), "not killed at {place}");
        let why = Engine::open(&Options::file(desk.at("again")), &mut |_| {}).err().expect("not served");
        assert!(why.to_string().contains("replay restore"), "{why}");
    }
    let done = desk.replay(&words, "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&said["entries"], &said["signed"]["key_from_copy"]), (&1_600.into(), &true.into()), "{said}");
    assert_eq!(desk.folded("again"), (1_600, desk.digest_at(1_600)));
}

#[test]
fn without_a_checkpoint_nobody_vouches_and_one_must_say_so() {
    let desk = Desk::new();
    let engine = Engine::open(&Options::file(desk.at("ledger")), &mut |_| {}).unwrap();
    say(&engine, 0, 100);
    engine.stop().unwrap();
    assert_eq!(desk.backup("copy").unwrap().signed, None);
    // The checkpoint a ledger signs before its first entry is signed all right and vouches for nothing.
    let empty = Desk::told(0, 0);
    for file in files(&empty.at("ledger/checkpoints"), "") {
        fs::create_dir_all(desk.at("ledger/checkpoints")).unwrap();
        let _ = fs::copy(&file, desk.at("ledger/checkpoints").join(file.file_name().unwrap())).unwrap();
    }
    assert_eq!(desk.backup("copy").unwrap().signed, Some(0));
    let words = ["restore", "--from", "copy", "--data", "again"];
    let done = desk.replay(&words, "");
    let why = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.code() == Some(1) && why.contains("nobody vouches"), "{why}");
    let done = desk.replay(&[&words[..], &["--without-checkpoint"]].concat(), "");
    assert!(done.status.success() && String::from_utf8_lossy(&done.stdout).contains("0 of 100 entries"), "{done:?}");
    assert_eq!(desk.folded("again"), (100, desk.digest_at(100)));
}

#[test]
fn a_stream_is_copied_without_its_archive_and_goes_on_with_what_came_back() {
    let cluster = Cluster::start(1 << 30);
    let (writer, outcomes) = start(cluster.open("archive").unwrap());
    writer.submit((0..2_000).map(item).collect()).unwrap();
    let settled = collect(outcomes.iter().take(1)).0.len();
    assert!(settled > 0);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("copy");
    let job = Backup {
        data: None,
        stream: Some(NatsOptions::new(&cluster.server.url(), Path::new(""))),
        ..Backup::of(Path::new(""), &out, support::LEDGER)
    };
    backup(&job, &mut |_| true).unwrap();
    writer.stop().unwrap();
    let taken = backup(&job, &mut |_| true).unwrap();
    assert_eq!((taken.extent.entries, taken.signed), (2_000, None));
    let data = dir.path().join("again");
    let restored = Restore { from: out, data: data.clone(), keys: Vec::new(), without_checkpoint: true };
    assert!(restore(&restored, &mut |_| true).unwrap().of_stream);
    let archive = data.join("record");
    assert_eq!(support::read(&archive), (0..2_000).collect::<Vec<u64>>());
    // It is an archive of that very stream: opening compares the last frames and the stream's creation.
    let log = Log::open_nats(&NatsOptions::new(&cluster.server.url(), &archive), &support::options(), &mut |_| Ok(()));
    assert_eq!(log.unwrap().tip().next_index(), 2_000);
    assert!(Reader::open(&archive, DEFAULT_LEDGER).unwrap().next_frame().is_err(), "another ledger");
    drop(cluster);
    on_another_server(&data);
}

/// The server is gone with its stream: what came back makes another one, as `replay restore` says.
fn on_another_server(data: &Path) {
    let cluster = Cluster::start(1 << 30);
    let mut repair = Command::new(env!("CARGO_BIN_EXE_replay"));
    repair.args(["repair", "--nats", &cluster.server.url(), "--ledger", "ledger-for-tests", "--data"]).arg(data);
    let output = repair.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(cluster.stream(), (0..2_000).collect::<Vec<u64>>());
    let nats = NatsOptions::new(&cluster.server.url(), &data.join("record"));
    let log = Log::open_nats(&nats, &support::options(), &mut |_| Ok(()));
    assert_eq!(log.unwrap().tip().next_index(), 2_000);
}
