//! `replay verify --witness`: how far enough witnesses have seen, and that what nobody vouches for says nothing about the record.

use std::fs;

use super::record::{ORIGIN, Record, replay, signer};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::signed_note::{Note, Role, Signer};
use serde_json::json;

fn witness(seed: u8) -> Signer {
    Signer::from_seed(&format!("w{seed}.example"), Role::Witness, &[seed; 32]).unwrap()
}

/// Both notes over so many entries, cosigned by these.
fn cosigned(record: &Record, size: u64, by: &[u8]) -> [Note; 2] {
    let (sums, origin) = (record.sums(size), ORIGIN.to_owned());
    let (root, books) = (sums.tally.tree().root(), *sums.tally.books());
    let tree = Checkpoint { origin: origin.clone(), size, root: sums.root }.sign(&signer());
    let mut notes = [tree, Outcomes { origin, size, root, books }.sign(&signer())];
    for note in &mut notes {
        by.iter().for_each(|seed| note.add(witness(*seed).cosign(note.unverified_text(), 1_790_000_000)));
    }
    notes
}

/// Keeps them as a ledger does that was sent them.
fn keep(record: &Record, size: u64, text: &str) {
    let dir = record.data().join("checkpoints");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join(format!("{size:020}.cosigned")), text).unwrap();
}

fn words(seeds: &[u8]) -> Vec<String> {
    let own = ["--key".to_owned(), signer().verifier().to_string()];
    let named = seeds.iter().flat_map(|seed| ["--witness".to_owned(), witness(*seed).verifier().to_string()]);
    own.into_iter().chain(named).collect()
}

#[test]
fn the_report_says_how_far_enough_witnesses_have_seen() {
    let record = Record::new();
    let entries = record.tip.next_index();
    [7, 12, entries].into_iter().for_each(|size| record.sign(size));
    for (size, by) in [(7, &[11, 12][..]), (12, &[11])] {
        let [tree, outcomes] = cosigned(&record, size, by);
        keep(&record, size, &format!("{tree}\n{outcomes}"));
    }
    for (seeds, quorum, through) in
        [(&[11][..], None, 12), (&[11, 12], None, 7), (&[11, 12, 13], Some("2"), 7), (&[11, 13], Some("1"), 12)]
    {
        let mut words = words(seeds);
        words.extend(quorum.iter().flat_map(|quorum| ["--quorum".to_owned(), (*quorum).to_owned()]));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (code, report) = record.verify(&words);
        assert_eq!((code, &report["witnessed"]["through"]), (Some(0), &json!(through)), "{report}");
    }
    let words = words(&[11, 13]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let difference = record.differs(&words);
    assert_eq!(difference["what"], "witness", "{difference}");
    let none = replay(&[&["verify", "--data", record.data().to_str().unwrap(), "--quorum", "3"], &words[..]].concat());
    assert!(!none.status.success() && String::from_utf8_lossy(&none.stderr).contains("--quorum is at least 1"));
}

#[test]
fn a_damaged_file_of_cosignatures_blames_no_record_and_a_forked_one_does() {
    let record = Record::new();
    record.sign(12);
    let [tree, outcomes] = cosigned(&record, 12, &[11]);
    keep(&record, 12, &format!("{tree}\n{outcomes}"));
    keep(&record, 7, "no notes");
    // Nobody vouches for a changed root: neither the key nor the witness signed that.
    let [other, beside] = cosigned(&record, 9, &[11]);
    let changed = other.to_string().replacen(ORIGIN, "example.gov.cn/ledgex", 1);
    keep(&record, 9, &format!("{changed}\n{beside}"));
    let words = words(&[11]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (code, report) = record.verify(&words);
    assert_eq!((code, &report["verdict"]), (Some(4), &json!("same")), "{report}");
    assert_eq!(report["witnessed"]["through"], 12, "{report}");
    // What ledger and witness both signed is another thing: the record is not the one they saw.
    let lie = Checkpoint { origin: ORIGIN.to_owned(), size: 9, root: [7; 32] };
    let mut lie = lie.sign(&signer());
    lie.add(witness(11).cosign(lie.unverified_text(), 1_790_000_000));
    keep(&record, 9, &format!("{lie}\n{beside}"));
    let difference = record.differs(&words);
    assert_eq!(difference["what"], "signed root", "{difference}");
}
