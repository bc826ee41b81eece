//! Events on their way in: strict admission, one answer for each, whatever face they came through. No transport.

use crate::principal;
use crate::principal::PrincipalFault;
use crate::wire;
use bytes::Bytes;
use ledger::event::{Event, KindTag};
use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::outcome::{Code, Now, Outcome, Refusal};
use ledger::state::State;
use ledger::state::stage::Stage;
use proto::event::Malformed;
use proto::v1;
use replay::engine::{Acknowledged, Engine, EngineError, Submission};
use std::sync::Arc;
use uuid::Uuid;

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
    /// It does not say for each event whether it is said again.
    #[error("again has {again} numbers for {events} events; leave it out, or give one for each")]
    Again {
        /// Events of the call.
        events: usize,
        /// Numbers.
        again: usize,
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
    if !request.again.is_empty() && request.again.len() != request.events.len() {
        return Err(IngestError::Again { events: request.events.len(), again: request.again.len() });
    }
    let mut again = request.again.into_iter();
    let admitted = admit(request.events).await?;
    if request.dry_run {
        return dry_run(engine, &principal, admitted, again);
    }
    let mut rejected = Vec::new();
    let mut events = Vec::with_capacity(admitted.len());
    let mut ids = Vec::with_capacity(admitted.len());
    let mut sets = Vec::new();
    for (position, (content, decoded)) in admitted.into_iter().enumerate() {
        let again = said_again(&mut again);
        match decoded {
            Ok(event) => {
                ids.push(event.id);
                if !request.terse {
                    sets.push(makes_up_a_set(event.kind.tag()).then(|| event.subject()));
                }
                events.push(Submission { content, event, again });
            }
            Err(malformed) => rejected.push((position, rejection(malformed))),
        }
    }
    let receipts = engine.submit(principal, events)?.await.map_err(|_| EngineError::Stopped)??;
    let index = receipts.last().map(|last| last.index + 1);
    let index = index.unwrap_or_else(|| engine.read().entries);
    let mut answers = Vec::with_capacity(receipts.len() + rejected.len());
    if request.terse {
        answers.extend(receipts.iter().zip(&ids).map(|(receipt, id)| terse(receipt, *id)));
    } else {
        let state = engine.read();
        answers.extend(receipts.iter().zip(&ids).zip(sets).map(|((receipt, id), set)| {
            let mut answer = folded(&state, receipt, *id);
            // Said again, it is on record and counts no more than its set does.
            answer.withdrawn |= matches!(receipt.outcome, Outcome::Duplicate { now: Now::Counts, .. })
                && set.is_some_and(|set| is_cancelled(&state, set));
            answer
        }));
    }
    // Ascending, so each lands where its event stood in the call.
    for (position, answer) in rejected {
        answers.insert(position, answer);
    }
    Ok(v1::RecordResponse { receipts: answers, index })
}

/// Whether what is said makes up a roster or an application: all but that it is cancelled.
pub(crate) fn makes_up_a_set(kind: KindTag) -> bool {
    use KindTag as Tag;
    matches!(
        kind,
        Tag::RosterPrepared
            | Tag::RosterLineAdded
            | Tag::RosterSealed
            | Tag::RosterReviewed
            | Tag::RosterApproved
            | Tag::ApplicationPrepared
            | Tag::ApplicationLineAdded
            | Tag::ApplicationSealed
            | Tag::ApplicationApproved
    )
}

fn is_cancelled(state: &State, set: Uuid) -> bool {
    let roster = state.rosters.by_id(set).map(|(_, row)| &row.set);
    let set = roster.or_else(|| state.applications.by_id(set).map(|(_, row)| &row.set));
    set.is_some_and(|set| set.stage == Stage::Cancelled)
}

/// The refused entry that the next event says again, if it does.
fn said_again(again: &mut impl Iterator<Item = u64>) -> Option<u64> {
    again.next().and_then(|number| number.checked_sub(1))
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

fn dry_run(
    engine: &Engine,
    principal: &str,
    admitted: Admitted,
    mut again: impl Iterator<Item = u64>,
) -> Result<v1::RecordResponse, IngestError> {
    let mut receipts = Vec::with_capacity(admitted.len());
    for (content, decoded) in admitted {
        let again = said_again(&mut again);
        let event = match decoded {
            Ok(event) => event,
            Err(malformed) => {
                receipts.push(rejection(malformed));
                continue;
            }
        };
        let id = event.id;
        let before = event.edition.checked_sub(1).map(|before| event.id_of_edition(before));
        let outcome = engine.dry_run(principal, Submission { content, event, again })?;
        let state = engine.read();
        let mut answer = answer(&state, &outcome, id);
        if matches!(outcome, Outcome::Posted { .. }) {
            // Findings have no number before they are opened, so that it would not count is asked of the ids.
            let (held, before) = (state.seen.find(id), before.map(|before| state.seen.by_id(before)));
            let in_turn = before.is_none_or(|row| row.is_some_and(|(_, seen)| seen.now() == Now::Withdrawn));
            let counts = held.filter(|held| state.seen.get(*held).now() == Now::Counts);
            answer.differs = counts.is_some() || !in_turn;
            answer.held = counts.map_or(0, |held| u64::from(held) + 1);
        }
        receipts.push(v1::Receipt { id: wire::id(id), stage: v1::Stage::DryRun.into(), ..answer });
    }
    let index = engine.read().entries;
    Ok(v1::RecordResponse { receipts, index })
}

fn rejection(malformed: Malformed) -> v1::Receipt {
    let violations = malformed.violations.into_iter().map(v1::Violation::from).collect();
    v1::Receipt { outcome: v1::Outcome::Rejected.into(), violations, ..v1::Receipt::default() }
}

fn terse(receipt: &Acknowledged, id: Uuid) -> v1::Receipt {
    placed(receipt, id, verdict(&receipt.outcome))
}

/// The receipt of a folded entry, with names from the state.
#[must_use]
pub fn folded(state: &State, receipt: &Acknowledged, id: Uuid) -> v1::Receipt {
    placed(receipt, id, answer(state, &receipt.outcome, id))
}

/// An answer with its entry's place.
fn placed(receipt: &Acknowledged, id: Uuid, mut answer: v1::Receipt) -> v1::Receipt {
    (answer.id, answer.index, answer.stage) = (wire::id(id), receipt.index, v1::Stage::Folded.into());
    answer
}

fn answer(state: &State, outcome: &Outcome, id: Uuid) -> v1::Receipt {
    let mut answer = verdict(outcome);
    if let Outcome::Posted { postings, findings } = outcome {
        answer.postings = postings.iter().map(|posting| wire::posting(state, posting)).collect();
        answer.findings = findings.iter().map(|number| wire::finding(state, Handle::new(*number))).collect();
        answer.differs = findings.iter().any(|number| does_not_count(state.findings.get(Handle::new(*number)).kind));
        // What does not count waits for nothing; under its id stands what does.
        if !answer.differs {
            answer.findings.extend(waiting(state, id, findings));
        }
    }
    if matches!(outcome, Outcome::Duplicate { now: Now::Counts, .. }) {
        answer.findings = waiting(state, id, &[]).collect();
    }
    if answer.differs {
        answer.held = state.seen.find(id).map_or(0, |held| u64::from(held) + 1);
    }
    answer
}

/// What somebody must look at before all that an event says counts, beside the findings it just opened.
fn waiting(state: &State, id: Uuid, opened: &[u32]) -> impl Iterator<Item = v1::Finding> {
    let waiting = state.seen.find(id).map(|entry| state.waiting(entry)).unwrap_or_default();
    waiting
        .into_iter()
        .filter(|finding| !opened.contains(&finding.number()))
        .map(|finding| wire::finding(state, finding))
}

/// Whether a finding says that the report which opened it does not count.
fn does_not_count(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::ToldOtherwise | FindingKind::ManyVersions | FindingKind::EditionOutOfOrder)
}

fn verdict(of: &Outcome) -> v1::Receipt {
    let mut receipt = v1::Receipt::default();
    let outcome = match of {
        Outcome::Posted { .. } => v1::Outcome::Posted,
        Outcome::Duplicate { first, now } => {
            receipt.first = *first;
            receipt.refusal = now.refused().map(|code| v1::Refusal::from(&Refusal::plain(code)));
            (receipt.withdrawn, receipt.differs) = (*now == Now::Withdrawn, *now == Now::Differs);
            v1::Outcome::Duplicate
        }
        Outcome::Refused(refusal) => {
            if refusal.code == Code::ToldOtherwise {
                (receipt.differs, receipt.held) = (true, u64::try_from(refusal.figure).unwrap_or(0) + 1);
            }
            receipt.refusal = Some(v1::Refusal::from(refusal));
            v1::Outcome::Refused
        }
    };
    receipt.outcome = outcome.into();
    receipt
}
