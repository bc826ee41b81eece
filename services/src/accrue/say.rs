//! Figures as events, and how they are said: calls that a busy server is asked again.

use super::{CALL_EVENTS, Figure, Job};
use crate::principal::named;
use crate::wire;
use bytes::Bytes;
use ledger::event::{Event, Interest, InterestAccrued, InterestAdjusted, Kind};
use ledger::money::Day;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use std::time::Duration;
use tonic::{Code, Status};
use uuid::Uuid;

/// Pause before a call is made again that found the server busy.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// The days since the last posting, as an event.
pub(super) fn accrued(job: &Job, loan: Uuid, last: u64, figure: Interest) -> Event {
    Event::said(job.through, Kind::InterestAccrued(InterestAccrued { loan, last, figure }))
}

/// A correction of days already posted, as an event.
pub(super) fn adjusted(effective: Day, event: InterestAdjusted) -> Event {
    Event::said(effective, Kind::InterestAdjusted(event))
}

/// Records one call of figures.
pub(super) async fn record(
    recorder: RecorderClient<Line>,
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
    recorder: &RecorderClient<Line>,
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

/// Records one call. What was refused before for a reason that may have passed is said again at once: whoever runs a job means it.
async fn record_call(
    recorder: RecorderClient<Line>,
    principal: &str,
    events: Vec<Bytes>,
) -> Result<v1::RecordResponse, Status> {
    let mut response = recorded(recorder.clone(), principal, events.clone(), Vec::new()).await?;
    let repeated = |receipt: &v1::Receipt| receipt.outcome() == v1::Outcome::Duplicate && may_pass(receipt);
    let places: Vec<usize> = (0..response.receipts.len()).filter(|at| repeated(&response.receipts[*at])).collect();
    if places.is_empty() {
        return Ok(response);
    }
    let again = places.iter().map(|at| response.receipts[*at].first + 1).collect();
    let events = places.iter().filter_map(|at| events.get(*at).cloned()).collect();
    let answer = recorded(recorder, principal, events, again).await?;
    response.index = answer.index;
    for (at, receipt) in places.into_iter().zip(answer.receipts) {
        response.receipts[at] = receipt;
    }
    Ok(response)
}

fn may_pass(receipt: &v1::Receipt) -> bool {
    receipt.refusal.as_ref().is_some_and(|refusal| !refusal.permanent)
}

async fn recorded(
    mut recorder: RecorderClient<Line>,
    principal: &str,
    events: Vec<Bytes>,
    again: Vec<u64>,
) -> Result<v1::RecordResponse, Status> {
    let message = v1::RecordRequest { events, dry_run: false, terse: true, again };
    loop {
        match recorder.record(named(message.clone(), principal)).await {
            Ok(response) => {
                let v1::RecordResponse { receipts, index } = response.into_inner();
                return Ok(v1::RecordResponse { receipts: wire::each(receipts).collect(), index });
            }
            Err(status) if status.code() == Code::ResourceExhausted => tokio::time::sleep(BUSY_PAUSE).await,
            Err(status) => return Err(status),
        }
    }
}
