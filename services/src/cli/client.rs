//! Talking to a server: where it is, who calls, and connections for each kind of caller. How a refusal of it ends a command is in
//! `failure`.

use super::failure::Failure;
use crate::faces::grpc::MAX_REQUEST_BYTES;
use clap::Args;
use proto::v1::audit_client::AuditClient;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::{DialArgs, Line};

/// What questions go to.
pub(crate) type Query = QueryClient<Line>;

/// Where the server is, who calls, and how to print.
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
    /// How it is reached, and who calls
    #[command(flatten)]
    pub by: DialArgs,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

impl Target {
    /// A connection.
    ///
    /// # Errors
    /// The address is no address, nobody answers there, or it is not shown that it is the server.
    pub(crate) async fn connect(&self) -> Result<Line, Failure> {
        Ok(self.by.dialling(&self.server)?.connect().await?)
    }

    /// In whose name something is said: what was typed, or the usual name. Whoever shows who he is needs no name.
    pub(crate) fn in_name(&self, typed: Option<&String>, usual: &str) -> String {
        match typed {
            Some(name) => name.clone(),
            None if self.by.me.is_some() => String::new(),
            None => usual.to_owned(),
        }
    }

    /// A connection for questions.
    pub(crate) async fn query(&self) -> Result<Query, Failure> {
        Ok(QueryClient::new(self.connect().await?).max_decoding_message_size(usize::MAX))
    }

    /// A connection for events.
    pub(crate) async fn recorder(&self) -> Result<RecorderClient<Line>, Failure> {
        Ok(RecorderClient::new(self.connect().await?).max_decoding_message_size(MAX_REQUEST_BYTES * 4))
    }

    /// A connection for auditors' questions.
    pub(crate) async fn audit(&self) -> Result<AuditClient<Line>, Failure> {
        Ok(AuditClient::new(self.connect().await?))
    }
}
