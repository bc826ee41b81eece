//! What `mingzhang health` says and how it exits while something around a ledger fails: it has three states, and none of them
//! is a guess.

use crate::process::{Load, Serving, Start, broker};
use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn health(start: &Start) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    let done = command.args(["health", "--json", "--server", &start.url()]).output().expect("the binary runs");
    (done.status.code(), serde_json::from_slice(&done.stdout).unwrap_or_default())
}

/// Asks until it exits so; what it says then.
fn until(start: &Start, code: i32) -> Value {
    let since = Instant::now();
    loop {
        let (found, said) = health(start);
        if found == Some(code) {
            return said;
        }
        assert!(since.elapsed() < PATIENCE, "health exits with {found:?}, not {code}: {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn signal(name: &str, pid: u32) {
    let done = Command::new("kill").arg(name).arg(pid.to_string()).status().expect("kill runs");
    assert!(done.success(), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_or_dead_broker_holds_recording_up_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut broker = broker(&dir.path().join("js")).await.expect("a broker");
    let start = Start::new(&dir.path().join("one"), Some(broker.url())).expect("a start");
    let _serving = Serving::start(&start).expect("started");
    assert_eq!(until(&start, 0)["state"], "serving");
    signal("-STOP", broker.pid());
    let said = until(&start, 4);
    signal("-CONT", broker.pid());
    assert_eq!(
        (&said["state"], &said["recorder"], &said["query"], &said["stopped"]),
        (&"held_up".into(), &false.into(), &true.into(), &"".into()),
        "{said}"
    );
    assert!(said["held_up_since_ms"].as_i64().is_some_and(|since| since > 1_600_000_000_000), "{said}");
    assert_eq!(until(&start, 0)["held_up_since_ms"], 0);
    broker.kill();
    assert_eq!(until(&start, 4)["state"], "held_up");
    broker.restart().expect("started again");
    assert_eq!(until(&start, 0)["state"], "serving");
}

/// A server whose files cannot grow beyond so many blocks of 512 bytes.
fn on_a_small_disk(start: &Start, blocks: u32) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" serve --data \"$1\" --listen \"$2\"")]);
    command.arg(env!("CARGO_BIN_EXE_mingzhang")).arg(&start.data).arg(format!("127.0.0.1:{}", start.port));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_no_service() {
    let dir = tempfile::tempdir().expect("a directory");
    let start = Start::new(&dir.path().join("one"), None).expect("a start");
    let mut small = on_a_small_disk(&start, 2_048);
    until(&start, 0);
    let load = Load::start(2, &start.url());
    let said = until(&start, 1);
    load.stop().await.expect("stopped");
    small.kill().expect("killed");
    small.wait().expect("ended");
    assert_eq!((&said["state"], &said["serving"]), (&"not_serving".into(), &false.into()), "{said}");
    assert!(said["stopped"].as_str().is_some_and(|why| why.contains("space")), "{said}");
    for part in ["recorder", "query", "audit"] {
        assert_eq!(said[part], false, "{part} serves no more than the whole: {said}");
    }
}

#[test]
fn signed_files_that_are_removed_are_a_doubt() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = dir.path().join("a.key");
    let mut made = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    made.args(["keygen", "--origin", "test.example", "--out"]).arg(&key).stdout(Stdio::null());
    assert!(made.status().expect("runs").success());
    let mut start = Start::new(&dir.path().join("one"), None).expect("a start");
    start.key = Some(key);
    let _serving = Serving::start(&start).expect("started");
    until(&start, 0);
    std::fs::remove_dir_all(start.data.join("checkpoints")).expect("there");
    let said = until(&start, 4);
    let doubt = said["doubt"].as_str().expect("a text");
    assert!(doubt.contains(".checkpoint was removed") && !doubt.contains('/'), "{said}");
    assert_eq!((&said["state"], &said["audit"]), (&"serving".into(), &true.into()), "{said}");
}
