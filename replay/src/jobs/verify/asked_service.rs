//! What a running service says of itself, to be held against the record read here: the digest of its state, and what it
//! signed last. Asking is all; the record is read and compared as with any other expectation.

use anyhow::Context;
use ledger::hash::Hash;
use proto::v1::audit_client::AuditClient;
use proto::v1::query_client::QueryClient;
use proto::v1::{GetCheckpointRequest, GetStatusRequest};
use replay::dial::{DialArgs, Line};
use replay::proof::signed_note::Note;
use serde::Serialize;
use tonic::Code;

use super::expected::{self, Expectation};
use crate::jobs::service_client;

/// What of a service is compared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Live {
    /// Where it is.
    pub server: String,
    /// Entries its digest is taken at. The record may have more by the time it is read.
    pub digest_at: u64,
    /// Entries its last checkpoint is over; none if it signs none.
    pub checkpoint_at: Option<u64>,
}

/// Asks the service, also for the last checkpoint that so many of its witnesses cosigned, if any is asked for. Whether the key of its checkpoint is trusted is for `trusted_keys`.
pub fn ask(server: &str, by: &DialArgs, witnesses: usize) -> anyhow::Result<(Live, Vec<Expectation>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let channel = service_client::connect(server, by).await?;
        let mut points = checkpoint(channel.clone(), server, 0).await?;
        let checkpoint_at = points.first().map(|point| point.at);
        if witnesses > 0 {
            points.extend(checkpoint(channel.clone(), server, u32::try_from(witnesses)?).await?);
        }
        let digest = digest(channel, server).await?;
        let live = Live { server: server.to_owned(), digest_at: digest.at, checkpoint_at };
        points.push(digest);
        Ok((live, points))
    })
}

async fn digest(channel: Line, server: &str) -> anyhow::Result<Expectation> {
    let request = GetStatusRequest { digest: true, ..GetStatusRequest::default() };
    let answer =
        QueryClient::new(channel).get_status(request).await.map_err(|status| service_client::refused(&status))?;
    let answer = answer.into_inner();
    let digest = Hash::try_from(answer.state_digest.as_ref()).context("the service's digest is not 32 bytes")?;
    Ok(Expectation { digest: Some(digest), ..Expectation::new(answer.as_of, format!("the state of {server}")) })
}

/// Both notes of the last checkpoint, or of the last that so many witnesses cosigned; none from a service that has no key or none.
async fn checkpoint(channel: Line, server: &str, witnesses: u32) -> anyhow::Result<Vec<Expectation>> {
    let answer = AuditClient::new(channel).get_checkpoint(GetCheckpointRequest { fresh: false, witnesses }).await;
    let answer = match answer {
        Err(status) if matches!(status.code(), Code::FailedPrecondition | Code::NotFound) => return Ok(Vec::new()),
        answer => answer.map_err(|status| service_client::refused(&status))?.into_inner(),
    };
    let source = format!("the checkpoint of {server}");
    let read =
        |text: &str| -> anyhow::Result<Expectation> { expected::of_note(Note::parse(text.as_bytes())?, &source) };
    [&answer.checkpoint, &answer.outcomes].iter().map(|text| read(text).with_context(|| source.clone())).collect()
}
