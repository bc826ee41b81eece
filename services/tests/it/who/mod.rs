//! Who calls, as callers find out: certificates, API keys, names; what is believed where, and what is not. What somebody may say is not
//! tested here.

mod authority;
mod certificates;
mod founded;
mod keys;
mod reading_again;
mod signed;
mod signing;

use proto::v1;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt;

/// Code and stable reason of a refusal.
fn why<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.expect_err("refused");
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    (status.code(), reason)
}

fn stranger(reason: &str) -> (Code, String) {
    (Code::Unauthenticated, reason.to_owned())
}

/// Says that a unit is there, in a name if one is given.
async fn say(line: &Line, unit: u128, name: &str) -> Result<Response<v1::RecordResponse>, Status> {
    let events = crate::support::encoded(&[crate::support::org(unit)]);
    let message = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
    RecorderClient::new(line.clone()).record(services::principal::named(message, name)).await
}

async fn ask(line: &Line) -> Result<v1::GetStatusResponse, Status> {
    Ok(QueryClient::new(line.clone()).get_status(v1::GetStatusRequest::default()).await?.into_inner())
}
