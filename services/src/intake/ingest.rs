//! Events on their way in: strict admission, one answer for each, whatever face they came through. No transport.

use crate::principal;
use crate::principal::PrincipalFault;
use crate::wire;
use bytes::Bytes;
use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::outcome::{Code, Now, Outcome, Refusal};
use ledger::state::State;
use proto::event::{Malformed, admit_each};
use proto::v1;
use replay::engine::{Acknowledged, Detail, Engine, EngineError, Submission};
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
    let Admitted { events, rejected } = admit(request.events, request.again).await?;
    let (answers, index) = if request.dry_run {
        dry_run(engine, &principal, events)?
    } else {
        let detail = if request.terse { Detail::Terse } else { Detail::Full };
        write(engine, principal, events, detail).await?
    };
    Ok(v1::RecordResponse { receipts: woven(answers, rejected), index })
}

/// Records what was admitted; its receipts, and how many entries the record had with it.
async fn write(
    engine: &Engine,
    principal: Arc<str>,
    events: Vec<Submission>,
    detail: Detail,
) -> Result<(Vec<v1::Receipt>, u64), IngestError> {
    let ids: Vec<_> = match detail {
        Detail::Full => events.iter().map(|said| said.event.id).collect(),
        Detail::Terse => Vec::new(),
    };
    let receipts = engine.submit_for(detail, principal, events)?.await.map_err(|_| EngineError::Stopped)??;
    let index = receipts.last().map(|last| last.index + last.alike + 1);
    let index = index.unwrap_or_else(|| engine.read().entries);
    if detail == Detail::Terse {
        return Ok((receipts.iter().map(terse).collect(), index));
    }
    let state = engine.read();
    let answers = receipts.iter().zip(&ids).map(|(receipt, id)| folded(&state, receipt, *id));
    Ok((answers.collect(), index))
}

/// A call as it was read.
struct Admitted {
    /// What is well formed, in the order of the call.
    events: Vec<Submission>,
    /// What is not, with its place in the call, ascending.
    rejected: Vec<(usize, Malformed)>,
}

async fn admit(events: Vec<Bytes>, again: Vec<u64>) -> Result<Admitted, IngestError> {
    if events.len() <= EVENTS_INLINE {
        return Ok(decode(events, again));
    }
    tokio::task::spawn_blocking(move || decode(events, again)).await.map_err(|_| IngestError::GivenUp)
}

/// `again` holds, one higher, the refused entry that an event says again, and 0 for one that says none again.
fn decode(contents: Vec<Bytes>, again: Vec<u64>) -> Admitted {
    let (mut events, mut rejected) = (Vec::with_capacity(contents.len()), Vec::new());
    let again = again.into_iter().map(|number| number.checked_sub(1)).chain(std::iter::repeat(None));
    for ((position, (content, event)), again) in admit_each(contents).enumerate().zip(again) {
        match event {
            Ok(event) => events.push(Submission { content, event, again }),
            Err(malformed) => rejected.push((position, malformed)),
        }
    }
    Admitted { events, rejected }
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

/// What recording it now would give; how many entries there are.
fn dry_run(engine: &Engine, principal: &str, events: Vec<Submission>) -> Result<(Vec<v1::Receipt>, u64), IngestError> {
    let mut receipts = Vec::with_capacity(events.len());
    for submission in events {
        let event = &submission.event;
        let id = event.id;
        let later = (event.edition > 0).then(|| event.clone());
        let outcome = engine.dry_run(principal, submission)?;
        let state = engine.read();
        let mut answer = answer(&state, &outcome, id);
        if matches!(outcome, Outcome::Posted { .. }) {
            // Findings have no number before they are opened, so that it would not count is asked of the ids.
            let (held, in_turn) = (state.seen.find(id), later.is_none_or(|event| state.is_in_turn(&event)));
            let counts = held.filter(|held| state.seen.get(*held).now() == Now::Counts);
            answer.differs = counts.is_some() || !in_turn;
            answer.held = counts.map_or(0, |held| u64::from(held) + 1);
        }
        receipts.push(v1::Receipt { id: wire::id(id), stage: v1::Stage::DryRun.into(), ..answer });
    }
    let index = engine.read().entries;
    Ok((receipts, index))
}

fn rejection(malformed: Malformed) -> v1::Receipt {
    let violations = malformed.violations.into_iter().map(v1::Violation::from).collect();
    v1::Receipt { outcome: v1::Outcome::Rejected.into(), violations, ..v1::Receipt::default() }
}

fn terse(receipt: &Acknowledged) -> v1::Receipt {
    let answer = v1::Receipt { alike: receipt.alike, ..verdict(&receipt.outcome) };
    placed(receipt, Bytes::new(), answer)
}

/// The answers for what was recorded with those for what was not, ascending, each where its event stood in the call. An answer that
/// stands for events on both sides of one is parted there.
fn woven(answers: Vec<v1::Receipt>, rejected: Vec<(usize, Malformed)>) -> Vec<v1::Receipt> {
    let mut woven = Vec::with_capacity(answers.len() + rejected.len());
    let (mut answers, mut rest, mut place) = (answers.into_iter(), None, 0);
    for (position, malformed) in rejected {
        while place < position as u64 {
            let Some(mut answer) = rest.take().or_else(|| answers.next()) else { break };
            let before = position as u64 - place;
            if let Some(alike) = answer.alike.checked_sub(before) {
                rest = Some(v1::Receipt { index: answer.index + before, alike, ..answer.clone() });
                answer.alike = before - 1;
            }
            place += answer.alike + 1;
            woven.push(answer);
        }
        woven.push(rejection(malformed));
        place += 1;
    }
    woven.extend(rest.into_iter().chain(answers));
    woven
}

/// The receipt of a folded entry, with names from the state.
#[must_use]
pub fn folded(state: &State, receipt: &Acknowledged, id: Uuid) -> v1::Receipt {
    placed(receipt, wire::id(id), answer(state, &receipt.outcome, id))
}

/// An answer with its entry's place.
fn placed(receipt: &Acknowledged, id: Bytes, mut answer: v1::Receipt) -> v1::Receipt {
    (answer.id, answer.index, answer.stage) = (id, receipt.index, v1::Stage::Folded.into());
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

#[cfg(test)]
mod tests {
    use super::*;
    use proto::event::admit;

    /// Whatever of a call is malformed, and however answers are put together, each event has its own answer.
    #[test]
    fn every_event_of_a_terse_call_has_its_answer_in_its_place() {
        for malformed in 0..1_u32 << 7 {
            for refused in 0..1_u32 << 7 {
                let (mut answers, mut rejected, mut wanted) = (Vec::<v1::Receipt>::new(), Vec::new(), Vec::new());
                let mut index = 40;
                for position in 0..7 {
                    if malformed >> position & 1 == 1 {
                        rejected.push((position, admit(b"?").unwrap_err()));
                        wanted.push((v1::Outcome::Rejected, 0));
                        continue;
                    }
                    let is_refused = refused >> position & 1 == 1;
                    let outcome = if is_refused { v1::Outcome::Refused } else { v1::Outcome::Posted };
                    wanted.push((outcome, index));
                    match answers.last_mut() {
                        Some(last) if !is_refused && last.outcome() == v1::Outcome::Posted => last.alike += 1,
                        _ => answers.push(v1::Receipt { index, outcome: outcome.into(), ..Default::default() }),
                    }
                    index += 1;
                }
                let given = wire::each(woven(answers, rejected)).map(|receipt| (receipt.outcome(), receipt.index));
                assert_eq!(given.collect::<Vec<_>>(), wanted, "malformed {malformed:b}, refused {refused:b}");
            }
        }
    }
}
