//! The stream as the record sees it: publish a frame at a place, read a place, ask how it is. What to do about an answer is
//! decided in `publish`.

use async_nats::jetstream::{self, ErrorCode, context::PublishErrorKind, message::PublishMessage};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use super::nats_options::{NatsOptions, USUAL_STREAM, logging_in, without_login};
use super::settings;
use super::stream_info::{Answer, StreamInfo};
use crate::limits::{
    MAX_FRAME_BYTES, MESSAGE_OVERHEAD_BYTES, NATS_VERSION_MIN, PUBLISH_TIMEOUT_MS, REQUEST_TIMEOUT_MS,
};
use crate::record::error::{Full, LogError};

/// The server's side of the record.
pub(crate) type Broker = Arc<dyn StreamServer>;

/// What the record asks of a stream, so that a test can put one in its place that fails on purpose.
pub(crate) trait StreamServer: std::fmt::Debug + Send + Sync {
    /// The stream's name.
    fn name(&self) -> &str;

    /// Sends at once, in the order of calls; the future it yields waits for the answer.
    fn publish(&self, last_sequence: u64, frame: Bytes) -> BoxFuture<'_, BoxFuture<'static, Answer>>;

    /// Reads one message from the leader; `None` if there is none.
    fn read(&self, sequence: u64) -> BoxFuture<'_, Result<Option<Bytes>, LogError>>;

    /// Reads one message that must be there, from any replica.
    fn read_any(&self, sequence: u64) -> BoxFuture<'_, Result<Option<Bytes>, LogError>>;

    /// What the stream says of itself.
    fn info(&self) -> BoxFuture<'_, Result<StreamInfo, LogError>>;

    /// How often the connection was made.
    fn connects(&self) -> u64;
}

/// A stream of a real server.
#[derive(Clone, Debug)]
pub(crate) struct NatsBroker {
    client: async_nats::Client,
    context: jetstream::Context,
    stream: jetstream::stream::Stream<()>,
    name: String,
    subject: String,
}

impl NatsBroker {
    /// Connects and checks the server's version. The stream is not looked at yet.
    pub(crate) async fn connect(options: &NatsOptions) -> Result<Broker, LogError> {
        let client = connect(&options.url).await?;
        let name = match &options.stream {
            Some(name) => name.clone(),
            None => named_by_subject(&client, &options.subject).await?.unwrap_or_else(|| USUAL_STREAM.to_owned()),
        };
        Self::of(client, name, &options.subject).await
    }

    /// The stream of this name, over a connection there is.
    pub(crate) async fn of(client: async_nats::Client, name: String, subject: &str) -> Result<Broker, LogError> {
        let timeout = Duration::from_millis(PUBLISH_TIMEOUT_MS);
        let context = jetstream::ContextBuilder::new().timeout(timeout).build(client.clone());
        let stream = context.get_stream_no_info(&name).await.map_err(|e| nats_error("looking for the stream", e))?;
        Ok(Arc::new(Self { client, context, stream, name, subject: subject.to_owned() }))
    }

    async fn send(&self, last_sequence: u64, frame: Bytes) -> BoxFuture<'static, Answer> {
        let message =
            PublishMessage::build().payload(frame).expected_last_sequence(last_sequence).expected_stream(&self.name);
        match self.context.send_publish(self.subject.clone(), message).await {
            Ok(acknowledgement) => {
                let name = self.name.clone();
                acknowledgement.into_future().map(move |answer| judge(answer, &name)).boxed()
            }
            Err(error) => std::future::ready(judge(Err(error), &self.name)).boxed(),
        }
    }

    async fn read_raw(&self, sequence: u64) -> Result<Option<Bytes>, LogError> {
        use jetstream::stream::LastRawMessageErrorKind::{JetStream, NoMessageFound};
        match self.stream.get_raw_message(sequence).await {
            Ok(message) => Ok(Some(message.payload)),
            Err(error) => match error.kind() {
                NoMessageFound => Ok(None),
                JetStream(ref why) if why.error_code() == ErrorCode::NO_MESSAGE_FOUND => Ok(None),
                _ => Err(nats_error(format!("reading sequence {sequence}"), error)),
            },
        }
    }

    async fn ask_info(&self) -> Result<StreamInfo, LogError> {
        let answer = ask(&self.client, &format!("STREAM.INFO.{}", self.name), &Value::Null).await?;
        let answer = match answer {
            Ok(answer) => answer,
            // The server's answer is not parsed, so its number is looked for in the text. The versions that may serve are
            // checked and keep it.
            Err(error) if error.contains("10059") => return Err(LogError::NoStream { stream: self.name.clone() }),
            Err(answer) => return Err(LogError::Nats { doing: format!("asking for stream {}", self.name), answer }),
        };
        let number = |key: &str| answer["state"][key].as_u64().unwrap_or(0);
        Ok(StreamInfo {
            created: answer["created"].as_str().unwrap_or_default().to_owned(),
            first_sequence: number("first_seq"),
            last_sequence: number("last_seq"),
            messages: number("messages"),
            differences: settings::differences(&answer["config"], &self.subject),
        })
    }
}

impl StreamServer for NatsBroker {
    fn name(&self) -> &str {
        &self.name
    }

    fn publish(&self, last_sequence: u64, frame: Bytes) -> BoxFuture<'_, BoxFuture<'static, Answer>> {
        self.send(last_sequence, frame).boxed()
    }

    fn read(&self, sequence: u64) -> BoxFuture<'_, Result<Option<Bytes>, LogError>> {
        self.read_raw(sequence).boxed()
    }

    fn read_any(&self, sequence: u64) -> BoxFuture<'_, Result<Option<Bytes>, LogError>> {
        let direct = async move {
            match self.stream.direct_get(sequence).await {
                Ok(message) if message.sequence == sequence => Ok(Some(message.payload)),
                // A replica may lag; the leader decides.
                _ => self.read_raw(sequence).await,
            }
        };
        direct.boxed()
    }

    fn info(&self) -> BoxFuture<'_, Result<StreamInfo, LogError>> {
        self.ask_info().boxed()
    }

    fn connects(&self) -> u64 {
        self.client.statistics().connects.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// Connects and refuses servers that are too old, or do not take a whole frame: the first large one would stop the ledger.
pub(crate) async fn connect(url: &str) -> Result<async_nats::Client, LogError> {
    let client = logging_in(url)
        .name("mingzhang record")
        .custom_inbox_prefix("_INBOX_ledger")
        .request_timeout(Some(Duration::from_millis(REQUEST_TIMEOUT_MS)))
        .connect(url)
        .await
        .map_err(|e| nats_error(format!("connecting to {}", without_login(url)), unreached(&e.to_string())))?;
    let found = client.server_info().version;
    if version(&found).is_none_or(|version| version < NATS_VERSION_MIN) {
        let (major, minor, patch) = NATS_VERSION_MIN;
        return Err(LogError::ServerTooOld { found, wanted: format!("{major}.{minor}.{patch}") });
    }
    let (takes, needed) = (client.server_info().max_payload, MAX_FRAME_BYTES + MESSAGE_OVERHEAD_BYTES);
    if takes < needed {
        return Err(LogError::PayloadTooSmall { takes, needed });
    }
    Ok(client)
}

/// Why a server was not reached, with what helps where the two differ over TLS; the library says only what went wrong on the wire.
fn unreached(why: &str) -> String {
    let help = if why.contains("UnknownIssuer") {
        "; name the file with the authority's certificate in SSL_CERT_FILE"
    } else if why.contains("InvalidContentType") {
        "; the server speaks no TLS, which tls:// asks for"
    } else {
        ""
    };
    format!("{why}{help}")
}

/// Which stream has a subject. A server that does not let us ask says nothing, and the usual name is tried.
pub(crate) async fn named_by_subject(client: &async_nats::Client, subject: &str) -> Result<Option<String>, LogError> {
    let question = serde_json::json!({ "subject": subject });
    match ask(client, "STREAM.NAMES", &question).await {
        Ok(Ok(answer)) => Ok(answer["streams"][0].as_str().map(str::to_owned)),
        Ok(Err(answer)) => Err(LogError::Nats { doing: format!("asking which stream has {subject}"), answer }),
        Err(error) => {
            tracing::warn!(%error, "which stream has the subject is not known; the usual one is taken");
            Ok(None)
        }
    }
}

/// Asks the JetStream API; the inner error is the server's own answer.
pub(crate) async fn ask(
    client: &async_nats::Client,
    what: &str,
    body: &Value,
) -> Result<Result<Value, String>, LogError> {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let message =
        client.request(format!("$JS.API.{what}"), body).await.map_err(|e| nats_error(format!("asking {what}"), e))?;
    let answer: Value =
        serde_json::from_slice(&message.payload).map_err(|e| nats_error(format!("asking {what}"), e))?;
    Ok(match answer.get("error") {
        Some(error) => Err(error.to_string()),
        None => Ok(answer),
    })
}

/// `2.15.1-dev` is (2, 15, 1).
pub(crate) fn version(text: &str) -> Option<(u64, u64, u64)> {
    let mut parts = text.trim_start_matches('v').split(['.', '-']).map(str::parse);
    match (parts.next()?, parts.next()?, parts.next()?) {
        (Ok(major), Ok(minor), Ok(patch)) => Some((major, minor, patch)),
        _ => None,
    }
}

pub(crate) fn nats_error(doing: impl Into<String>, error: impl std::fmt::Display) -> LogError {
    LogError::Nats { doing: doing.into(), answer: error.to_string() }
}

type Acknowledged = Result<jetstream::publish::PublishAck, jetstream::context::PublishError>;

fn judge(answer: Acknowledged, name: &str) -> Answer {
    let error = match answer {
        Ok(stored) if stored.stream != name => {
            return Answer::Refused(format!("stream {} answered instead of {name}", stored.stream));
        }
        Ok(stored) if stored.duplicate => return Answer::Duplicate(stored.sequence),
        Ok(stored) => return Answer::Stored(stored.sequence),
        Err(error) => error,
    };
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<jetstream::Error>());
    match (error.kind(), source) {
        (PublishErrorKind::WrongLastSequence, _) => Answer::WrongLast,
        (PublishErrorKind::MaxPayloadExceeded, _) => Answer::Refused(error.to_string()),
        (_, Some(answer)) => judge_code(answer),
        _ => Answer::Unknown(error.to_string()),
    }
}

fn judge_code(answer: &jetstream::Error) -> Answer {
    let text = answer.to_string();
    match answer.error_code() {
        ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT => Answer::WrongLast,
        ErrorCode::ACCOUNT_RESOURCES_EXCEEDED => Answer::Full(Full::Account, text),
        ErrorCode::INSUFFICIENT_RESOURCES | ErrorCode::STORAGE_RESOURCES_EXCEEDED => Answer::Full(Full::Server, text),
        // One code for whatever storing says; a disk that is full also keeps a server from answering at all.
        ErrorCode::STREAM_STORE_FAILED if text.contains("maximum") => Answer::Full(Full::Stream, text),
        ErrorCode::STREAM_STORE_FAILED if text.contains("no space") => Answer::Full(Full::Disk, text),
        _ if (400..500).contains(&answer.code()) => Answer::Refused(text),
        _ => Answer::Unknown(text),
    }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(version("2.15.1"), Some((2, 15, 1)));
        assert_eq!(version("v2.14.10-beta.1"), Some((2, 14, 10)));
        assert!(version("2.9.10") < Some((2, 14, 6)));
        assert_eq!(version("two"), None);
    }
}
