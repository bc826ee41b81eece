//! Names that steer a terminal, turn the direction of writing or are not seen, as an old record may hold them: no command prints
//! one of them as it is, and JSON says which they are.

use crate::support::{Server, line, org, policy};
use ledger::event::{Event, Kind};
use serde_json::Value;
use std::process::Command;
use uuid::Uuid;

const UNIT: u128 = 100;
const LINE: u128 = 200;

/// Each of them, but a line's end, of which a name has none.
fn unseen() -> String {
    let ranges = ['\0'..='\u{9}', '\u{B}'..='\u{1F}', '\u{7F}'..='\u{9F}', '\u{200B}'..='\u{200F}'];
    let more = ['\u{202A}'..='\u{202E}', '\u{2060}'..='\u{2064}', '\u{2066}'..='\u{2069}', '\u{FEFF}'..='\u{FEFF}'];
    ranges.into_iter().chain(more).flatten().collect()
}

fn shown(address: &str, words: &[&str]) -> String {
    let done =
        Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).args(["--server", address]).output().expect("runs");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("UTF-8")
}

/// Whether a value has this text anywhere.
fn says(value: &Value, text: &str) -> bool {
    match value {
        Value::String(said) => said.contains(text),
        Value::Array(rows) => rows.iter().any(|row| says(row, text)),
        Value::Object(fields) => fields.values().any(|field| says(field, text)),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_prints_what_nobody_sees() {
    let server = Server::start().await;
    let name = format!("甲{}乙", unseen());
    let named = |mut event: Event| {
        match &mut event.kind {
            Kind::OrgRegistered(org) => org.name.clone_from(&name),
            Kind::LineIssued(line) => line.document.clone_from(&name),
            _ => {}
        }
        event
    };
    // Past admission, which would refuse them.
    let events = [named(org(UNIT)), policy(), named(line(LINE, UNIT, 500)), named(line(LINE + 1, 999, 1))];
    let events = events.map(|event| (bytes::Bytes::from(proto::event::encode(&event)), event)).to_vec();
    server.engine.submit("office", events).expect("taken").await.expect("answered").expect("recorded");
    let address = server.address.to_string();
    let commands = tokio::task::spawn_blocking(move || {
        let line = Uuid::from_u128(LINE).to_string();
        for words in [
            &["balance", "--class", "available"][..],
            &["line", &line],
            &["trace", &line],
            &["explain", "2"],
            &["explain", "0"],
            &["refusals"],
        ] {
            let text = shown(&address, words);
            let raw = |c: char| c != '\n' && unseen().contains(c);
            assert!(!text.contains(raw), "{words:?}: {text:?}");
            let json = shown(&address, &[words, &["--json"]].concat());
            assert!(!json.contains(raw), "{words:?}: {json:?}");
            let value: Value = serde_json::from_str(&json).expect("JSON");
            let tells = words[0] != "refusals";
            assert_eq!((text.contains("\\u202e"), says(&value, &unseen())), (tells, tells), "{words:?}: {text}");
        }
    });
    commands.await.expect("no panic");
    server.stop().await;
}
