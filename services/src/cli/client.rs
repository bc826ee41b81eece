//! Talking to a server: where it is, and connections for each kind of caller. How a refusal of it ends a command is in
//! `failure`.

use super::failure::Failure;
use crate::faces::grpc::MAX_REQUEST_BYTES;
use clap::Args;
use proto::v1::audit_client::AuditClient;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use std::time::Duration;
use tonic::transport::{Channel, Endpoint};

/// How long to try to reach a server.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// What questions go to.
pub(crate) type Query = QueryClient<Channel>;

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
    pub(crate) async fn connect(&self) -> Result<Channel, Failure> {
        let server = &self.server;
        let url = if server.contains("://") { server.clone() } else { format!("http://{server}") };
        if !url.starts_with("http://") {
            let why = "the connection would not be encrypted, as this program speaks no TLS yet; reach a ledger on another \
                       machine through a tunnel, and write http://";
            return Err(Failure::Usage(format!("--server {server}: {why}")));
        }
        let endpoint =
            Endpoint::from_shared(url).map_err(|error| Failure::Usage(format!("--server {server}: {error}")))?;
        let endpoint = endpoint.connect_timeout(CONNECT_TIME).tcp_nodelay(true);
        endpoint.connect().await.map_err(|_| {
            Failure::Unreachable(format!("no server answers at {server}; start one with `mingzhang serve --data DIR`"))
        })
    }

    /// A connection for questions.
    pub(crate) async fn query(&self) -> Result<Query, Failure> {
        Ok(QueryClient::new(self.connect().await?).max_decoding_message_size(usize::MAX))
    }

    /// A connection for events.
    pub(crate) async fn recorder(&self) -> Result<RecorderClient<Channel>, Failure> {
        Ok(RecorderClient::new(self.connect().await?).max_decoding_message_size(MAX_REQUEST_BYTES * 4))
    }

    /// A connection for auditors' questions.
    pub(crate) async fn audit(&self) -> Result<AuditClient<Channel>, Failure> {
        Ok(AuditClient::new(self.connect().await?))
    }
}
