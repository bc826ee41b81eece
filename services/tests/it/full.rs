//! Whatever of a real nats-server is full: the ledger says what, and goes on once what it says was done.

use crate::process::{Load, Serving, Start};
use crate::support::{nats_binary, port};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(40);

/// What an account may keep: as much as the server, or little.
const ANY: &str = "enabled";
const LITTLE: &str = "{ max_file: 300KB }";

/// A nats-server of a configuration of its own.
struct Broker {
    child: Child,
    port: u16,
    dir: PathBuf,
}

impl Broker {
    /// With so much room for the account and in all; `before` is said to the shell that starts it.
    fn start(dir: &Path, port: u16, [account, all]: [&str; 2], before: &str) -> Self {
        fs::create_dir_all(dir).expect("a directory");
        let text = format!(
            "listen: \"127.0.0.1:{port}\"\nmax_payload: 1MB\njetstream {{\n  store_dir: \"{}\"\n  max_file_store: {all}\n  \
             sync_interval: always\n}}\naccounts {{\n  A {{\n    jetstream: {account}\n    users: [ {{ user: a, \
             password: a }} ]\n  }}\n}}\nno_auth_user: a\n",
            dir.join("store").display()
        );
        let config = dir.join("nats.conf");
        fs::write(&config, text).expect("written");
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{before} exec \"$0\" -c \"$1\"")]).arg(nats_binary()).arg(&config);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a nats-server");
        Self { child, port, dir: dir.to_owned() }
    }

    /// The same store under another configuration.
    fn again(mut self, room: [&str; 2], before: &str) -> Self {
        self.end();
        Self::start(&self.dir.clone(), self.port, room, before)
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    async fn client(&self) -> async_nats::Client {
        let since = Instant::now();
        loop {
            match async_nats::connect(self.url()).await {
                Ok(client) => return client,
                Err(error) if since.elapsed() > PATIENCE => panic!("the nats-server does not come up: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Asks JetStream.
    async fn ask(&self, what: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.client().await.request(format!("$JS.API.{what}"), body.into()).await.expect("an answer");
        serde_json::from_slice(&answer.payload).expect("JSON")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.end();
    }
}

fn mingzhang(words: &[&str]) -> (Option<i32>, String, Value) {
    let done = Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    (done.status.code(), said, serde_json::from_slice(&done.stdout).unwrap_or_default())
}

/// Asks for its health until it exits so.
async fn health(start: &Start, wanted: i32) -> Value {
    let since = Instant::now();
    loop {
        let (code, said, told) = mingzhang(&["health", "--json", "--server", &start.url()]);
        if code == Some(wanted) {
            return told;
        }
        assert!(since.elapsed() < PATIENCE, "{code:?}, not {wanted}: {said} {told}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn provisioned(dir: &Path, max_bytes: &str) -> Broker {
    let broker = Broker::start(&dir.join("js"), port(), [ANY, "1GB"], "");
    broker.client().await;
    let (code, said, _) = mingzhang(&["provision", "--nats", &broker.url(), "--max-bytes", max_bytes]);
    assert_eq!(code, Some(0), "{said}");
    broker
}

/// Says events until `code` is the health; what it says then.
async fn filled(start: &Start, code: i32) -> Value {
    let load = Load::start(4, &start.url());
    let told = health(start, code).await;
    load.stop().await.expect("stopped");
    told
}

/// It takes events again.
async fn goes_on(start: &Start) {
    let _serving = Serving::start(start).expect("started");
    health(start, 0).await;
    let load = Load::start(1, &start.url());
    load.go_on(40).await.expect("acknowledged");
    load.stop().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_full_is_said_and_the_remedy_works() {
    for (room, max_bytes, said) in [
        ([ANY, "1GB"], "1048576", "raise max_bytes of the stream"),
        ([LITTLE, "1GB"], "8000000", "raise max_file of the account"),
        ([ANY, "300KB"], "8000000", "raise max_file_store"),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        let broker = provisioned(dir.path(), max_bytes).await.again(room, "");
        broker.client().await;
        let start = Start::new(&dir.path().join("one"), Some(broker.url())).expect("a start");
        let serving = Serving::start(&start).expect("started");
        health(&start, 0).await;
        let told = filled(&start, 1).await;
        assert!(told["stopped"].as_str().is_some_and(|why| why.contains(said)), "{said}: {told}");
        drop(serving);
        // As it says.
        let broker = broker.again([ANY, "1GB"], "");
        let found = broker.ask("STREAM.INFO.MINGZHANG", &Value::Null).await;
        let mut config = found["config"].clone();
        assert!(config.is_object(), "{found}");
        if max_bytes == "1048576" {
            config["max_bytes"] = 8_000_000.into();
            broker.ask("STREAM.UPDATE.MINGZHANG", &config).await;
        }
        goes_on(&start).await;
    }
}

/// A server whose disk is full does not answer: recording is held up until there is room and it was started again.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_broker_holds_recording_up() {
    let dir = tempfile::tempdir().expect("a directory");
    let much = [ANY, "1GB"];
    let broker = provisioned(dir.path(), "80000000").await.again(much, "trap '' XFSZ; ulimit -f 600;");
    broker.client().await;
    let start = Start::new(&dir.path().join("one"), Some(broker.url())).expect("a start");
    let serving = Serving::start(&start).expect("started");
    health(&start, 0).await;
    let told = filled(&start, 4).await;
    assert_eq!((&told["state"], &told["stopped"]), (&"held_up".into(), &"".into()), "{told}");
    let _broker = broker.again(much, "");
    health(&start, 0).await;
    drop(serving);
    goes_on(&start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_finds_no_room_is_said() {
    for room in [[LITTLE, "1GB"], [ANY, "300KB"]] {
        let dir = tempfile::tempdir().expect("a directory");
        let broker = Broker::start(&dir.path().join("js"), port(), room, "");
        broker.client().await;
        let (code, text, _) = mingzhang(&["provision", "--nats", &broker.url(), "--max-bytes", "8000000"]);
        let remedies = ["--max-bytes", "max_file_store", "max_file of the account"];
        assert!(code == Some(1) && remedies.iter().all(|remedy| text.contains(remedy)), "{code:?} {text}");
    }
}
