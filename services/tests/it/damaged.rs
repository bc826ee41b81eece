//! Files of a running ledger that somebody removes or overwrites, and what keeps it from ending: damage found by whoever reads
//! stops everything, and a stop comes to its end.

use crate::process::{Load, Serving, Start, broker};
use crate::support::{Server, encoded, org};
use proto::v1;
use replay::engine::{Engine, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

const PATIENCE: Duration = Duration::from_secs(60);

/// A ledger of some entries, each in a frame of its own, that signs.
async fn ledger(entries: u128) -> (Server, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().to_path_buf();
    let signer = Signer::from_seed("here", Role::Author, &[1; 32]).expect("a key");
    let options = Options { signing: Some(Signing::new(signer)), ..Options::file(&data) };
    let engine = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {})).await;
    let server = Server::of(engine.expect("no panic").expect("opens"), tempfile::tempdir().expect("a directory")).await;
    for unit in 0..entries {
        server.record("office", &[org(100 + unit)]).await;
    }
    server.engine.sign_now().await.expect("signed");
    (server, dir)
}

fn segment(data: &Path) -> PathBuf {
    let files = fs::read_dir(data.join("record")).expect("a record").map(|file| file.expect("a file").path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "frames")).max().expect("a segment")
}

/// Nothing is recorded, answered or signed any more, and the end says why.
async fn ended(server: Server, data: &Path) {
    let newest = |data: &Path| fs::read_dir(data.join("checkpoints")).expect("there").count();
    let signed = newest(data);
    let refused = server.try_record("office", encoded(&[org(900)]), false).await.expect_err("damaged");
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    // At once: whoever was refused and asks what serves is told of now.
    let mut health = HealthClient::new(server.channel());
    for service in ["", "mingzhang.v1.Recorder", "mingzhang.v1.Query", "mingzhang.v1.Audit"] {
        let answer =
            health.check(HealthCheckRequest { service: service.to_owned() }).await.expect("known").into_inner();
        assert_eq!(answer.status(), ServingStatus::NotServing, "{service:?}");
    }
    assert!(server.engine.sign_now().await.is_err(), "nothing is signed over damage");
    let status = server.ask().get_status(v1::GetStatusRequest::default()).await.expect_err("damaged");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    let place = data.parent().expect("a directory").display().to_string();
    for told in [refused.message(), status.message()] {
        assert!(told.contains("damage at") && !told.contains(&place), "callers are not told where it lies: {told}");
    }
    let end = server.end().await.expect_err("damaged");
    assert!(end.is_damage(), "{end}");
    assert_eq!(newest(data), signed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_segment_acknowledges_nothing_more() {
    for wait in [false, true] {
        let (server, dir) = ledger(5).await;
        let data = dir.path();
        fs::rename(segment(data), data.join("elsewhere")).expect("moved");
        let since = Instant::now();
        // Found by whoever looks at the files, or by the next event.
        while wait && server.engine.standing().stopped.is_none() {
            assert!(since.elapsed() < PATIENCE, "nobody looks at the files");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let refused = server.try_record("office", encoded(&[org(900)]), false).await.expect_err("damaged");
        assert_eq!(refused.code(), Code::Unavailable, "{refused}");
        ended(server, data).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn overwritten_bytes_are_found_by_whoever_asks_and_by_nobody() {
    for asked in [true, false] {
        let (server, dir) = ledger(9).await;
        let data = dir.path();
        // A file that changes while nothing is recorded is read again at once.
        let quiet = if asked { 0 } else { 2 * replay::limits::RECHECK_MS };
        tokio::time::sleep(Duration::from_millis(quiet)).await;
        let file = OpenOptions::new().write(true).open(segment(data)).expect("there");
        let length = file.metadata().expect("asked").len();
        file.write_all_at(&[0xff; 64], length - 70).expect("overwritten");
        let since = Instant::now();
        loop {
            let found = if asked { server.engine.recorded(8).err() } else { server.engine.answers().err() };
            if let Some(error) = found {
                // The opening frame comes first.
                assert!(error.to_string().contains("frame 10, first bad index 8"), "{error}");
                break;
            }
            assert!(since.elapsed() < PATIENCE, "nobody reads the files again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        ended(server, data).await;
    }
}

/// Asks a process to end; how long it took.
async fn end(serving: &mut Serving) -> Duration {
    let since = Instant::now();
    serving.terminate().expect("asked");
    while serving.ended().expect("asked").is_none() {
        assert!(since.elapsed() < PATIENCE, "it never ends");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    since.elapsed()
}

async fn serves(start: &Start) {
    let since = Instant::now();
    let asked = || Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(["status", "--server", &start.url()]).output();
    while !asked().is_ok_and(|done| done.status.success()) {
        assert!(since.elapsed() < PATIENCE, "it does not come to serve");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_without_its_pages_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let start = Start::new(&dir.path().join("one"), None).expect("a start");
    let mut serving = Serving::start(&start).expect("started");
    serves(&start).await;
    fs::remove_dir_all(start.data.join("pages")).expect("there");
    let health = ["health", "--json", "--server", &start.url()];
    let said = Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(health).output().expect("runs");
    assert_eq!(said.status.code(), Some(4), "it goes on, and somebody must look");
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    assert!(said["doubt"].as_str().is_some_and(|doubt| doubt.contains("were removed")), "{said}");
    assert_eq!((&said["audit"], &said["stopped"]), (&true.into(), &"".into()), "{said}");
    let load = Load::start(4, &start.url());
    load.go_on(2_000).await.expect("acknowledged");
    let told = load.stop().await.expect("stopped");
    let took = end(&mut serving).await;
    assert!(took < Duration::from_secs(35), "{took:?}");
    let mut serving = Serving::start(&start).expect("started");
    serves(&start).await;
    let (entries, digest) = crate::process::status_digest(&start.url()).await.expect("answered");
    serving.kill().expect("killed");
    crate::process::confirm(&start.data, &told, entries, &digest).expect("nothing is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_without_its_broker() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut broker = broker(&dir.path().join("js")).await.expect("a broker");
    let start = Start::new(&dir.path().join("one"), Some(broker.url())).expect("a start");
    let mut serving = Serving::start(&start).expect("started");
    serves(&start).await;
    broker.kill();
    let took = end(&mut serving).await;
    assert!(took < Duration::from_secs(15), "{took:?}");
}
