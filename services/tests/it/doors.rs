//! Doors of a ledger over a real server: answers go to inboxes alone, nobody ends a living writer by the way, what a server cannot
//! hold is said at once, and no login is printed.

use crate::process::{Serving, Start, broker};
use crate::support::{Server, encoded, nats_binary, org, port};
use async_nats::HeaderMap;
use futures_util::StreamExt;
use prost::Message as _;
use proto::v1;
use replay::record::log::logging_in;
use replay::record::nats_server::NatsServer;
use services::faces::nats;
use services::faces::nats::{PRINCIPAL_HEADER, SUBJECT};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;

/// The last line a command says, and how it ended.
fn said(words: &[&str]) -> (Option<i32>, String) {
    said_by(Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words))
}

fn said_by(command: &mut Command) -> (Option<i32>, String) {
    let done = command.output().expect("the binary runs");
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_go_to_inboxes_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let broker = broker(dir.path()).await.expect("a broker");
    let server = Server::start().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let (url, engine) = (broker.url(), server.engine.clone());
    let face = tokio::spawn(async move { nats::run(&url, engine, async { drop(stopped.await) }).await });
    let client = async_nats::connect(broker.url()).await.expect("connected");
    let mut elsewhere = client.subscribe("mingzhang.record").await.expect("subscribed");
    let request = |unit| v1::RecordRequest { events: encoded(&[org(unit)]), ..v1::RecordRequest::default() };
    let mut headers = HeaderMap::new();
    headers.insert(PRINCIPAL_HEADER, "office");
    // Until the face listens.
    while client.request_with_headers(SUBJECT, headers.clone(), request(100).encode_to_vec().into()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let payload = request(101).encode_to_vec().into();
    let sent = client.publish_with_reply_and_headers(SUBJECT, "mingzhang.record", headers.clone(), payload).await;
    sent.expect("sent");
    // The next is answered, so the one before was seen.
    let answer = client.request_with_headers(SUBJECT, headers, request(102).encode_to_vec().into()).await;
    answer.expect("an answer");
    assert_eq!(server.engine.read().entries, 2, "what wants its answer elsewhere is not recorded");
    assert!(tokio::time::timeout(Duration::from_millis(300), elsewhere.next()).await.is_err(), "nor answered");
    drop(stop);
    face.await.expect("no panic").expect("a clean end");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_writer_is_ended_by_nobody_who_does_not_say_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let broker = broker(&dir.path().join("js")).await.expect("a broker");
    let start = Start::new(&dir.path().join("one"), Some(broker.url())).expect("a start");
    let mut one = Serving::start(&start).expect("started");
    let answers = || Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(["status", "--server", &start.url()]).output();
    let lives = || answers().is_ok_and(|done| done.status.success());
    while !lives() {
        assert!(one.ended().expect("asked").is_none(), "the writer starts");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let client = async_nats::connect(broker.url()).await.expect("connected");
    while client.request(replay::record::log::WRITER_SUBJECT, "".into()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let other = dir.path().join("other").display().to_string();
    let (url, taken, free) = (broker.url(), format!("127.0.0.1:{}", start.port), format!("127.0.0.1:{}", port()));
    for (listen, code, why) in [
        (taken.as_str(), 1, "cannot listen"),
        ("0.0.0.0:0", 2, "not of this machine alone"),
        (free.as_str(), 1, "another ledger writes"),
    ] {
        let (ended, text) = said(&["serve", "--data", &other, "--nats", &url, "--listen", listen]);
        assert!(ended == Some(code) && text.contains(why), "{ended:?} {text}");
        assert!(lives() && one.ended().expect("asked").is_none(), "the first lives on after {listen}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.args(["serve", "--data", &other, "--nats", &url, "--listen", &free, "--take-over"]);
    let mut second = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let there = ["status", "--server", &format!("http://{free}")];
    while said(&there).0 != Some(0) {
        assert!(second.try_wait().expect("asked").is_none(), "who says so takes over");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    second.kill().expect("killed");
    second.wait().expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_cannot_hold_is_said_before_anything_is_recorded() {
    let dir = tempfile::tempdir().expect("a directory");
    let (port, store) = (port(), dir.path().join("js"));
    let config = dir.path().join("nats.conf");
    let text = format!(
        "listen: \"127.0.0.1:{port}\"\nmax_payload: 16KB\njetstream {{ store_dir: \"{}\", sync_interval: always }}\n",
        store.display()
    );
    std::fs::write(&config, text).expect("written");
    let mut command = Command::new(nats_binary());
    command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
    let mut small = command.spawn().expect("a nats-server");
    let url = format!("nats://127.0.0.1:{port}");
    while async_nats::connect(&url).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let data = dir.path().join("one").display().to_string();
    for words in
        [vec!["provision", "--nats", &url], vec!["serve", "--data", &data, "--listen", "127.0.0.1:0", "--nats", &url]]
    {
        let (code, text) = said(&words);
        assert!(code == Some(1) && text.contains("max_payload"), "{code:?} {text}");
    }
    small.kill().expect("killed");
    small.wait().expect("ended");

    let roomy = NatsServer::start(nats_binary(), &dir.path().join("other")).expect("a nats-server");
    let too_much = (1_i64 << 60).to_string();
    let (code, text) = said(&["provision", "--nats", &roomy.url(), "--max-bytes", &too_much]);
    assert!(code == Some(1) && text.contains("--max-bytes"), "{code:?} {text}");
    // The remedy works.
    let (code, text) = said(&["provision", "--nats", &roomy.url(), "--max-bytes", "10485760"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn no_login_is_printed_and_no_plain_connection_is_called_safe() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("nats");
    std::fs::write(&file, "nats://somebody:hush-hush@127.0.0.1:1\n").expect("written");
    let from_file = format!("@{}", file.display());
    for nats in ["nats://somebody:hush-hush@127.0.0.1:1", &from_file] {
        let (code, text) = said(&["provision", "--nats", nats]);
        assert!(code == Some(3) && !text.contains("hush-hush") && text.contains("127.0.0.1:1"), "{code:?} {text}");
    }
    let plain = NatsServer::start(nats_binary(), &dir.path().join("plain")).expect("a nats-server");
    let (code, text) = said(&["provision", "--nats", &plain.url().replace("nats://", "tls://")]);
    assert!(code == Some(3) && text.contains("speaks no TLS"), "{code:?} {text}");
    let (code, text) = said(&["health", "--server", "https://127.0.0.1:1"]);
    assert!(code == Some(3) && text.contains("no server answers at https://127.0.0.1:1"), "{code:?} {text}");
}

/// The configuration that is shipped with secrets as they are made for it, on loopback and in a directory of the test; the server and how
/// each user logs in.
fn shipped(dir: &Path, port: u16) -> (Child, impl Fn(&str) -> String + use<>) {
    let secrets = dir.join("secrets");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/make_secrets.sh");
    std::fs::create_dir(dir.join("scripts")).expect("made");
    std::fs::copy(script, dir.join("scripts/make_secrets.sh")).expect("copied");
    let mut made = Command::new("sh");
    made.args(["scripts/make_secrets.sh", "test.example/ledger"]).current_dir(dir);
    let (code, text) = said_by(made.env("MINGZHANG", env!("CARGO_BIN_EXE_mingzhang")));
    assert_eq!(code, Some(0), "{text}");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("nats.conf")).expect("nats.conf");
    let text = text.replace("0.0.0.0:4222", &format!("127.0.0.1:{port}")).replace("http:", "#");
    let text = text.replace("/data/jetstream", &dir.join("js").display().to_string());
    let text = text.replace("/run/secrets", &secrets.display().to_string());
    let config = dir.join("nats.conf");
    std::fs::write(&config, text).expect("written");
    let mut command = Command::new(nats_binary());
    let passwords = std::fs::read_to_string(secrets.join("nats.env")).expect("passwords");
    command.envs(passwords.lines().filter_map(|line| line.split_once('=')));
    let server = command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let login = move |user: &str| {
        let login = std::fs::read_to_string(secrets.join(format!("nats_{user}"))).expect("a login");
        login.trim().replace("@nats:4222", &format!("@127.0.0.1:{port}"))
    };
    (server.expect("a nats-server"), login)
}

/// The work of an auditor is to follow: a process of his own, with his login and the public key, comes to the writer's one entry and compares
/// what it makes of it with what the writer signs.
fn auditor_follows(dir: &Path, login: &str, writer: &str) {
    let listen = format!("127.0.0.1:{}", port());
    let (secrets, copy) = (dir.join("secrets"), dir.join("copy"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.args(["serve", "--follow", "--of", writer, "--nats", login, "--listen", &listen]);
    command.arg("--data").arg(copy).arg("--key").arg(secrets.join("ledger_key.pub"));
    let told = std::fs::File::create(dir.join("follower.log")).expect("a file");
    let command = command.env("SSL_CERT_FILE", secrets.join("nats_ca")).stdout(Stdio::null()).stderr(told);
    let mut follower = command.spawn().expect("started");
    let entries = || {
        let mut asked = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        let done = asked.args(["status", "--json", "--server", &listen]).output().expect("the binary runs");
        let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        said["entries"].as_u64()
    };
    let began = std::time::Instant::now();
    while entries() != Some(1) {
        let told = || std::fs::read_to_string(dir.join("follower.log")).unwrap_or_default();
        let lives = follower.try_wait().expect("asked").is_none();
        assert!(lives && began.elapsed() < Duration::from_secs(60), "the auditor follows: {}", told());
        std::thread::sleep(Duration::from_millis(100));
    }
    follower.kill().expect("killed");
    follower.wait().expect("ended");
}

/// Each user of the shipped configuration can do its own work and nothing beyond.
#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_broker_lets_each_do_its_own() {
    let dir = tempfile::tempdir().expect("a directory");
    let (mut server, login) = shipped(dir.path(), port());
    let authority = dir.path().join("secrets/nats_ca");
    let logging_in = |url: &str| logging_in(url).add_root_certificates(authority.clone());
    while logging_in(&login("provision")).connect(login("provision")).await.is_err() {
        assert!(server.try_wait().expect("asked").is_none(), "the server takes its configuration");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let provision = login("provision");
    let provision = ["provision", "--nats", &provision, "--max-bytes", "104857600"];
    let (code, text) = said(&provision);
    assert!(code == Some(3) && text.contains("SSL_CERT_FILE"), "nobody known vouches for it: {code:?} {text}");
    let mut trusting = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    let (code, text) = said_by(trusting.args(provision).env("SSL_CERT_FILE", &authority));
    assert_eq!(code, Some(0), "the remedy works: {text}");
    let start = Start::new(&dir.path().join("one"), Some(login("ledger"))).expect("a start");
    // Where it is mounted for a container it may be read by others; here it may not.
    let key = dir.path().join("secrets/ledger_key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("made one's own");
    let start = Start { authority: Some(authority.clone()), key: Some(key), ..start };
    let mut ledger = Serving::start(&start).expect("started");
    let office = logging_in(&login("office")).connect(login("office")).await.expect("connected");
    let mut headers = HeaderMap::new();
    headers.insert(PRINCIPAL_HEADER, "office");
    let request = v1::RecordRequest { events: encoded(&[org(100)]), ..v1::RecordRequest::default() }.encode_to_vec();
    let answer = loop {
        match office.request_with_headers(SUBJECT, headers.clone(), request.clone().into()).await {
            Ok(answer) => break answer,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        assert!(ledger.ended().expect("asked").is_none(), "the ledger lives");
    };
    assert!(answer.headers.is_none(), "the office is answered");
    auditor_follows(dir.path(), &login("auditor"), &start.url());
    for user in ["ledger", "office", "auditor"] {
        for what in ["STREAM.DELETE.MINGZHANG", "STREAM.PURGE.MINGZHANG", "STREAM.UPDATE.MINGZHANG", "STREAM.CREATE.X"]
        {
            let client = logging_in(&login(user)).custom_inbox_prefix("_INBOX_ledger").connect(login(user)).await;
            let client = client.expect("connected");
            let asked = client.request(format!("$JS.API.{what}"), "".into());
            let answered = tokio::time::timeout(Duration::from_millis(200), asked).await;
            assert!(!matches!(answered, Ok(Ok(_))), "{user} is answered on {what}");
        }
    }
    for user in ["office", "auditor"] {
        let client = logging_in(&login(user)).connect(login(user)).await.expect("connected");
        client.publish("mingzhang.record", "lie".into()).await.expect("sent");
        client.flush().await.expect("seen");
    }
    // Anything written beside the ledger would have its place, and end it.
    let request = v1::RecordRequest { events: encoded(&[org(101)]), ..v1::RecordRequest::default() }.encode_to_vec();
    let answer = office.request_with_headers(SUBJECT, headers, request.into()).await.expect("an answer");
    let answer = v1::RecordResponse::decode(answer.payload).expect("a response");
    assert_eq!((answer.index, answer.receipts[0].outcome()), (2, v1::Outcome::Posted), "nobody else wrote");
    drop(ledger);
    server.kill().expect("killed");
    server.wait().expect("ended");
}

/// What is wrong is said in a header, of which callers take some kilobytes: neither a long word nor a long list is said whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_mistake_is_answered_shortly() {
    let server = Server::start().await;
    for kind in ["明".repeat(20_000), "none".to_owned()] {
        let asked = server.ask().list_findings(v1::ListFindingsRequest { kind, ..Default::default() }).await;
        let told = asked.expect_err("no such kind");
        assert_eq!(told.code(), tonic::Code::InvalidArgument, "{told}");
        let headers = told.clone().into_http::<()>();
        let size: usize = headers.headers().values().map(tonic::codegen::http::HeaderValue::len).sum();
        assert!(told.message().ends_with(" more") && size < 8 * 1024, "{size}: {told}");
    }
    server.stop().await;
}
