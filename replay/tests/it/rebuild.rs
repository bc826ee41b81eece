//! `replay rebuild` as it is typed, where no service runs: what it says and how it exits.

use crate::verify::record::{Record, options, replay};
use replay::engine::Engine;
use serde_json::Value;

fn rebuild(record: &Record, options: &[&str]) -> (Option<i32>, Value, String) {
    let data = record.data().to_str().unwrap();
    let output = replay(&[&["rebuild", "--data", data, "--json"], options].concat());
    let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), said, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn generations_follow_each_other_and_have_the_digest_of_the_record() {
    let record = Record::new();
    let (code, said, why) = rebuild(&record, &["--only", "state"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(why.contains("rebuild without --only"), "{why}");
    let sums = record.sums(u64::MAX);
    let digest: String = sums.state.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut last = 0;
    for (compared, options) in
        [(false, &[][..]), (true, &[]), (true, &["--only", "entries"]), (true, &["--only", "state"])]
    {
        let (code, said, why) = rebuild(&record, options);
        assert_eq!(code, Some(0), "{why}");
        assert_eq!((&said["entries"], &said["state_digest"]), (&sums.state.entries.into(), &digest.clone().into()));
        assert_eq!(said["compared"], Value::from(compared));
        let generation = said["generation"].as_u64().unwrap();
        assert!(generation > last, "{said}");
        last = generation;
    }
}

#[test]
fn a_record_that_no_longer_gives_what_is_in_use_is_named() {
    let mut record = Record::new();
    assert_eq!(rebuild(&record, &[]).0, Some(0));
    record.reverse();
    let (code, _, why) = rebuild(&record, &[]);
    assert_eq!(code, Some(1));
    assert!(why.contains("in use") && why.contains("rebuilt") && why.contains("Nothing was swapped"), "{why}");
}

#[test]
fn while_a_service_runs_it_is_said_how_it_is_done() {
    let record = Record::new();
    let service = Engine::open(&options(&record), &mut |_| {}).unwrap();
    let (code, _, why) = rebuild(&record, &[]);
    assert_eq!(code, Some(1));
    assert!(why.contains("rebuild with --live URL"), "{why}");
    service.stop().unwrap();
    drop(service);
    assert_eq!(rebuild(&record, &[]).0, Some(0));
}

#[test]
fn what_cannot_be_meant_is_usage() {
    for words in
        [&["rebuild"][..], &["rebuild", "--data", "x", "--live", "y"], &["rebuild", "--data", "x", "--only", "z"]]
    {
        assert_eq!(replay(words).status.code(), Some(2), "{words:?}");
    }
    let nobody = replay(&["rebuild", "--live", "127.0.0.1:1"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("no server answers"), "{nobody:?}");
}
