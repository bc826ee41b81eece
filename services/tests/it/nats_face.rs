//! Submissions over a real nats-server: the same bytes and answers as over gRPC, and errors with a reason.

use crate::support::{Server, encoded, nats_binary, org};
use async_nats::{Client, HeaderMap, Message};
use bytes::Bytes;
use prost::Message as _;
use proto::v1;
use replay::record::nats_server::NatsServer;
use services::faces::nats;
use services::faces::nats::{ERROR_HEADER, PRINCIPAL_HEADER, SUBJECT};
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
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    panic!("nobody answers on {SUBJECT}");
}

fn error(answer: &Message) -> String {
    let headers = answer.headers.as_ref().expect("headers");
    headers.get(ERROR_HEADER).expect("a reason").as_str().to_owned()
}
