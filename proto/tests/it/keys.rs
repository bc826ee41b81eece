//! Ids of events: the vectors of `tests/wire/keys.txt`, the table in event.proto, and that admission takes no other id. The
//! file is written once, by `MINGZHANG_FREEZE=1`, and only compared ever after.

use ledger::event::{Event, KEY_PARTS, Kind};
use proto::event::{KIND_NAMES, admit, decode, encode};
use proto::samples::samples;
use std::fmt::Write as _;
use std::path::PathBuf;
use uuid::Uuid;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The samples; of what a source may leave without a number also that; and a later edition.
fn told() -> Vec<Event> {
    let mut all = samples();
    let drawn = all.iter().find(|event| matches!(event.kind, Kind::LoanDrawn(_))).expect("a draw").clone();
    let Kind::LoanDrawn(mut unnumbered) = drawn.kind.clone() else { panic!("a draw") };
    unnumbered.serial.clear();
    all.push(Event::said(drawn.effective, Kind::LoanDrawn(unnumbered)));
    all.push(Event::said_as(255, drawn.effective, drawn.kind));
    all
}

fn vectors() -> String {
    let mut text = String::from(
        "# Ids of events, by the definition at Event in event.proto: kind, edition, the parts of the key in hex (a text left out\n\
         # is -), the id. One for each kind; then a draw without a number, and one of edition 255.\n",
    );
    for event in told() {
        let hex = |part: &Vec<u8>| match part.is_empty() {
            true => "-".to_owned(),
            false => part.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        };
        let parts: Vec<String> = event.key_parts().iter().map(hex).collect();
        let _ = writeln!(text, "{} {} {} {}", event.kind.name(), event.edition, parts.join(" "), event.id);
    }
    text
}

#[test]
fn vectors_still_come_out() {
    let path = root().join("tests/wire/keys.txt");
    if std::env::var_os("MINGZHANG_FREEZE").is_some_and(|value| value == "1") && !path.exists() {
        std::fs::write(&path, vectors()).expect("the file can be written");
    }
    let frozen = std::fs::read_to_string(&path).expect("frozen vectors; run once with MINGZHANG_FREEZE=1");
    assert_eq!(frozen, vectors());
}

#[test]
fn the_example_for_callers_computes_every_vector() {
    let root = root();
    let said = std::process::Command::new("python3")
        .arg(root.join("scripts/keyed_id.py"))
        .arg("--check")
        .arg(root.join("tests/wire/keys.txt"))
        .output()
        .expect("python3 is at hand; install it to run this test");
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
    let count = format!("{} vectors", told().len());
    assert!(String::from_utf8_lossy(&said.stdout).contains(&count), "{said:?}");
}

/// How event.proto calls a part of the key of a kind.
fn as_in_schema(kind: &str, part: &str) -> String {
    match part {
        "day" => "effective".to_owned(),
        "serial" => "serial or effective".to_owned(),
        "first_to" => "parts[0].to".to_owned(),
        "set" => kind.split('_').next().unwrap_or_default().to_owned(),
        field => field.to_owned(),
    }
}

#[test]
fn the_table_in_the_schema_is_that_of_the_code() {
    let schema = std::fs::read_to_string(root().join("proto/proto/mingzhang/v1/event.proto")).expect("the schema");
    let comment: Vec<&str> = schema.lines().filter_map(|line| line.strip_prefix("//   ")).collect();
    let comment = comment.join(" ");
    assert_eq!(KEY_PARTS.len(), KIND_NAMES.len());
    for ((_, parts), name) in KEY_PARTS.iter().zip(KIND_NAMES) {
        let parts: Vec<String> = parts.iter().map(|part| as_in_schema(name, part)).collect();
        let row = format!("{name}({})", parts.join(", "));
        assert!(comment.contains(&row), "event.proto lacks {row}");
    }
}

#[test]
fn no_other_id_is_admitted_for_any_kind() {
    for event in told() {
        assert_eq!(admit(&encode(&event)).as_ref(), Ok(&event), "{}", event.kind.name());
        let others = [Uuid::nil(), Uuid::from_u128(7), event.id_of_edition(event.edition ^ 1)];
        for id in others {
            let bytes = encode(&Event { id, ..event.clone() });
            assert!(decode(&bytes).is_ok(), "what is recorded is read all the same");
            let malformed = admit(&bytes).expect_err("an id that is not of its key");
            let [violation] = &malformed.violations[..] else { panic!("{malformed}") };
            assert_eq!((violation.field.as_str(), violation.code), ("id", "wrong_id"));
            assert!(violation.description.contains(&event.id.to_string()), "{malformed}");
        }
    }
}

#[test]
fn an_edition_is_at_most_255() {
    use prost::Message;
    let mut wire = proto::v1::Event::decode(&encode(&told()[0])[..]).expect("a good event");
    wire.edition = 256;
    let malformed = decode(&wire.encode_to_vec()).expect_err("no such edition");
    assert_eq!(malformed.violations[0].field, "edition");
}
