//! Talking to a server: connection, header, errors turned into exit codes.

use super::Failure;
use crate::faces::grpc::{MAX_REQUEST_BYTES, PRINCIPAL_HEADER};
use clap::Args;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use std::time::Duration;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

/// How long to try to reach a server.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Where the server is, and how to print.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// The server
    #[arg(
        long,
        alias = "addr",
        env = "MINGZHANG_SERVER",
        default_value = "http://127.0.0.1:50051",
        value_name = "URL"
    )]
    pub server: String,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

impl Target {
    /// A connection.
    ///
    /// # Errors
    /// The address is no address, or nobody answers there.
    pub async fn connect(&self) -> Result<Channel, Failure> {
        connect(&self.server).await
    }

    /// A connection for questions.
    ///
    /// # Errors
    /// As [`Target::connect`].
    pub async fn ask(&self) -> Result<QueryClient<Channel>, Failure> {
        Ok(QueryClient::new(self.connect().await?).max_decoding_message_size(usize::MAX))
    }

    /// A connection for events.
    ///
    /// # Errors
    /// As [`Target::connect`].
    pub async fn tell(&self) -> Result<RecorderClient<Channel>, Failure> {
        Ok(RecorderClient::new(self.connect().await?).max_decoding_message_size(MAX_REQUEST_BYTES * 4))
    }
}

/// A connection to `server`.
///
/// # Errors
/// The address is no address, or nobody answers there.
pub async fn connect(server: &str) -> Result<Channel, Failure> {
    let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
    let endpoint = Endpoint::from_shared(url).map_err(|error| Failure::Usage(format!("--server {server}: {error}")))?;
    let endpoint = endpoint.connect_timeout(CONNECT_TIME).tcp_nodelay(true);
    endpoint.connect().await.map_err(|_| {
        Failure::Unreachable(format!("no server answers at {server}; start one with `mingzhang serve --data DIR`"))
    })
}

/// A request that names its principal.
pub fn named<T>(message: T, principal: &str) -> Request<T> {
    let mut request = Request::new(message);
    // Percent-encoding leaves only characters that a header takes.
    if let Ok(value) = MetadataValue::try_from(percent_encoded(principal)) {
        request.metadata_mut().insert(PRINCIPAL_HEADER, value);
    }
    request
}

/// The text with every byte that is not a plain ASCII character as `%XX`.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'$' | b'&'..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let message = status.message().to_owned();
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => Self::Unreachable(message),
            Code::NotFound => Self::NotFound(message),
            Code::InvalidArgument | Code::Unauthenticated => Self::Usage(message),
            _ => Self::Failed(message),
        }
    }
}
