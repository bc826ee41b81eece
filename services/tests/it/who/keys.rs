//! API keys and names: on this machine, in the clear and not, and by the program's own commands.

use super::authority::CLIENT;
use super::certificates::{GOOD, World, key_file};
use super::founded::{CLERK, bound, ended, found, serve, unbound};
use super::{ask, say, stranger, why};
use crate::support::{Server, port};
use ledger::entry::Proof;
use ledger::event::CredentialWay;
use proto::v1;
use proto::v1::query_client::QueryClient;
use replay::dial::api_key::ApiKey;
use replay::dial::{DialArgs, Line};
use services::faces::who::Access;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tonic::{Code, Request, Status};

fn key() -> ApiKey {
    ApiKey::draw().expect("drawn")
}

fn secret(name: &str, key: &ApiKey, days: i32) -> ledger::event::Event {
    bound(name, CredentialWay::Secret, key.fingerprint(), days)
}

/// A connection of whoever holds a key.
async fn line(server: &Server, key: &ApiKey) -> Line {
    let dir = tempfile::tempdir().expect("a directory");
    let by = DialArgs { server_ca: None, me: Some(key_file(&dir.path().join("me"), key)) };
    let dialling = by.dialling(&server.address.to_string()).expect("an address");
    dialling.connect().await.expect("the server answers")
}

/// The answer to a question that shows these.
async fn showing(server: &Server, values: &[&str]) -> Result<v1::GetStatusResponse, Status> {
    let mut request = Request::new(v1::GetStatusRequest::default());
    for value in values {
        request.metadata_mut().append("authorization", value.parse().expect("ASCII"));
    }
    Ok(QueryClient::new(server.line().await).get_status(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_says_who_calls_as_long_as_it_is_good() {
    let [good, lost, gone, pair] = std::array::from_fn(|_| key());
    let known = [
        secret(CLERK, &good, 300),
        secret(CLERK, &lost, 300),
        unbound(lost.fingerprint()),
        secret("61CZ/a", &gone, 300),
        bound(CLERK, CredentialWay::KeyPair, pair.fingerprint(), 300),
    ];
    let server = serve(&known, Access::default()).await;
    let line_of = async |key: &ApiKey| line(&server, key).await;
    let said = say(&line_of(&good).await, 7, "").await.expect("taken").into_inner();
    let recorded = server.engine.recorded(said.receipts[0].index).expect("readable").expect("there");
    assert_eq!((&recorded.principal[..], recorded.proof), (CLERK, Proof::Key));
    ask(&line_of(&gone).await).await.expect("its holder is there");
    assert_eq!(why(say(&line_of(&good).await, 8, "61CZ/a").await), stranger("OTHER_NAME"));
    // Unknown, ended, bound as something else, mistyped, cut: the same words.
    let mut words = Vec::new();
    for other in [&key(), &lost, &pair] {
        let status = ask(&line_of(other).await).await.expect_err("unknown");
        words.push((status.code(), status.message().to_owned()));
    }
    let text = good.expose();
    let swapped: String = text.chars().map(|c| if c == '0' { '1' } else { c }).collect();
    let swapped = if swapped == text { text.replace('1', "2") } else { swapped };
    for shown in [
        vec![format!("Bearer {swapped}")],
        vec![format!("Bearer {}", &text[..70])],
        vec![format!("Basic {text}")],
        vec![String::new()],
        vec![format!("Bearer {text}"), format!("Bearer {text}")],
    ] {
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        let status = showing(&server, &shown).await.expect_err("unknown");
        assert!(!status.message().contains(&text[5..20]), "{status:?}");
        words.push((status.code(), status.message().to_owned()));
    }
    words.dedup();
    assert!(words.len() == 1 && words[0].0 == Code::Unauthenticated, "{words:?}");
    assert!(showing(&server, &[&format!("Bearer {text}")]).await.is_ok());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_whoever_was_ended_is_worth_nothing() {
    let (clerks, auditors) = (key(), key());
    let server = serve(&[secret(CLERK, &clerks, 300), secret("61CZ/s2", &auditors, 300)], Access::default()).await;
    let line_of = async |key: &ApiKey| line(&server, key).await;
    ask(&line_of(&clerks).await).await.expect("known");
    let message = v1::RecordRequest { events: crate::support::encoded(&[ended(CLERK)]), ..Default::default() };
    let recorder = v1::recorder_client::RecorderClient::new(line_of(&auditors).await).record(message).await;
    assert_eq!(recorder.expect("taken").into_inner().receipts[0].outcome(), v1::Outcome::Posted);
    assert_eq!(why(ask(&line_of(&clerks).await).await), stranger("UNKNOWN_CREDENTIAL"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_believed_where_nothing_is_founded_or_it_is_a_demonstration() {
    let open = Server::start().await;
    assert!(say(&open.line().await, 7, "office").await.is_ok());
    ask(&open.line().await).await.expect("open to this machine");
    assert_eq!(why(say(&open.line().await, 8, "").await), stranger("PRINCIPAL_MISSING"));
    // Whoever shows something that is worth nothing is not let in as somebody who shows nothing.
    assert_eq!(why(ask(&line(&open, &key()).await).await), stranger("UNKNOWN_CREDENTIAL"));
    open.stop().await;
    let shown = key();
    let demo = Access { tls: None, believe_names: true };
    let server = serve(&[secret(CLERK, &shown, 300)], demo).await;
    assert!(say(&server.line().await, 7, CLERK).await.is_ok());
    ask(&server.line().await).await.expect("a demonstration");
    let said = say(&line(&server, &shown).await, 8, "").await.expect("taken").into_inner();
    let recorded = server.engine.recorded(said.receipts[0].index).expect("readable").expect("there");
    assert_eq!(recorded.proof, Proof::Key);
    server.stop().await;
    let founded = serve(&[], Access::default()).await;
    assert_eq!(why(say(&founded.line().await, 7, CLERK).await), stranger("NO_CREDENTIAL"));
    assert_eq!(why(ask(&founded.line().await).await), stranger("NO_CREDENTIAL"));
    founded.stop().await;
}

fn mingzhang(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.env("RUST_LOG", "trace").env_remove("MINGZHANG_ME").env_remove("MINGZHANG_SERVER_CA");
    command.args(args).output().expect("the binary runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The program as people use it, with everything it can log: commands by key and by certificate, and nowhere the key.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_in_no_log_and_in_no_answer() {
    let world = World::new(&[]);
    let file = |name: &str| world.path(name).to_str().expect("text").to_owned();
    let made = mingzhang(&["credential", "key", "--out", &file("office.me"), "--json"]);
    assert!(made.status.success(), "{}", text(&made));
    let planted = std::fs::read_to_string(world.path("office.me")).expect("a key").trim().to_owned();
    let office = ApiKey::parse(&planted).expect("a key");
    let shown = mingzhang(&["credential", "show", &file("office.me")]);
    assert!(text(&shown).contains(&ledger::hash::hex(&office.fingerprint())), "{}", text(&shown));
    let bank = world.authority.certified(2, CLIENT, GOOD);
    bank.file(world.path("bank.me"));
    let shown = mingzhang(&["credential", "show", &file("bank.me"), "--json"]);
    assert!(text(&shown).contains("key_pair"), "{}", text(&shown));
    let known = [secret(CLERK, &office, 300), super::certificates::is("61CZ/a", &bank)];
    let engine = found(&world.path("ledger"), &known).await;
    tokio::task::spawn_blocking(move || engine.stop()).await.expect("no panic").expect("stopped");
    let (log, address) = (world.path("log"), format!("127.0.0.1:{}", port()));
    let mut serving = Command::new(env!("CARGO_BIN_EXE_mingzhang"))
        .args(["serve", "--data", &file("ledger"), "--listen", &address, "--tls-cert", &file("server.pem")])
        .args(["--tls-key", &file("server.key"), "--client-ca", &file("ca.pem")])
        .env("RUST_LOG", "trace")
        .stderr(Stdio::from(std::fs::File::create(&log).expect("a log")))
        .spawn()
        .expect("the binary runs");
    let server = format!("https://{address}");
    let asked = |command: &str, me: &str| {
        mingzhang(&[command, "--server", &server, "--server-ca", &file("ca.pem"), "--me", &file(me)])
    };
    let since = Instant::now();
    while !asked("health", "office.me").status.success() {
        assert!(since.elapsed() < Duration::from_secs(30), "{}", text(&asked("health", "office.me")));
        std::thread::sleep(Duration::from_millis(100));
    }
    let answers = [asked("status", "office.me"), asked("status", "bank.me"), asked("findings", "office.me")];
    let alone = mingzhang(&["status", "--server", &server, "--server-ca", &file("ca.pem")]);
    let healthy = mingzhang(&["health", "--server", &server, "--server-ca", &file("ca.pem")]);
    let unvouched = mingzhang(&["status", "--server", &server, "--me", &file("office.me")]);
    let elsewhere = mingzhang(&["status", "--server", "http://10.1.2.3:1", "--me", &file("office.me")]);
    let imported = import(&server, &file("ca.pem"), &file("office.me"));
    serving.kill().and_then(|()| serving.wait()).expect("ended");
    assert!(answers.iter().all(|answer| answer.status.success()), "{}", answers.each_ref().map(text).join("\n"));
    assert!(alone.status.code() == Some(2) && text(&alone).contains("未出示凭据"), "{}", text(&alone));
    assert!(healthy.status.success(), "{}", text(&healthy));
    assert!(unvouched.status.code() == Some(3) && text(&unvouched).contains("--server-ca"), "{}", text(&unvouched));
    assert!(elsewhere.status.code() == Some(2) && text(&elsewhere).contains("https://"), "{}", text(&elsewhere));
    assert!(imported.status.success(), "{}", text(&imported));
    let mut told = std::fs::read_to_string(&log).expect("a log");
    assert!(told.contains("TRACE") && told.contains("grpc"), "it logs what it can: {}", &told[..2_000.min(told.len())]);
    for output in answers.iter().chain([&made, &shown, &alone, &unvouched, &elsewhere, &imported]) {
        told += &text(output);
    }
    let drawn = &planted[5..planted.len() - 8];
    let bytes: Vec<String> = planted.bytes().map(|byte| byte.to_string()).collect();
    for secret in [drawn, &bytes.join(", ")] {
        assert!(!told.contains(secret), "the key was told");
    }
}

/// Delivers a file by a key, in nobody's name.
fn import(server: &str, ca: &str, me: &str) -> Output {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/stories/01-orgs.csv");
    mingzhang(&["import", file, "--server", server, "--server-ca", ca, "--me", me])
}
