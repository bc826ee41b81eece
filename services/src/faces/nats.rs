//! Submissions over NATS request/reply: the same bytes as over gRPC, the principal in a header. Asks no questions of
//! the ledger, and its subject is not the record's, or the stream would keep what is only asked.

use super::submission::{KEY_HEADER, SIGNATURE_HEADER, Signed, SubmissionFault, Submissions, TIME_HEADER};
use super::who::signer;
use crate::intake::ingest;
use crate::intake::ingest::{IngestError, principal};
use crate::wire::in_words;
use async_nats::{Client, Message};
use bytes::Bytes;
use futures_util::StreamExt;
use ledger::hash::Hash;
use prost::Message as _;
use proto::v1;
use replay::engine::{Engine, Speaker};
use replay::record::log::{WRITER_SUBJECT, logging_in, without_login};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The subject submissions are sent to.
pub const SUBJECT: &str = "mingzhang.submit";

/// Servers of one ledger share the work under this name; only one of them writes.
const QUEUE: &str = "mingzhang";

/// Header that names the principal.
pub const PRINCIPAL_HEADER: &str = "Mingzhang-Principal";

/// Header of an answer that is an error: a stable reason. The sentence is the body.
pub const ERROR_HEADER: &str = "Mingzhang-Error";

/// What subjects begin with that answers go to; clients that make inboxes of their own begin them so too.
const INBOXES: &str = "_INBOX";

/// Bytes that frame a receipt in an answer, at most, and its share of what else the answer says.
const RECEIPT_FRAME_BYTES: usize = 16;

/// Bytes of the headers of an answer that is an error, at most.
const HEADERS_BYTES: usize = 64;

/// Submissions under way at most; more wait in the connection.
const UNDER_WAY: usize = 64;

/// How long the last answers may take to leave: a server that is gone takes none.
const FLUSH_TIME: Duration = Duration::from_secs(2);

/// Why submissions over NATS are not taken.
#[derive(Debug, thiserror::Error)]
pub enum NatsFaceError {
    /// The server cannot be reached.
    #[error("cannot reach {url}: {why}")]
    Connect {
        /// The server.
        url: String,
        /// What it said.
        why: String,
    },
    /// The subject cannot be listened to.
    #[error("cannot subscribe to {SUBJECT}: {0}")]
    Subscribe(String),
}

/// Takes submissions from the server at `url` until `shutdown`, then answers those under way.
///
/// # Errors
/// The server cannot be reached or refuses the subscription.
pub async fn run(url: &str, engine: Engine, shutdown: impl Future<Output = ()>) -> Result<(), NatsFaceError> {
    let connected = logging_in(url).connect(url).await;
    let client = connected
        .map_err(|error| NatsFaceError::Connect { url: without_login(url).into_owned(), why: error.to_string() })?;
    let subscribed = client.queue_subscribe(SUBJECT, QUEUE.to_owned()).await;
    let mut submissions = subscribed.map_err(|error| NatsFaceError::Subscribe(error.to_string()))?;
    let asked = client.subscribe(WRITER_SUBJECT).await;
    let mut asked = asked.map_err(|error| NatsFaceError::Subscribe(error.to_string()))?;
    // The subscription is in force once the server has seen it.
    client.flush().await.map_err(|error| NatsFaceError::Subscribe(error.to_string()))?;
    let submitted = Arc::new(Submissions::new(engine.ledger(), now(&engine)));
    let room = Arc::new(Semaphore::new(UNDER_WAY));
    tokio::pin!(shutdown);
    loop {
        let message = tokio::select! {
            () = &mut shutdown => break,
            message = submissions.next() => message,
            Some(asked) = asked.next() => {
                say_alive(&client, &engine, asked).await;
                continue;
            }
        };
        let Some(message) = message else { break };
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { break };
        let (client, engine, submitted) = (client.clone(), engine.clone(), Arc::clone(&submitted));
        tokio::spawn(async move {
            answer(&client, (&engine, &submitted), message).await;
            drop(permit);
        });
    }
    // All permits are back once nothing is under way; the room is never closed, so this cannot fail.
    drop(room.acquire_many(UNDER_WAY as u32).await);
    let flushed = tokio::time::timeout(FLUSH_TIME, client.flush()).await;
    if !matches!(flushed, Ok(Ok(()))) {
        tracing::warn!("the last answers may not have reached the NATS server");
    }
    Ok(())
}

/// Says to whoever would write beside this ledger that it lives.
async fn say_alive(client: &Client, engine: &Engine, asked: Message) {
    let lives = engine.standing().stopped.is_none();
    if let Some(reply) = asked.reply.filter(|reply| lives && is_inbox(reply)) {
        // Whoever hears nothing takes the record over, as from a writer that hangs.
        let _ = client.publish(reply, Bytes::from_static(b"writing")).await;
    }
}

async fn answer(client: &Client, (engine, submitted): (&Engine, &Submissions), message: Message) {
    let Some(reply) = message.reply.clone() else { return };
    // The ledger answers with its own rights, and may publish where its caller may not: into the record, say.
    if !is_inbox(&reply) {
        tracing::warn!(%reply, "a submission wants its answer elsewhere than in an inbox; it is not taken");
        return;
    }
    let answer = record(engine, submitted, &message).await;
    let sent = match answer.and_then(|response| fitting(&response, client.max_payload())) {
        Ok(answer) => client.publish(reply, answer).await,
        Err((reason, mut sentence)) => {
            // However little it takes, there is an answer.
            sentence.truncate(sentence.floor_char_boundary(client.max_payload().saturating_sub(HEADERS_BYTES)));
            let mut headers = async_nats::HeaderMap::new();
            headers.insert(ERROR_HEADER, reason);
            client.publish_with_headers(reply, headers, Bytes::from(sentence)).await
        }
    };
    if let Err(error) = sent {
        // The caller asks again; what was recorded then is a duplicate.
        tracing::warn!(%error, "an answer could not be sent");
    }
}

/// The clock by which calls are fresh.
fn now(engine: &Engine) -> i64 {
    engine.now_ms(&engine.read())
}

/// Who submits: whoever signed it. On a ledger that is not founded also whoever says his name.
fn speaker(engine: &Engine, submitted: &Submissions, message: &Message) -> Result<Speaker, (&'static str, String)> {
    let values = |header: &str| -> Vec<&str> {
        let headers = message.headers.iter().flat_map(|headers| headers.get_all(header));
        headers.map(|value| value.as_str()).collect()
    };
    let (key, time, signature) = (values(KEY_HEADER), values(TIME_HEADER), values(SIGNATURE_HEADER));
    let signed = Signed { key: &key, time: &time, signature: &signature };
    let now = now(engine);
    let known = |of: &Hash| signer(engine, of, now);
    let call = (message.subject.as_str(), &message.payload[..]);
    match submitted.signer(signed, call, now, known) {
        Ok(Some(speaker)) => return Ok(speaker),
        Ok(None) if !engine.read().is_founded() => {}
        Ok(None) => {
            let why = "this ledger is founded, and takes signed calls only 本台账已启用权限，只收签名的报送: sign it with a key that is \
                       bound to you, as the README says";
            return Err(("NO_CREDENTIAL", why.to_owned()));
        }
        Err(SubmissionFault::Unknown) => return Err(("UNKNOWN_CREDENTIAL", SubmissionFault::Unknown.to_string())),
        Err(fault) => return Err(("SIGNATURE_REFUSED", fault.to_string())),
    }
    let named = values(PRINCIPAL_HEADER);
    let named = principal(PRINCIPAL_HEADER, named.iter().map(|value| value.as_bytes()));
    named.map(Speaker::from).map_err(|error| (reason(&error), in_words(&error)))
}

async fn record(
    engine: &Engine,
    submitted: &Submissions,
    message: &Message,
) -> Result<v1::RecordResponse, (&'static str, String)> {
    let refused = |error: IngestError| (reason(&error), in_words(&error));
    let speaker = speaker(engine, submitted, message)?;
    let request = v1::RecordRequest::decode(message.payload.clone())
        .map_err(|error| ("MALFORMED", format!("the payload is no RecordRequest: {error}")))?;
    ingest::record(engine, speaker, request).await.map_err(refused)
}

/// An answer as bytes, if the NATS server takes so many at a time; else what became of its events all the same, and how to ask.
fn fitting(response: &v1::RecordResponse, takes: usize) -> Result<Bytes, (&'static str, String)> {
    let answer = Bytes::from(response.encode_to_vec());
    let bytes = answer.len();
    if bytes <= takes {
        return Ok(answer);
    }
    let recorded = response.receipts.iter().filter(|receipt| receipt.stage() == v1::Stage::Folded);
    let places = recorded.clone().map(|receipt| receipt.index).min().zip(recorded.map(last).max());
    // In a smaller call none is brief, but of those that are in full there were the longest too.
    let longest = response.receipts.iter().map(prost::Message::encoded_len).max().unwrap_or(0);
    let most = (takes / (longest + RECEIPT_FRAME_BYTES)).max(1);
    let so_far = match places {
        Some((first, last)) => {
            format!("what is well formed of the call IS on record, between entries {first} and {last}")
        }
        None => "nothing of the call is on record".to_owned(),
    };
    let sentence = format!(
        "the answer has {bytes} bytes and the NATS server takes {takes}; {so_far}. Send it again in calls of {most} events at most, as \
         a dry run if it is on record: each is told as a duplicate with its entry. Or ask over gRPC, or have max_payload raised"
    );
    Err(("ANSWER_TOO_LARGE", sentence))
}

/// The last entry that a receipt is about.
fn last(receipt: &v1::Receipt) -> u64 {
    receipt.index + receipt.alike
}

/// Whether a subject is one that clients make to be answered on.
fn is_inbox(subject: &str) -> bool {
    subject.starts_with(INBOXES)
}

fn reason(error: &IngestError) -> &'static str {
    match error {
        IngestError::Principal { fault, .. } => fault.reason(),
        IngestError::TooMany(_) | IngestError::TooLarge(_) => "CALL_TOO_LARGE",
        IngestError::Again { .. } => "MALFORMED",
        IngestError::NoRight { .. } => "NO_RIGHT",
        IngestError::Engine(replay::engine::EngineError::Busy) => "BUSY",
        IngestError::Engine(replay::engine::EngineError::TooLong { .. }) => "EVENT_TOO_LONG",
        IngestError::Engine(_) => "LEDGER_ENDED",
        IngestError::GivenUp => "GIVEN_UP",
    }
}
