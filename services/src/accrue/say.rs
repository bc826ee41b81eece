//! Figures as events, and how they are said: ids that follow from content, calls that a busy server is asked again.

use super::{CALL_EVENTS, Figure, Job};
use crate::principal::named;
use bytes::Bytes;
use ledger::event::{Event, Interest, InterestAccrued, InterestAdjusted, Kind};
use ledger::money::Day;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Code, Status};
use uuid::Uuid;

/// Namespace of the ids of accruals. Fixed for ever: another one would say the same figures a second time.
const NAMESPACE: Uuid = Uuid::from_u128(0x51c7_90fe_42ab_5d6c_8e12_3b7a_d90f_6c35);

/// Pause before a call is made again that found the server busy.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// The days since the last posting, as an event.
pub(super) fn accrued(job: &Job, loan: Uuid, last: u64, figure: Interest) -> Event {
    let kind = Kind::InterestAccrued(InterestAccrued { loan, last, figure });
    Event { id: figure_id(b'a', loan, last, job.through, Uuid::nil(), figure), effective: job.through, kind }
}

/// A correction of days already posted, as an event.
pub(super) fn adjusted(effective: Day, event: InterestAdjusted) -> Event {
    let id = figure_id(b'c', event.loan, event.last, effective, event.cause, event.figure);
    Event { id, effective, kind: Kind::InterestAdjusted(event) }
}

/// The id of a figure: two jobs that find the same say the same, and a figure found anew is another statement.
fn figure_id(kind: u8, loan: Uuid, last: u64, day: Day, cause: Uuid, figure: Interest) -> Uuid {
    let mut name = Vec::with_capacity(96);
    name.push(kind);
    name.extend_from_slice(loan.as_bytes());
    name.extend_from_slice(&last.to_be_bytes());
    name.extend_from_slice(&day.yyyymmdd().to_be_bytes());
    name.extend_from_slice(cause.as_bytes());
    for fen in [figure.subsidy, figure.waiver, figure.borrower, figure.penalty] {
        name.extend_from_slice(&fen.to_be_bytes());
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

/// Records one call of figures.
pub(super) async fn record(
    recorder: RecorderClient<Channel>,
    principal: String,
    call: Vec<Figure>,
) -> Result<(Vec<Figure>, v1::RecordResponse), Status> {
    let events: Vec<Bytes> = call.iter().map(|figure| proto::event::encode(&figure.event).into()).collect();
    let response = record_call(recorder, &principal, events).await?;
    Ok((call, response))
}

/// Records events in calls one after the other; a busy server is asked again.
///
/// # Errors
/// The server cannot be reached, or does not take them.
pub async fn record_all(
    recorder: &RecorderClient<Channel>,
    principal: &str,
    events: &[Event],
) -> Result<Vec<v1::Receipt>, Status> {
    let mut receipts = Vec::with_capacity(events.len());
    for call in events.chunks(CALL_EVENTS) {
        let call = call.iter().map(|event| proto::event::encode(event).into()).collect();
        receipts.extend(record_call(recorder.clone(), principal, call).await?.receipts);
    }
    Ok(receipts)
}

async fn record_call(
    mut recorder: RecorderClient<Channel>,
    principal: &str,
    events: Vec<Bytes>,
) -> Result<v1::RecordResponse, Status> {
    let message = v1::RecordRequest { events, dry_run: false, terse: true, again: Vec::new() };
    loop {
        match recorder.record(named(message.clone(), principal)).await {
            Ok(response) => return Ok(response.into_inner()),
            Err(status) if status.code() == Code::ResourceExhausted => tokio::time::sleep(BUSY_PAUSE).await,
            Err(status) => return Err(status),
        }
    }
}
