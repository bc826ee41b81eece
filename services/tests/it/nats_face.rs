//! Submissions over a real nats-server: the same bytes and answers as over gRPC, and errors with a reason.

use crate::support::{Server, encoded, nats_binary, org, orphan, port};
use async_nats::{Client, HeaderMap, Message};
use bytes::Bytes;
use prost::Message as _;
use proto::v1;
use replay::record::nats_server::NatsServer;
use services::faces::nats;
use services::faces::nats::{ERROR_HEADER, PRINCIPAL_HEADER, SUBJECT};
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread")]
async fn submissions_over_nats_get_the_answers_grpc_gives() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = dir.path().to_owned();
    let started = tokio::task::spawn_blocking(move || NatsServer::start(nats_binary(), &at));
    let nats = started.await.expect("no panic").expect("a nats-server");
    let server = Server::start().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let (url, engine) = (nats.url(), server.engine.clone());
    let face = tokio::spawn(async move { nats::run(&url, engine, async { drop(stopped.await) }).await });
    let client = async_nats::connect(nats.url()).await.expect("connected");

    let events = encoded(&[org(100), org(100)]);
    let request = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
    let answer = ask(&client, Some("office"), request.encode_to_vec()).await;
    assert!(answer.headers.is_none(), "no error");
    let answer = v1::RecordResponse::decode(answer.payload).expect("a response");
    let outcomes: Vec<_> = answer.receipts.iter().map(v1::Receipt::outcome).collect();
    assert_eq!((answer.index, outcomes), (2, vec![v1::Outcome::Posted, v1::Outcome::Duplicate]));

    // What comes percent-encoded over one face is decoded over the other, and blanks around it are no other name.
    let again = v1::RecordRequest { dry_run: true, ..request.clone() };
    for name in ["%6Fffice", "office ", "%20office%E3%80%80"] {
        let answer = ask(&client, Some(name), again.encode_to_vec()).await;
        assert!(answer.headers.is_none(), "{name} is the office");
    }
    for name in ["office\u{200b}", "office%E2%80%8B", "13812345678"] {
        assert_eq!(error(&ask(&client, Some(name), request.encode_to_vec()).await), "PRINCIPAL_REFUSED", "{name}");
    }
    let mut twice = HeaderMap::new();
    twice.append(PRINCIPAL_HEADER, "office");
    twice.append(PRINCIPAL_HEADER, "other");
    let asked = client.request_with_headers(SUBJECT, twice, request.encode_to_vec().into()).await;
    assert_eq!(error(&asked.expect("an answer")), "PRINCIPAL_REFUSED");
    assert_eq!(error(&ask(&client, None, request.encode_to_vec()).await), "PRINCIPAL_MISSING");
    assert_eq!(error(&ask(&client, Some("office"), b"\xff\xff".to_vec()).await), "MALFORMED");
    assert_eq!(server.engine.read().entries, 2);
    drop(stop);
    face.await.expect("no panic").expect("a clean end");
    server.stop().await;
}

/// What was recorded is never left without an answer: where the answer is larger than the server takes, that is said, and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_larger_than_nats_takes_is_said_to_be_with_what_is_on_record() {
    let dir = tempfile::tempdir().expect("a directory");
    let (config, port) = (dir.path().join("nats.conf"), port());
    let text = format!("listen: \"127.0.0.1:{port}\"\nmax_payload: 16KB\n");
    std::fs::write(&config, text).expect("written");
    let mut command = Command::new(nats_binary());
    command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
    let mut small = command.spawn().expect("a nats-server");
    let url = format!("nats://127.0.0.1:{port}");
    let client = loop {
        match async_nats::connect(&url).await {
            Ok(client) => break client,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let server = Server::start().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let engine = server.engine.clone();
    let face = tokio::spawn(async move { nats::run(&url, engine, async { drop(stopped.await) }).await });

    let events = encoded(&(0..100).map(|unit| orphan(1_000 + unit)).collect::<Vec<_>>());
    let request = v1::RecordRequest { events: events.clone(), ..Default::default() };
    let answer = ask(&client, Some("office"), request.encode_to_vec()).await;
    let said = String::from_utf8_lossy(&answer.payload).into_owned();
    assert_eq!(error(&answer), "ANSWER_TOO_LARGE", "{said}");
    assert!(said.contains("IS on record, between entries 0 and 99"), "{said}");
    assert_eq!(server.engine.read().entries, 100);

    // What it says to do works, and adds nothing to the record.
    let most = said.split_once("calls of ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    let mut firsts = Vec::new();
    for call in events.chunks(most.expect("a number")) {
        let request = v1::RecordRequest { events: call.to_vec(), dry_run: true, ..Default::default() };
        let answer = ask(&client, Some("office"), request.encode_to_vec()).await;
        assert!(answer.headers.is_none(), "{}", String::from_utf8_lossy(&answer.payload));
        let answer = v1::RecordResponse::decode(answer.payload).expect("a response");
        firsts.extend(answer.receipts.iter().map(|receipt| (receipt.outcome(), receipt.first)));
    }
    assert_eq!(firsts, (0..100).map(|index| (v1::Outcome::Duplicate, index)).collect::<Vec<_>>());
    // Of a dry run as large it is said that nothing is on record.
    let request = v1::RecordRequest { dry_run: true, ..request };
    let said = ask(&client, Some("office"), request.encode_to_vec()).await;
    assert_eq!(error(&said), "ANSWER_TOO_LARGE");
    assert!(String::from_utf8_lossy(&said.payload).contains("nothing of the call"), "{said:?}");
    assert_eq!(server.engine.read().entries, 100);
    drop(stop);
    face.await.expect("no panic").expect("a clean end");
    server.stop().await;
    small.kill().expect("killed");
    small.wait().expect("ended");
}

/// Asks until the face listens: a request nobody hears is answered at once with "no responders".
async fn ask(client: &Client, principal: Option<&str>, payload: Vec<u8>) -> Message {
    let payload = Bytes::from(payload);
    for _ in 0..600 {
        let mut headers = HeaderMap::new();
        headers.insert("Purpose", "test");
        if let Some(principal) = principal {
            headers.insert(PRINCIPAL_HEADER, principal);
        }
        match client.request_with_headers(SUBJECT, headers, payload.clone()).await {
            Ok(answer) => return answer,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("nobody answers on {SUBJECT}");
}

fn error(answer: &Message) -> String {
    let headers = answer.headers.as_ref().expect("headers");
    headers.get(ERROR_HEADER).expect("a reason").as_str().to_owned()
}
