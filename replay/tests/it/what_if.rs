//! `replay explain` and `replay what-if` as a user runs them: over files and over a stream, with their exit codes, and
//! nothing of the ledger's directory changed by them. What they compute is tested in the library.

use crate::support;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::event::Event;
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Who said what, as a frozen history has it.
fn history() -> Vec<(String, Vec<u8>, Event)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/histories/rules-1.hex");
    let text = std::fs::read_to_string(file).unwrap();
    let said = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (principal, _, content) = (words.next()?, words.next()?, words.next()?);
        let byte = |at: usize| u8::from_str_radix(&content[at..at + 2], 16).unwrap();
        let content: Vec<u8> = (0..content.len()).step_by(2).map(byte).collect();
        let event = proto::event::decode(&content).unwrap();
        Some((principal.to_owned(), content, event))
    });
    said.collect()
}

fn record(data: &Path) {
    let engine = Engine::open(&Options::file(data), &mut |_| {}).unwrap();
    for (principal, content, event) in history() {
        let receipts = engine.submit(principal.as_str(), vec![(content.into(), event)]).unwrap();
        let _ = receipts.blocking_recv().unwrap().unwrap();
    }
    engine.stop().unwrap();
}

fn replay(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_replay")).args(words).output().unwrap()
}

fn answered(words: &[&str]) -> Value {
    let output = replay(&[words, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Every file of a directory with the hash of its content.
fn hashes(dir: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for item in std::fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            hashes(&path, all);
        } else {
            all.insert(path.clone(), Sha256::digest(std::fs::read(&path).unwrap()).to_vec());
        }
    }
}

const STRICTER: &str = r#"
programme = "VS-GRANT"
name = "中等职业教育国家助学金"
stage = "vocational"

[[version]]
version = 1
region = "SN"
from = "2021-01-04"
document = "假设文件"
status = "S"
note = "Lower than adopted."
bands = [
  { number = 1, name = "一档", min_yuan = 2000, max_yuan = 2000 },
  { number = 2, name = "二档", min_yuan = 1000, max_yuan = 2500 },
]
exclusions = ["SH-GRANT"]
sharing = [{ subordination = "local", central_percent = 80 }]
flagged = ["enrolled", "exclusive", "due", "sharing"]
tolerance_yuan = "0.01"
"#;

#[test]
fn a_hypothetical_changes_no_file_and_says_that_it_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("ledger");
    record(&data);
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    hashes(&data, &mut before);
    let data = data.to_str().unwrap();
    let file = dir.path().join("stricter.toml");
    std::fs::write(&file, STRICTER).unwrap();
    let persons = dir.path().join("persons.csv");
    let words = ["what-if", "--data", data, "--policy", file.to_str().unwrap()];
    let told = answered(&[&words[..], &["--persons", persons.to_str().unwrap()]].concat());
    assert_eq!((&told["hypothetical"], &told["same"], &told["entries"]), (&json!(true), &json!(false), &json!(700)));
    let direct = told["first"].as_array().unwrap().iter().find(|row| row["cause"] == "policy").unwrap();
    assert_eq!((&direct["kind"], &direct["after"]), (&json!("roster_line_added"), &json!("off_band")), "{direct}");
    let row = told["rows"].as_array().unwrap().iter().find(|row| row["key"] == "VS-GRANT").unwrap();
    assert!(row["before"]["awarded_fen"].as_i64() > row["after"]["awarded_fen"].as_i64(), "{row}");
    let table = std::fs::read_to_string(&persons).unwrap();
    assert_eq!(table.lines().count(), told["persons"].as_array().unwrap().len() + 1);
    assert!(table.starts_with("person,home_division,awarded_fen,hypothetical_awarded_fen"), "{table}");
    let shown = text(&replay(&words));
    assert!(shown.contains("假设推演") && shown.contains("HYPOTHETICAL") && shown.contains("按项目"), "{shown}");
    let refused = told["outcomes"].as_array().unwrap().iter().find(|row| row["kind"] == "person_registered");
    assert!(refused.is_none(), "no report is turned away: {refused:?}");
    hashes(Path::new(data), &mut after);
    assert_eq!(before, after);
    let again = replay(&[&words[..], &["--persons", persons.to_str().unwrap()]].concat());
    assert_eq!(again.status.code(), Some(2), "an existing file is not written over: {}", text(&again));
}

#[test]
fn what_cannot_be_assumed_or_explained_is_told_by_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("ledger");
    record(&data);
    let data = data.to_str().unwrap();
    let (other, broken) = (dir.path().join("other.toml"), dir.path().join("broken.toml"));
    std::fs::write(&other, STRICTER.replace("VS-GRANT", "UG-GRANT")).unwrap();
    std::fs::write(&broken, STRICTER.replace("[[version]]", "[version]")).unwrap();
    let policy = |path: &Path| text_and_code(&["what-if", "--data", data, "--policy", path.to_str().unwrap()]);
    let (code, said) = policy(&other);
    assert!(code == Some(4) && said.contains("UG-GRANT") && said.contains("VS-GRANT"), "{said}");
    assert_eq!(policy(&broken).0, Some(2));
    assert_eq!(policy(&dir.path().join("absent.toml")).0, Some(2));
    assert_eq!(text_and_code(&["what-if", "--data", data]).0, Some(2), "nothing is assumed");
    for words in [["what-if", "--without", "700"], ["explain", "--", "700"]] {
        let (code, said) = text_and_code(&[&words[..1], &["--data", data], &words[1..]].concat());
        assert!(code == Some(4) && said.contains("entry 700 among the 700 entries"), "{said}");
    }
    assert_eq!(text_and_code(&["explain", "first", "--data", data]).0, Some(2));
    let nowhere = dir.path().join("nowhere");
    assert_eq!(text_and_code(&["explain", "1", "--data", nowhere.to_str().unwrap()]).0, Some(1));
    for job in ["explain", "what-if"] {
        let help = text(&replay(&[job, "--help"]));
        assert!(help.contains("Examples:") && help.contains("Exit codes:") && help.contains("--json"), "{help}");
    }
}

fn text_and_code(words: &[&str]) -> (Option<i32>, String) {
    let output = replay(words);
    (output.status.code(), text(&output))
}

#[test]
fn a_stream_explains_and_supposes_as_files_do() {
    let cluster = support::Cluster::start(1 << 30);
    let log = cluster.open("archive").unwrap();
    let encode = |out: &mut Vec<u8>, raw: &proto::entry::Raw<'_>| {
        proto::entry::encode_into(out, raw).unwrap();
    };
    let (sender, outcomes) = std::sync::mpsc::channel();
    let options = replay::record::writer::WriterOptions::new(encode);
    let writer =
        replay::record::writer::Writer::start(log, options, move |outcome| drop(sender.send(outcome))).unwrap();
    let items = history().into_iter().map(|(principal, content, _)| replay::record::writer::Item {
        speaker: principal.as_str().into(),
        again: None,
        content: content.into(),
        tag: 0_u64,
    });
    writer.submit(items.collect()).unwrap();
    writer.stop().unwrap();
    assert_eq!(support::collect(outcomes).0.len(), 700);
    let dir = tempfile::tempdir().unwrap();
    record(dir.path());
    assert_ne!(DEFAULT_LEDGER, support::LEDGER, "two ledgers of one history");
    let (data, url) = (dir.path().to_str().unwrap(), cluster.server.url());
    let homes = [&["--data", data][..], &["--nats", &url, "--ledger", "ledger-for-tests"]];
    let event = history()[300].2.id.to_string();
    for words in [&["explain", "42"][..], &["explain", "699"], &["explain", &event], &["what-if", "--without", "56"]] {
        let [files, stream] = homes.map(|home| {
            let mut told = answered(&[words, home].concat());
            // Two writers recorded it at two times.
            told.as_object_mut().unwrap().remove("recorded_ms");
            told
        });
        assert_eq!(files, stream, "{words:?}");
    }
}
