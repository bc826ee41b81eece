//! `replay verify` over records spoilt in every way a record can be: what it finds, where it says it lies, and how it
//! exits. The binary is run as a user runs it.

mod balances;
mod contradictions;
mod notes;
pub mod record;
mod witnesses;

use crate::support;
use ledger::event::{Event, Kind};
use ledger::hash::Hash;
use ledger::money::Day;
use record::{ORIGIN, PER_FRAME, PER_SEGMENT, Record, options, replay, signer};
use replay::engine::{Engine, Options};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Note, Role, Signer};
use replay::proof::trust::announcement;
use replay::record::log::Tip;
use replay::record::log::frame::HEADER_BYTES;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_clean_record_is_the_same_as_its_checkpoints_and_as_a_fold() {
    let record = Record::new();
    let entries = record.tip.next_index();
    // In the middle of a frame, at a frame's bound, and at both ends.
    [0, 7, 12, entries].into_iter().for_each(|size| record.sign(size));
    let key = signer().verifier().to_string();
    let (code, report) = record.verify(&["--key", &key]);
    assert_eq!((code, &report["verdict"]), (Some(0), &json!("same")), "{report}");
    let sums = record.sums(entries);
    let told = ["entries", "root", "outcome_root", "state_digest", "roots_compared", "outcomes_compared"];
    let wanted = json!([entries, hex(&sums.root), hex(&sums.tally.tree().root()), hex(&sums.state.digest()), 4, 4]);
    assert_eq!(json!(told.map(|name| report[name].clone())), wanted);
    assert_eq!((&report["signed_through"], &report["signatures_checked"]), (&json!(entries), &json!(true)));
    let folded = replay(&["fold", "--data", record.data().to_str().unwrap(), "--json"]);
    let folded: Value = serde_json::from_slice(&folded.stdout).unwrap();
    assert_eq!(folded["state_digest"], report["state_digest"]);
    let people = replay(&["verify", "--data", record.data().to_str().unwrap()]);
    let text = String::from_utf8_lossy(&people.stdout);
    assert!(text.contains("signatures not checked") && text.ends_with("same\n"), "{text}");
}

#[test]
fn a_flipped_bit_is_named_by_frame_file_and_byte() {
    let record = Record::new();
    let (path, offset) = record.place(4);
    let mut bytes = fs::read(&path).unwrap();
    bytes[offset + HEADER_BYTES + 5] ^= 0x10;
    fs::write(&path, bytes).unwrap();
    let difference = record.differs(&[]);
    assert_eq!((&difference["index"], &difference["what"]), (&json!(record.index(4)), &json!("checksum")));
    let place = json!({ "frame": 4, "file": path.display().to_string(), "offset": offset });
    assert_eq!(difference["place"], place);
    assert_ne!(difference["expected"], difference["found"]);
}

/// Nobody was told that an unfinished frame is recorded; but where a checkpoint covers it, it was.
#[test]
fn an_unfinished_end_is_torn_and_no_damage_unless_it_was_signed() {
    let record = Record::new();
    let last = record.frames.len();
    let (path, offset) = record.place(last);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let (code, report) = record.verify(&[]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!((&report["entries"], &report["torn"]["offset"]), (&json!(record.index(last)), &json!(offset)));
    record.sign(record.tip.next_index());
    let difference = record.differs(&[]);
    assert_eq!((&difference["index"], &difference["what"]), (&json!(record.index(last)), &json!("length")));
    assert!(difference["checkpoint"].as_str().unwrap().contains("checkpoints"), "{difference}");
}

#[test]
fn a_missing_segment_is_named_by_its_first_frame() {
    let record = Record::new();
    let (path, _) = record.place(PER_SEGMENT + 1);
    fs::remove_file(path).unwrap();
    let difference = record.differs(&[]);
    assert_eq!((&difference["index"], &difference["what"]), (&json!(record.index(PER_SEGMENT + 1)), &json!("segment")));
    assert_eq!(difference["place"]["frame"], json!(PER_SEGMENT + 1));
}

#[test]
fn swapped_frames_are_named_at_the_first() {
    let mut record = Record::new();
    record.frames.swap(2, 3);
    record.write();
    let difference = record.differs(&[]);
    // Frames 3 and 4 have changed places, so the third begins where the fourth should.
    let index = PER_FRAME as u64;
    assert_eq!((&difference["index"], &difference["what"]), (&json!(index), &json!("density")));
    assert_eq!((&difference["expected"], &difference["found"]), (&json!("3"), &json!("6")));
    assert_eq!(difference["place"]["frame"], json!(3));
}

#[test]
fn entries_made_anew_with_a_fitting_checksum_show_at_the_next_root() {
    let mut record = Record::new();
    record.forge(4);
    let difference = record.differs(&[]);
    assert_eq!((&difference["index"], &difference["what"]), (&json!(record.index(4)), &json!("root")));
    assert_eq!(difference["place"]["frame"], json!(5));
    assert_eq!(difference["found"], json!(hex(&record.frames[4].header().root)));
    // In the last frame no root follows, so only what was signed can tell.
    let mut record = Record::new();
    let entries = record.tip.next_index();
    [9, entries].into_iter().for_each(|size| record.sign(size));
    let root = record.sums(entries).root;
    record.forge(record.frames.len());
    let difference = record.differs(&[]);
    assert_eq!((&difference["index"], &difference["what"]), (&json!(9), &json!("signed root")));
    assert!(difference["expected"].as_str().unwrap().starts_with(&hex(&root)), "{difference}");
    assert!(difference["checkpoint"].as_str().unwrap().ends_with(&format!("{entries:020}.checkpoint")), "{difference}");
}

/// Whole frames by their checksums: also at the very end this is no unfinished write, which a start would cut off.
#[test]
fn an_entry_of_another_time_than_its_frame_is_damage_at_that_entry() {
    let last = Record::new().frames.len();
    for number in [4, last] {
        let mut record = Record::new();
        record.retime(number);
        let index = record.frames[number - 1].next_index() - 1;
        let difference = record.differs(&[]);
        assert_eq!((&difference["index"], &difference["what"]), (&json!(index), &json!("time")), "frame {number}");
        assert_eq!(difference["place"]["frame"], json!(number));
        let started = Engine::open(&options(&record), &mut |_| {}).map(drop).unwrap_err().to_string();
        assert!(started.contains("says it was recorded at"), "{started}");
        let (_, report) = record.verify(&[]);
        assert_eq!(report["difference"]["index"], json!(index), "a start cut nothing off");
    }
}

#[test]
fn a_checkpoint_of_another_root_size_or_sum_differs() {
    let record = Record::new();
    record.sign(8);
    let (origin, size) = (ORIGIN.to_owned(), 15);
    let told = |difference: &Value| (difference["index"].clone(), difference["what"].clone());
    record.keep("x.checkpoint", &Checkpoint { origin: origin.clone(), size, root: [5; 32] }.sign(&signer()));
    let difference = record.differs(&[]);
    assert_eq!(told(&difference), (json!(8), json!("signed root")));
    assert_eq!(difference["found"], json!(hex(&record.sums(size).root)));
    let beyond = record.tip.next_index() + 1;
    record.keep("x.checkpoint", &Checkpoint { origin: origin.clone(), size: beyond, root: [5; 32] }.sign(&signer()));
    assert_eq!(told(&record.differs(&[])), (json!(record.tip.next_index()), json!("length")));
    fs::remove_file(record.data().join("checkpoints/x.checkpoint")).unwrap();
    let mut books = *record.sums(size).tally.books();
    let root: Hash = record.sums(size).tally.tree().root();
    let outcomes = |root, books| Outcomes { origin: origin.clone(), size, root, books }.sign(&signer());
    record.keep("x.outcomes", &outcomes([5; 32], books));
    let difference = record.differs(&[]);
    assert_eq!(told(&difference), (json!(8), json!("outcome root")));
    assert_eq!(difference["found"], json!(hex(&root)));
    books[0].credits += 1;
    record.keep("x.outcomes", &outcomes(root, books));
    assert_eq!(told(&record.differs(&[])), (json!(8), json!("postings")));
}

#[test]
fn a_checkpoint_that_another_key_signed_is_none() {
    let record = Record::new();
    record.sign(6);
    let stranger = Signer::from_seed(ORIGIN, Role::Author, &[1; 32]).unwrap();
    let data = record.data().to_str().unwrap();
    let output = replay(&["verify", "--data", data, "--key", &stranger.verifier().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not signed by"), "{output:?}");
}

#[test]
fn a_checkpoint_without_the_note_beside_it_or_with_a_damaged_one_is_named_and_the_rest_goes_on() {
    let record = Record::new();
    record.sign(6);
    let (data, key) = (record.data().to_str().unwrap(), signer().verifier().to_string());
    let verify = || replay(&["verify", "--data", data, "--key", &key]);
    assert_eq!(verify().status.code(), Some(0));
    let note = record.data().join(format!("checkpoints/{:020}.outcomes", 6));
    fs::rename(&note, record.data().join("elsewhere")).unwrap();
    for (spoilt, why) in [(None, ".outcomes: it is missing"), (Some("no note"), ".outcomes: ")] {
        if let Some(text) = spoilt {
            fs::write(&note, text).unwrap();
        }
        let output = verify();
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("not compared") && said.contains(why) && said.ends_with("same\n"), "{said}");
    }
    // What is signed over the entries is compared all the same.
    let tree = record.data().join(format!("checkpoints/{:020}.checkpoint", 6));
    fs::write(&tree, "no note").unwrap();
    assert_eq!(verify().status.code(), Some(1), "nothing is signed");
}

#[test]
fn where_a_key_is_named_something_must_be_signed() {
    let record = Record::new();
    let key = signer().verifier().to_string();
    record.sign(0);
    assert_eq!(record.differs(&["--key", &key])["what"], json!("key"), "over no entry at all");
    assert_eq!(record.differs(&["--key", &key, "--hashes-only"])["what"], json!("key"));
    assert_eq!(record.verify(&[]).0, Some(0));
    record.sign(1);
    assert_eq!(record.verify(&["--key", &key]).0, Some(0));
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The record's own key announcement is of a key nobody has; here the next key is one we do have.
#[test]
fn a_key_announced_under_the_one_before_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let next = Signer::from_seed(ORIGIN, Role::Author, &[7; 32]).unwrap();
    let announced = Kind::KeyAnnounced(announcement(next.verifier(), &signer()));
    let announced = Event::said(Day::from_yyyymmdd(20_260_105).unwrap(), announced);
    let other = |at: usize| proto::samples::samples()[at].clone();
    for (key, event) in [(signer(), announced), (next.clone(), other(2)), (next.clone(), other(3))] {
        let engine =
            Engine::open(&Options { signing: Some(Signing::new(key)), ..Options::file(dir.path()) }, &mut |_| {});
        let engine = engine.unwrap();
        let bytes = bytes::Bytes::from(proto::event::encode(&event));
        engine.submit("somebody", vec![(bytes, event)]).unwrap().blocking_recv().unwrap().unwrap();
        engine.stop().unwrap();
    }
    let data = dir.path().to_str().unwrap();
    let verify = |key: &Signer, more: &[&str]| {
        replay(&[&["verify", "--data", data, "--key", &key.verifier().to_string()], more].concat())
    };
    let first = verify(&signer(), &[]);
    assert!(first.status.success(), "{first:?}");
    assert!(String::from_utf8_lossy(&first.stdout).contains("announced by entry 0;"), "{first:?}");
    // A bit of a note that either key signed: it is named, and the record blamed for nothing.
    for path in files(&dir.path().join("checkpoints")) {
        let whole = fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(23) {
            let mut bad = whole.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            let told = verify(&signer(), &[]);
            let said = String::from_utf8_lossy(&told.stdout);
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(
                told.status.code() == Some(4) && said.contains(name) && said.ends_with("same\n"),
                "{name}, byte {at}: {told:?}"
            );
        }
        fs::write(&path, whole).unwrap();
    }
    // Without folding nobody knows what was announced.
    assert!(!verify(&signer(), &["--hashes-only"]).status.success());
    // A checkpoint by somebody else is found at the end, where the announcements are known; and one by the first key, which has ended.
    let stranger = Signer::from_seed(ORIGIN, Role::Author, &[1; 32]).unwrap();
    let latest = dir.path().join("checkpoints/00000000000000000003.checkpoint");
    let text = fs::read(&latest).unwrap();
    for (key, why) in [(stranger, "not signed by"), (signer(), "signs over 0 to 1 entries only")] {
        let forged = Checkpoint::parse(Note::parse(&text).unwrap().unverified_text()).unwrap().sign(&key);
        fs::write(&latest, forged.to_string()).unwrap();
        let found = verify(&signer(), &[]);
        let said = String::from_utf8_lossy(&found.stdout);
        assert!(said.contains("first difference at index 3: key") && said.contains(why), "{found:?}");
    }
}

/// No ledger admits such an event; whoever writes one into a record past it is found out.
#[test]
fn an_event_whose_id_is_not_of_its_key_is_a_difference() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(&Options::file(dir.path()), &mut |_| {}).unwrap();
    let [first, second] = [2, 3].map(|at: usize| proto::samples::samples()[at].clone());
    let (id, keyed) = (first.id, second.id);
    for event in [first, Event { id, ..second }] {
        let bytes = bytes::Bytes::from(proto::event::encode(&event));
        engine.submit("somebody", vec![(bytes, event)]).unwrap().blocking_recv().unwrap().unwrap();
    }
    engine.stop().unwrap();
    let verify = |more: &[&str]| replay(&[&["verify", "--data", dir.path().to_str().unwrap()], more].concat());
    let found = verify(&[]);
    assert_eq!(found.status.code(), Some(1), "{found:?}");
    let text = String::from_utf8_lossy(&found.stdout);
    assert!(text.contains("first difference at index 1: event id") && text.contains(&keyed.to_string()), "{text}");
    assert!(verify(&["--hashes-only"]).status.success(), "nobody decoded it");
}

#[test]
fn a_digest_is_compared_at_its_index() {
    let record = Record::new();
    let digest = hex(&record.sums(10).state.digest());
    let (code, report) = record.verify(&["--expect", &format!("{digest}@10")]);
    assert_eq!((code, &report["outcomes_compared"]), (Some(0), &json!(1)), "{report}");
    let difference = record.differs(&["--expect", &format!("{digest}@11")]);
    assert_eq!((&difference["index"], &difference["what"]), (&json!(0), &json!("state digest")));
}

#[test]
fn pages_save_folding_and_their_tail_is_compared() {
    let record = Record::new();
    let entries = record.tip.next_index();
    let engine = Engine::open(&options(&record), &mut |_| {}).unwrap();
    engine.stop().unwrap();
    drop(engine);
    let (code, report) = record.verify(&["--from-checkpoint"]);
    assert_eq!((code, &report["folded_from"]), (Some(0), &json!(entries)), "{report}");
    let sums = record.sums(entries);
    assert_eq!(report["state_digest"], json!(hex(&sums.state.digest())));
    let wrong = format!("{}@{entries}", "00".repeat(32));
    assert_eq!(record.differs(&["--from-checkpoint", "--expect", &wrong])["what"], json!("state digest"));
    fs::remove_dir_all(record.data().join("pages")).unwrap();
    let output = replay(&["verify", "--data", record.data().to_str().unwrap(), "--from-checkpoint"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("without --from-checkpoint"), "{output:?}");
}

#[test]
fn hashing_is_taken_up_where_it_stopped() {
    let record = Record::new();
    record.sign(record.tip.next_index());
    let file = record.data().join("run.json");
    let name = file.to_str().unwrap();
    let mut tip = Tip::new(record.tip.ledger);
    record.frames[..7].iter().for_each(|frame| tip.advance(frame));
    fs::write(&file, serde_json::to_vec(&tip).unwrap()).unwrap();
    let (code, report) = record.verify(&["--hashes-only", "--resume", name]);
    assert_eq!((code, &report["root"]), (Some(0), &json!(hex(&record.tip.frontier.root()))), "{report}");
    assert!(!file.exists(), "done is done");
    assert_eq!(report["state_digest"], Value::Null);
    // What was noted down over other entries does not fit the next root.
    let mut other = Record::new();
    other.forge(7);
    let mut tip = Tip::new(record.tip.ledger);
    other.frames[..7].iter().for_each(|frame| tip.advance(frame));
    fs::write(&file, serde_json::to_vec(&tip).unwrap()).unwrap();
    assert_eq!(record.differs(&["--hashes-only", "--resume", name])["what"], json!("root"));
}

#[test]
fn a_stream_is_verified_as_files_are() {
    let cluster = support::Cluster::start(1 << 30);
    let log = cluster.open("archive").unwrap();
    let encode = |out: &mut Vec<u8>, raw: &proto::entry::Raw<'_>| {
        proto::entry::encode_into(out, raw).unwrap();
    };
    let (sender, outcomes) = std::sync::mpsc::channel();
    let options = replay::record::writer::WriterOptions::new(encode);
    let told = move |outcome| drop(sender.send(outcome));
    let writer = replay::record::writer::Writer::start(log, options, told).unwrap();
    let item = |event: &ledger::event::Event| replay::record::writer::Item {
        speaker: "tester".into(),
        again: None,
        content: proto::event::encode(event).into(),
        tag: 0_u64,
    };
    let items: Vec<_> = proto::samples::samples().iter().map(item).collect();
    let count = items.len();
    writer.submit(items).unwrap();
    writer.stop().unwrap();
    assert_eq!(support::collect(outcomes).0.len(), count);
    let url = cluster.server.url();
    let ask = |words: &[&str]| {
        let output = replay(&[words, &["--nats", &url, "--ledger", "ledger-for-tests", "--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let (verified, folded) = (ask(&["verify"]), ask(&["fold"]));
    assert_eq!((&verified["entries"], &verified["verdict"]), (&json!(count), &json!("same")));
    assert_eq!(verified["state_digest"], folded["state_digest"]);
}

#[test]
fn one_home_must_be_named_and_only_one() {
    for words in [
        &["verify"][..],
        &["fold"],
        &["verify", "--data", ".", "--nats", "nats://127.0.0.1:1"],
        &["verify", "--data", ".", "--stream", "S"],
        &["verify", "--data", ".", "--expect", "12@3"],
        &["verify", "--data", ".", "--resume", "file"],
        &["verify", "--data", ".", "--resume", "file", "--from-checkpoint"],
        &["verify", "--nats", "nats://127.0.0.1:1", "--from-checkpoint"],
        &["verify", "--data", ".", "--hashes-only", "--from-checkpoint"],
    ] {
        assert_eq!(replay(words).status.code(), Some(2), "{words:?}");
    }
    let help = replay(&["verify", "--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{help}");
}
