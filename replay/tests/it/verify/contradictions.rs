//! What `replay verify` keeps of a ledger that contradicts itself, and what a script that shares nothing with it makes of that.

use std::path::Path;
use std::process::Command;

use super::record::{ORIGIN, Record, signer};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use serde_json::{Value, json};

fn key() -> String {
    signer().verifier().to_string()
}

/// A note over so many entries of another record, which the same key signed.
fn other(record: &Record, size: u64) {
    let note = Checkpoint { origin: ORIGIN.to_owned(), size, root: [7; 32] }.sign(&signer());
    record.keep(&format!("{size:020}.checkpoint"), &note);
}

/// Whether the command that is told convinces anybody who has the key.
fn convinces(report: &Value) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let command = report["evidence"]["command"].as_str().expect("a command");
    let done = Command::new("sh").args(["-c", command]).current_dir(root).output().expect("sh runs");
    String::from_utf8_lossy(&done.stdout).starts_with("proved: ")
}

#[test]
fn a_rewritten_record_is_shown_by_what_it_signed_before_and_after() {
    for options in [&[][..], &["--hashes-only"]] {
        let record = Record::new();
        let entries = record.tip.next_index();
        // A note of before that was kept, and those of the record as it is now.
        other(&record, 11);
        [5, entries - 2, entries].into_iter().for_each(|size| record.sign(size));
        let key = key();
        let (code, report) = record.verify(&[&["--key", &key], options].concat());
        assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("signed root")), "{report}");
        let dir = report["evidence"]["dir"].as_str().expect("a directory");
        assert!(dir.ends_with(&format!("evidence-11-{}", entries - 2)), "{dir}");
        assert!(convinces(&report) && report["evidence"]["contradict"] == json!(true), "{report}");
        assert_eq!(record.verify(options).1["evidence"], Value::Null, "without a key nobody signed anything");
    }
}

#[test]
fn two_roots_over_as_many_outcomes_are_kept() {
    let record = Record::new();
    record.sign(11);
    let sums = record.sums(11);
    let books = *sums.tally.books();
    let note = Outcomes { origin: ORIGIN.to_owned(), size: 11, root: [7; 32], books }.sign(&signer());
    // As somebody kept it under a name of his own.
    record.keep("seen.outcomes", &note);
    let (code, report) = record.verify(&["--key", &key()]);
    assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("outcome root")), "{report}");
    assert!(convinces(&report) && report["evidence"]["contradict"] == json!(true), "{report}");
}

#[test]
fn what_proves_nothing_is_kept_and_said_to_prove_nothing() {
    // A record that lost its end.
    let record = Record::new();
    let entries = record.tip.next_index();
    record.sign(5);
    other(&record, entries + 3);
    let (code, report) = record.verify(&["--key", &key()]);
    assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("length")), "{report}");
    assert!(report["evidence"]["dir"].is_string() && !convinces(&report), "{report}");
    assert_eq!(report["evidence"]["contradict"], json!(false), "the record is too short, and nobody lied");
    let data = record.data().display().to_string();
    let evidence = record.data().join("kept").display().to_string();
    let words = super::record::replay(&["verify", "--data", &data, "--key", &key(), "--evidence", &evidence]);
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    assert!(words.contains("need not contradict") && !words.contains("do not go together"), "{words}");
    // Of one note alone nothing is kept.
    let record = Record::new();
    other(&record, 11);
    assert_eq!(record.verify(&["--key", &key()]).1["evidence"], Value::Null);
}
