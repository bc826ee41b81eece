//! `replay repair` is killed at every place where it changes something. Until it has been run to its end nothing is
//! served; run again, it brings back what was there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::corruption::injure::{Random, flip_archive, flip_block, use_again};
use crate::corruption::ledger::{Place, Templates, copy_all, signer};
use replay::engine::{Engine, Options};
use replay::upkeep::repair::{RepairOptions, examine};
use serde_json::{Value, json};

fn repair(place: &Place, die_at: Option<&str>, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replay"));
    command.args(["repair", "--json", "--nats", &place.url(), "--key", &signer().verifier().to_string()]);
    command.arg("--data").arg(place.data()).args(more);
    if let Some(die_at) = die_at {
        command.env("MINGZHANG_DIE_AT", die_at);
    }
    command.output().unwrap()
}

/// A ledger of which archive and stream are damaged in different places.
fn damaged(templates: &Templates) -> Place {
    let mut place = templates.clean.copy();
    let frame = flip_archive(&place, &mut Random(11), 2);
    flip_block(&place, &mut Random(12), true, |number| number > frame + 1);
    place.start();
    place
}

fn streams(place: &Place) -> Value {
    place.admin("STREAM.NAMES", Value::Null)["streams"].take()
}

#[test]
fn a_repair_that_is_killed_anywhere_is_taken_up_by_the_next() {
    let templates = Templates::make();
    for point in [
        "repair-marked",
        "repair-archive-written",
        "repair-between-renames",
        "repair-renamed",
        "repair-stream-retired",
        "repair-stream-created",
        "repair-publishing:3",
        "repair-stream-filled",
        "repair-proved",
    ] {
        let place = damaged(&templates);
        let killed = repair(&place, Some(point), &[]);
        assert_eq!(killed.status.code(), None, "{point}: {killed:?}");
        let refused = place.open().map(drop).unwrap_err();
        assert!(refused.contains("repairing"), "{point}: {refused}");
        assert!(!examine(&place.repair_options(), &mut |_, _, _| {}).unwrap().is_sound(), "{point}");
        // Whoever named the old stream goes on with the new one all the same.
        let named: &[&str] = if ["repair-marked", "repair-publishing:3", "repair-stream-retired"].contains(&point) {
            &["--stream", "MINGZHANG"]
        } else {
            &[]
        };
        let again = repair(&place, None, named);
        assert_eq!(again.status.code(), Some(0), "{point}: {again:?}");
        assert!(examine(&place.repair_options(), &mut |_, _, _| {}).unwrap().is_sound(), "{point}");
        assert_eq!(streams(&place), json!(["MINGZHANG", "MINGZHANG-2"]), "{point}");
        let kept = std::fs::read_dir(place.data()).unwrap().flatten().map(|item| item.file_name());
        let kept = kept.filter(|name| name.to_string_lossy().starts_with("record.")).collect::<Vec<_>>();
        assert_eq!(kept, ["record.damaged-1"], "{point}");
        assert_eq!(place.compare(&templates.truth), Ok(()), "{point}");
    }
}

#[test]
fn what_neither_home_has_comes_from_a_further_copy_or_nothing_is_changed() {
    let templates = Templates::make();
    let mut place = templates.clean.copy();
    let frame = flip_archive(&place, &mut Random(5), 3);
    flip_block(&place, &mut Random(6), true, |number| number == frame);
    place.start();
    let before = (std::fs::read_dir(place.data()).unwrap().count(), streams(&place));
    for words in [&["--dry-run"][..], &[]] {
        let refused = repair(&place, None, words);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let said: Value = serde_json::from_slice(&refused.stdout).unwrap();
        assert!(said["found"]["refusal"].as_str().unwrap().contains("--from"), "{said}");
        assert_eq!(said["found"]["copies"][0]["findings"][0]["fault"], "flipped");
        assert_eq!(said["found"]["copies"][0]["findings"][0]["frame"], json!(frame));
    }
    assert_eq!((std::fs::read_dir(place.data()).unwrap().count(), streams(&place)), before);
    let backup = templates.killed.data();
    let mended = repair(&place, None, &["--from", backup.to_str().unwrap()]);
    assert_eq!(mended.status.code(), Some(0), "{mended:?}");
    assert_eq!(place.compare(&templates.truth), Ok(()));
    let sound = repair(&place, None, &["--dry-run"]);
    assert_eq!(sound.status.code(), Some(0), "{sound:?}");
}

/// The archive of a follower, or of a writer that waits to take over, when the other has repaired already.
#[test]
fn a_stream_made_anew_elsewhere_is_taken_as_it_is() {
    let templates = Templates::make();
    let mut place = templates.clean.copy();
    place.start();
    let other = place.dir.path().join("other");
    copy_all(&place.data(), &other);
    std::fs::remove_dir_all(other.join("checkpoints")).unwrap();
    std::fs::remove_file(last_segment(&other)).unwrap();
    place.admin("STREAM.DELETE.MINGZHANG", Value::Null);
    assert_eq!(repair(&place, None, &[]).status.code(), Some(0));
    assert_eq!(streams(&place), json!(["MINGZHANG-2"]));
    let options = RepairOptions { data: other.clone(), ..RepairOptions::nats(&other, &place.url()) };
    let repaired = replay::upkeep::repair::repair(&options, &mut |_, _, _| {}).unwrap();
    assert!(repaired.caught_up > 0 && repaired.stream.as_deref() == Some("MINGZHANG-2"), "{repaired:#?}");
    assert_eq!(streams(&place), json!(["MINGZHANG-2"]));
    let follower = Engine::open(&Options::follow(&other, &place.url(), None), &mut |_| {}).unwrap();
    assert_eq!(follower.digest().1, templates.truth.digest);
    drop(follower);
    assert_eq!(place.compare(&templates.truth), Ok(()));
}

/// What it stores after the stream was looked at would stay behind in the old one.
#[test]
fn a_writer_that_is_alive_elsewhere_is_noticed() {
    let templates = Templates::make();
    let place = damaged(&templates);
    let mut sent = false;
    let refused = replay::upkeep::repair::repair(&place.repair_options(), &mut |doing, _, _| {
        if doing == "writing the archive" && !sent {
            sent = true;
            use_again(&place, 0);
        }
    });
    let why = refused.unwrap_err().to_string();
    assert!(why.contains("somebody writes"), "{why}");
    assert!(place.open().is_err(), "nothing is served in between");
    assert_eq!(repair(&place, None, &[]).status.code(), Some(0));
    assert_eq!(streams(&place), json!(["MINGZHANG", "MINGZHANG-2"]));
    assert_eq!(place.compare(&templates.truth), Ok(()));
}

#[test]
fn a_second_repair_that_is_killed_goes_on_with_the_stream_it_began_with() {
    let templates = Templates::make();
    let place = damaged(&templates);
    assert_eq!(repair(&place, None, &[]).status.code(), Some(0));
    let mut config = place.admin("STREAM.INFO.MINGZHANG-2", Value::Null)["config"].take();
    config["discard"] = json!("old");
    place.admin("STREAM.UPDATE.MINGZHANG-2", config);
    assert_eq!(repair(&place, Some("repair-stream-retired"), &[]).status.code(), None);
    let again = repair(&place, None, &[]);
    let said: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(said["repaired"]["stream_kept"][0], "MINGZHANG-2", "{said}");
    assert_eq!(streams(&place), json!(["MINGZHANG", "MINGZHANG-2", "MINGZHANG-3"]));
    assert_eq!(place.compare(&templates.truth), Ok(()));
}

/// Without the archive nobody knows whether anybody was told of the last message.
#[test]
fn a_last_message_nobody_can_read_is_not_left_out_where_the_archive_is_gone() {
    let templates = Templates::make();
    let mut place = templates.clean.copy();
    let last = place.frames().len() as u64;
    for dir in ["record", "checkpoints"] {
        std::fs::remove_dir_all(place.data().join(dir)).unwrap();
    }
    flip_block(&place, &mut Random(7), true, |number| number == last);
    place.start();
    let refused = repair(&place, None, &[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let backup = templates.clean.data();
    let mended = repair(&place, None, &["--from", backup.to_str().unwrap()]);
    assert_eq!(mended.status.code(), Some(0), "{mended:?}");
    assert_eq!(place.compare(&templates.truth), Ok(()));
}

fn last_segment(data: &Path) -> PathBuf {
    let paths = std::fs::read_dir(data.join("record")).unwrap().map(|item| item.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|kind| kind == "frames")).max().unwrap()
}

#[test]
fn what_is_told_is_for_people_and_for_programs() {
    let place = {
        let templates = Templates::make();
        damaged(&templates)
    };
    let output = Command::new(env!("CARGO_BIN_EXE_replay"))
        .args(["repair", "--dry-run", "--nats", &place.url(), "--data"])
        .arg(place.data())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    for word in
        ["内容损坏 flipped", "中间缺失 missing", "首个坏索引 first bad index", "可以修复", "signatures not checked"]
    {
        assert!(text.contains(word), "{word} in {text}");
    }
    let usage = Command::new(env!("CARGO_BIN_EXE_replay")).args(["repair"]).output().unwrap();
    assert_eq!(usage.status.code(), Some(2));
    let nowhere =
        Command::new(env!("CARGO_BIN_EXE_replay")).args(["repair", "--data", "no-such-directory"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
}
