//! Events on their way in: strict admission, one answer for each, whatever face they came through. No transport.

use crate::principal;
use crate::principal::PrincipalFault;
use crate::wire;
use bytes::Bytes;
use ledger::event::Event;
use ledger::handle::Handle;
use ledger::outcome::{Outcome, Refusal};
use ledger::state::State;
use proto::event::Malformed;
use proto::v1;
use replay::engine::{Acknowledged, Engine, EngineError};
use std::sync::Arc;

/// Events of one call at most: ten thousand keep both memory and the answer's delay small.
pub const MAX_EVENTS: usize = 10_000;

/// Bytes of the events of one call at most, so that a call with its framing fits the transport's 4 MiB.
pub const MAX_BYTES: usize = 3 * 1024 * 1024;

/// Calls with more events than this are decoded on a thread that may be held up.
const EVENTS_INLINE: usize = 64;

/// Why a whole call was turned away. Nothing of it was recorded, unless the ledger stopped while it was under way.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The caller did not say who he is, or said it badly.
    #[error("name the principal in {header}: {fault}")]
    Principal {
        /// The header.
        header: &'static str,
        /// What is wrong with it.
        fault: PrincipalFault,
    },
    /// Too many events.
    #[error("{0} events in one call, more than {MAX_EVENTS}; split it")]
    TooMany(usize),
    /// Too many bytes.
    #[error("{0} bytes of events in one call, more than {MAX_BYTES}; split it")]
    TooLarge(usize),
    /// The ledger does not take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A thread ended unexpectedly.
    #[error("the call was given up while it was decoded; send it again")]
    GivenUp,
}

/// The principal that the headers called `header` say; every face asks here.
///
/// # Errors
/// There is not exactly one, or it is no name.
pub fn principal<'a>(
    header: &'static str,
    values: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Arc<str>, IngestError> {
    principal::heard(values).map_err(|fault| IngestError::Principal { header, fault })
}

/// Takes a call: records what is well formed, in order, and answers for every event.
///
/// # Errors
/// The whole call was turned away.
pub async fn record(
    engine: &Engine,
    principal: Arc<str>,
    request: v1::RecordRequest,
) -> Result<v1::RecordResponse, IngestError> {
    check_size(&request.events)?;
    let admitted = admit(request.events).await?;
    if request.dry_run {
        return dry_run(engine, &principal, admitted);
    }
    let mut rejected = Vec::new();
    let mut events = Vec::with_capacity(admitted.len());
    let mut ids = Vec::with_capacity(admitted.len());
    for (position, (content, decoded)) in admitted.into_iter().enumerate() {
        match decoded {
            Ok(event) => {
                ids.push(event.id);
                events.push((content, event));
            }
            Err(malformed) => rejected.push((position, rejection(malformed))),
        }
    }
    let receipts = engine.submit(principal, events)?.await.map_err(|_| EngineError::Stopped)??;
    let index = receipts.last().map(|last| last.index + 1);
    let index = index.unwrap_or_else(|| engine.read().entries);
    let mut answers = Vec::with_capacity(receipts.len() + rejected.len());
    if request.terse {
        answers.extend(receipts.iter().zip(&ids).map(|(receipt, id)| terse(receipt, wire::id(*id))));
    } else {
        let state = engine.read();
        answers.extend(receipts.iter().zip(&ids).map(|(receipt, id)| folded(&state, receipt, wire::id(*id))));
    }
    // Ascending, so each lands where its event stood in the call.
    for (position, answer) in rejected {
        answers.insert(position, answer);
    }
    Ok(v1::RecordResponse { receipts: answers, index })
}

type Admitted = Vec<(Bytes, Result<Event, Malformed>)>;

async fn admit(events: Vec<Bytes>) -> Result<Admitted, IngestError> {
    let decode = |events: Vec<Bytes>| -> Admitted {
        let decoded = |content: Bytes| {
            let event = proto::event::admit(&content);
            (content, event)
        };
        events.into_iter().map(decoded).collect()
    };
    if events.len() <= EVENTS_INLINE {
        return Ok(decode(events));
    }
    tokio::task::spawn_blocking(move || decode(events)).await.map_err(|_| IngestError::GivenUp)
}

fn check_size(events: &[Bytes]) -> Result<(), IngestError> {
    if events.len() > MAX_EVENTS {
        return Err(IngestError::TooMany(events.len()));
    }
    let bytes = events.iter().map(Bytes::len).sum();
    if bytes > MAX_BYTES {
        return Err(IngestError::TooLarge(bytes));
    }
    Ok(())
}

fn dry_run(engine: &Engine, principal: &str, admitted: Admitted) -> Result<v1::RecordResponse, IngestError> {
    let mut receipts = Vec::with_capacity(admitted.len());
    for (content, decoded) in admitted {
        let event = match decoded {
            Ok(event) => event,
            Err(malformed) => {
                receipts.push(rejection(malformed));
                continue;
            }
        };
        let id = wire::id(event.id);
        let outcome = engine.dry_run(principal, &content, event)?;
        let state = engine.read();
        receipts.push(v1::Receipt { id, stage: v1::Stage::DryRun.into(), ..answer(&state, &outcome) });
    }
    let index = engine.read().entries;
    Ok(v1::RecordResponse { receipts, index })
}

fn rejection(malformed: Malformed) -> v1::Receipt {
    let violations = malformed.violations.into_iter().map(v1::Violation::from).collect();
    v1::Receipt { outcome: v1::Outcome::Rejected.into(), violations, ..v1::Receipt::default() }
}

fn terse(receipt: &Acknowledged, id: Bytes) -> v1::Receipt {
    let mut answer = verdict(&receipt.outcome);
    (answer.id, answer.index, answer.stage) = (id, receipt.index, v1::Stage::Folded.into());
    answer
}

/// The receipt of a folded entry, with names from the state.
#[must_use]
pub fn folded(state: &State, receipt: &Acknowledged, id: Bytes) -> v1::Receipt {
    let answer = answer(state, &receipt.outcome);
    v1::Receipt { id, index: receipt.index, stage: v1::Stage::Folded.into(), ..answer }
}

fn answer(state: &State, outcome: &Outcome) -> v1::Receipt {
    let mut answer = verdict(outcome);
    if let Outcome::Posted { postings, findings } = outcome {
        answer.postings = postings.iter().map(|posting| wire::posting(state, posting)).collect();
        answer.findings = findings.iter().map(|number| wire::finding(state, Handle::new(*number))).collect();
    }
    answer
}

fn verdict(outcome: &Outcome) -> v1::Receipt {
    let (outcome, first, refusal) = match outcome {
        Outcome::Posted { .. } => (v1::Outcome::Posted, 0, None),
        Outcome::Duplicate { first, refused } => {
            let refusal = refused.map(|code| v1::Refusal::from(&Refusal::plain(code)));
            (v1::Outcome::Duplicate, *first, refusal)
        }
        Outcome::Refused(refusal) => (v1::Outcome::Refused, 0, Some(v1::Refusal::from(refusal))),
    };
    v1::Receipt { outcome: outcome.into(), first, refusal, ..v1::Receipt::default() }
}
