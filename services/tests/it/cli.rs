//! The command line as people and scripts meet it: help, exit codes, JSON, a second import. Runs the built binary.

use crate::support::Server;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const COMMANDS: [&str; 24] = [
    "demo",
    "serve",
    "import",
    "identity-key",
    "status",
    "balance",
    "entries",
    "trace",
    "line",
    "award",
    "payout",
    "batch",
    "totals",
    "refusals",
    "findings",
    "withdrawals",
    "keygen",
    "checkpoint",
    "receipt",
    "check-receipt",
    "witness",
    "bench",
    "provision",
    "health",
];

#[test]
fn every_command_teaches_by_example_and_names_its_exit_codes() {
    for command in COMMANDS {
        let output = mingzhang(&[command, "--help"]);
        let text = stdout(&output);
        assert!(text.contains(&format!("mingzhang {command}")) && text.contains("Example"), "{command}:\n{text}");
        assert!(text.contains("Exit codes") && text.contains("--json") != (command == "serve"), "{command}:\n{text}");
    }
}

/// A slip in the year is said before anybody is asked: no server is there.
#[test]
fn interest_is_accrued_through_days_that_are_over() {
    for through in ["2121-03-31", "2998-12-31"] {
        let output = mingzhang(&["accrue", "--lender", "DK01", "--through", through]);
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{why}");
        assert!(why.contains(through) && why.contains("尚未结束"), "{why}");
    }
}

/// Work goes on when nobody reads any more, and does not end well when the answer could not be written.
#[test]
fn an_answer_that_cannot_be_printed_is_no_success() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let keygen = |key: &str, out: Stdio| {
        let key = dir.path().join(key);
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        command.args(["keygen", "--origin", "full.example/disk", "--out"]).arg(&key).stdout(out);
        (command.output().expect("it runs"), key)
    };
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the full device");
    let (output, _) = keygen("one.key", full.into());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be printed"), "{output:?}");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let (output, key) = keygen("two.key", writer.into());
    assert_eq!((output.status.code(), key.exists()), (Some(0), true), "{output:?}");
}

#[test]
fn usage_and_absence_have_their_own_exit_codes() {
    assert_eq!(mingzhang(&["balance", "--owner", "no id"]).status.code(), Some(2));
    assert_eq!(mingzhang(&["serve"]).status.code(), Some(2));
    // Port 1 is reserved, so nobody answers there.
    let output = mingzhang(&["status", "--server", "127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("mingzhang serve"), "says what to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_twice_changes_nothing_and_questions_are_answered() {
    let server = Server::start().await;
    let address = server.address.to_string();
    let done = tokio::task::spawn_blocking(move || {
        let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/sh-grant.toml");
        let policy = policy.to_str().expect("UTF-8").to_owned();
        let ask = |words: &[&str]| {
            let output = mingzhang(&[words, &["--server", &address, "--json"]].concat());
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_str::<Value>(&stdout(&output)).expect("JSON on stdout")
        };
        let import = ["import", &policy, "--as", "省教育厅/制度"];
        let first = ask(&import)["files"][0].clone();
        let posted = first["posted"].as_u64().expect("a number");
        assert!(posted > 0 && first["duplicates"] == 0);
        let again = ask(&import)["files"][0].clone();
        assert_eq!((again["posted"].as_u64(), again["duplicates"].as_u64()), (Some(0), Some(posted)));
        let status = ask(&["status", "--digest"]);
        assert_eq!(status["entries"].as_u64(), Some(posted * 2));
        assert_eq!(status["state_digest"].as_str().map(str::len), Some(64));
        assert_eq!(ask(&["totals"])["sum"]["aided_fen"], 0);
        assert_eq!(ask(&["refusals"])["refusals"], Value::Array(Vec::new()));
        assert_eq!(ask(&["findings", "--open"])["suspense_fen"], 0);
        assert_eq!(ask(&["health"])["serving"], true);
        let nobody = "0190a6f2-0000-7000-8000-000000000000";
        for words in [["trace", nobody], ["batch", nobody]] {
            let output = mingzhang(&[&words[..], &["--server", &address]].concat());
            assert_eq!(output.status.code(), Some(4), "{words:?}");
        }
    });
    done.await.expect("all of it");
    server.stop().await;
}

fn mingzhang(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
