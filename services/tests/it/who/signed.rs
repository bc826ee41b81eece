//! Calls over a real nats-server to a founded ledger: whoever signed them said them, and nobody else says anything.

use super::founded::{CLERK, bound, serve};
use crate::support::{encoded, nats_binary, org};
use async_nats::{Client, HeaderMap, Message};
use ed25519_dalek::SigningKey;
use ledger::entry::Proof;
use ledger::event::CredentialWay;
use prost::Message as _;
use proto::v1;
use replay::engine::DEFAULT_LEDGER;
use replay::record::nats_server::NatsServer;
use services::faces::nats::{self, ERROR_HEADER, PRINCIPAL_HEADER, SUBJECT};
use services::faces::submission::{KEY_HEADER, SIGNATURE_HEADER, TIME_HEADER, fingerprint, sign};
use services::faces::who::Access;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_millis()).expect("a time")
}

/// The headers of a call signed by a key.
fn headers(key: &SigningKey, subject: &str, payload: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let values = sign(key, DEFAULT_LEDGER, subject, payload, now());
    for (name, value) in [KEY_HEADER, TIME_HEADER, SIGNATURE_HEADER].into_iter().zip(values) {
        headers.insert(name, value.as_str());
    }
    headers
}

async fn ask(client: &Client, headers: HeaderMap, payload: &[u8]) -> Message {
    for _ in 0..600 {
        match client.request_with_headers(SUBJECT, headers.clone(), payload.to_vec().into()).await {
            Ok(answer) => return answer,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("nobody answers on {SUBJECT}");
}

fn error(answer: &Message) -> Option<String> {
    answer.headers.as_ref().and_then(|headers| headers.get(ERROR_HEADER)).map(|value| value.as_str().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_nats_a_founded_ledger_hears_only_what_is_signed() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = dir.path().to_owned();
    let started = tokio::task::spawn_blocking(move || NatsServer::start(nats_binary(), &at));
    let broker = started.await.expect("no panic").expect("a nats-server");
    let (office, stranger) = (SigningKey::from_bytes(&[3; 32]), SigningKey::from_bytes(&[4; 32]));
    let credential = bound(CLERK, CredentialWay::KeyPair, fingerprint(office.verifying_key().as_bytes()), 300);
    let server = serve(&[credential], Access::default()).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let (url, engine) = (broker.url(), server.engine.clone());
    let face = tokio::spawn(async move { nats::run(&url, engine, async { drop(stopped.await) }).await });
    let client = async_nats::connect(broker.url()).await.expect("connected");

    let before = server.engine.read().entries;
    let events = encoded(&[org(100)]);
    let payload = v1::RecordRequest { events, ..v1::RecordRequest::default() }.encode_to_vec();
    let mut named = HeaderMap::new();
    named.insert(PRINCIPAL_HEADER, CLERK);
    assert_eq!(error(&ask(&client, named, &payload).await).as_deref(), Some("NO_CREDENTIAL"));
    let of = |key: &SigningKey, subject: &str| headers(key, subject, &payload);
    let refused = |answer: Message| error(&answer);
    assert_eq!(refused(ask(&client, of(&stranger, SUBJECT), &payload).await).as_deref(), Some("UNKNOWN_CREDENTIAL"));
    let elsewhere = of(&office, "mingzhang.other");
    assert_eq!(refused(ask(&client, elsewhere, &payload).await).as_deref(), Some("SIGNATURE_REFUSED"));
    assert_eq!(server.engine.read().entries, before, "nothing of it is on record");

    let signed = of(&office, SUBJECT);
    let answer = ask(&client, signed.clone(), &payload).await;
    assert_eq!(error(&answer), None, "{answer:?}");
    let answer = v1::RecordResponse::decode(answer.payload).expect("a response");
    let recorded = server.engine.recorded(answer.receipts[0].index).expect("readable").expect("there");
    assert_eq!((&*recorded.principal, recorded.proof), (CLERK, Proof::Signed));
    assert_eq!(refused(ask(&client, signed, &payload).await).as_deref(), Some("SIGNATURE_REFUSED"), "once");
    drop(stop);
    face.await.expect("no panic").expect("a clean end");
    server.stop().await;
}
