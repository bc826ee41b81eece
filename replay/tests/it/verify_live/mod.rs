//! `replay verify --live`: a record held against what a service says of itself, equal and different. The service says what
//! it is told to say; a real one is asked in `services/tests/it/stranger.rs`.

mod service;

use crate::verify::record::{ORIGIN, Record, replay, signer};
use proto::v1::{GetCheckpointResponse, GetStatusResponse};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use serde_json::{Value, json};
use service::Said;

/// What an honest service of this record says with so many entries folded and so many signed.
fn honest(record: &Record, folded: u64, signed: u64) -> Said {
    let digest = record.sums(folded).state.digest().to_vec();
    let status = GetStatusResponse { as_of: folded, state_digest: digest.into(), ..GetStatusResponse::default() };
    Said { status, checkpoint: Some(checkpoint(record, signed, None)) }
}

fn checkpoint(record: &Record, size: u64, other: Option<[u8; 32]>) -> GetCheckpointResponse {
    let sums = record.sums(size);
    let root = other.unwrap_or_else(|| sums.tally.tree().root());
    let tree = Checkpoint { origin: ORIGIN.to_owned(), size, root: sums.root }.sign(&signer());
    let outcomes = Outcomes { origin: ORIGIN.to_owned(), size, root, books: *sums.tally.books() }.sign(&signer());
    GetCheckpointResponse { checkpoint: tree.to_string(), outcomes: outcomes.to_string() }
}

fn verify(record: &Record, said: Said) -> (Option<i32>, Value) {
    let service = service::start(said);
    record.verify(&["--live", &service.address, "--key", &signer().verifier().to_string()])
}

#[test]
fn a_service_that_has_gone_on_is_compared_where_it_answered() {
    let record = Record::new();
    let entries = record.tip.next_index();
    let (code, report) = verify(&record, honest(&record, entries - 2, entries - 5));
    assert_eq!((code, &report["verdict"]), (Some(0), &json!("same")), "{report}");
    assert_eq!(
        (&report["live"]["digest_at"], &report["live"]["checkpoint_at"]),
        (&json!(entries - 2), &json!(entries - 5))
    );
    assert_eq!((&report["roots_compared"], &report["outcomes_compared"]), (&json!(1), &json!(2)));
    let unsigned = Said { checkpoint: None, ..honest(&record, entries, 0) };
    let (code, report) = verify(&record, unsigned.clone());
    assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("key")), "nobody signed: {report}");
    let service = service::start(unsigned);
    let (code, report) = record.verify(&["--live", &service.address]);
    assert_eq!((code, &report["live"]["checkpoint_at"]), (Some(0), &Value::Null), "{report}");
}

#[test]
fn each_thing_a_service_says_wrongly_is_named_with_its_source() {
    let record = Record::new();
    let entries = record.tip.next_index();
    let mut other = honest(&record, entries, entries);
    other.status.state_digest = vec![7; 32].into();
    let (code, report) = verify(&record, other);
    assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("state digest")), "{report}");
    assert!(report["difference"]["checkpoint"].as_str().unwrap().contains("http://127.0.0.1"), "{report}");
    let other = Said { checkpoint: Some(checkpoint(&record, 9, Some([7; 32]))), ..honest(&record, entries, 0) };
    let (code, report) = verify(&record, other);
    assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("outcome root")), "{report}");
    // A service with more entries than the record: the record lost its end, or is an old copy.
    let mut ahead = honest(&record, entries, 0);
    ahead.status.as_of += 3;
    let (code, report) = verify(&record, ahead);
    assert_eq!((code, &report["difference"]["what"]), (Some(1), &json!("length")), "{report}");
}

#[test]
fn a_service_that_is_away_or_signs_with_another_key_is_an_error() {
    let record = Record::new();
    let data = record.data().to_str().unwrap();
    let away = replay(&["verify", "--data", data, "--live", "127.0.0.1:1"]);
    assert_eq!(away.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&away.stderr).contains("no server answers at 127.0.0.1:1"));
    let service = service::start(honest(&record, 5, 5));
    let stranger =
        replay::proof::signed_note::Signer::from_seed(ORIGIN, replay::proof::signed_note::Role::Author, &[8; 32])
            .unwrap();
    let key = stranger.verifier().to_string();
    let other = replay(&["verify", "--data", data, "--live", &service.address, "--key", &key]);
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("the checkpoint of http://127.0.0.1"));
}
