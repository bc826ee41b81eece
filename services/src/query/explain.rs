//! Single entries read back from the record, and why they were posted or refused. The words are those of `replay`; here
//! they only take their wire shape.

use super::asked::Asked;
use super::page::{MAX_ROWS, Pager, paged};
use super::{QueryError, need_id};
use crate::wire;
use ledger::outcome::Refusal;
use ledger::state::State;
use proto::v1;
use replay::audit::explain;
use replay::audit::explain::{ComparedFigures, EntryOutcome, Explanation, Fact, Moved, SaidField};
use replay::engine::{Engine, Recorded};
use tokio::sync::OwnedSemaphorePermit;

/// One entry as it is on record.
///
/// # Errors
/// There is no such entry, or its frame cannot be read.
pub fn recorded(engine: &Engine, request: &v1::GetRecordedRequest) -> Result<v1::GetRecordedResponse, QueryError> {
    use v1::get_recorded_request::Entry;
    let index = match &request.entry {
        Some(Entry::Index(index)) => *index,
        Some(Entry::Event(event)) => index_of(&engine.read(), event)?,
        None => return Err(unnamed()),
    };
    let entry = engine.recorded(index)?.ok_or_else(|| beyond(engine, index))?;
    Ok(v1::GetRecordedResponse { as_of: engine.read().entries, entry: Some(entry_of(&entry)) })
}

/// What an explanation is asked of.
pub struct Before {
    /// The ledger before the entry.
    pub asked: Asked,
    /// Given back with it, as it and the copy in which the entry is judged each take the memory of a ledger.
    pub turn: OwnedSemaphorePermit,
}

/// The ledger before the entry that is asked about.
///
/// # Errors
/// There is no such entry.
pub fn before(engine: &Engine, request: &v1::ExplainRequest) -> Result<Asked, QueryError> {
    use v1::explain_request::Entry;
    let state = engine.read();
    let index = match &request.entry {
        Some(Entry::Index(index)) => *index,
        Some(Entry::Event(event)) => index_of(&state, event)?,
        None => return Err(unnamed()),
    };
    drop(state);
    before_index(engine, index)
}

/// The ledger before the entry of an index.
///
/// # Errors
/// There is no such entry.
pub fn before_index(engine: &Engine, index: u64) -> Result<Asked, QueryError> {
    let entries = engine.read().entries;
    if index < entries { Ok(Asked::before(engine.clone(), index)) } else { Err(QueryError::NoEntry { index, entries }) }
}

paged!(ExplainRequest, MAX_ROWS, MAX_ROWS);

/// Why an entry was posted or refused, asked of the ledger before it.
///
/// # Errors
/// The past state is not at hand any more, the record cannot be read, or the token is wrong.
pub fn explain(Before { asked, .. }: &Before, request: &v1::ExplainRequest) -> Result<v1::ExplainResponse, QueryError> {
    let before = asked.state()?.clone();
    let index = before.entries;
    let (state, explanation) = explain::explain(&asked.engine, before)?.ok_or_else(|| beyond(&asked.engine, index))?;
    let pager = Pager::open(request, state.entries)?;
    let (mut answer, mut window) = (explained(&state, explanation), pager.window());
    answer.said = window.show(answer.said)?;
    answer.facts = window.show(answer.facts)?;
    answer.movements = window.show(answer.movements)?;
    answer.findings = window.show(answer.findings)?;
    answer.next_page_token = pager.after_window(&window)?;
    Ok(answer)
}

fn unnamed() -> QueryError {
    QueryError::field("entry", "name the entry by its index or by the id of its event")
}

fn beyond(engine: &Engine, index: u64) -> QueryError {
    let entries = engine.read().entries;
    QueryError::NoEntry { index, entries }
}

fn index_of(state: &State, event: &[u8]) -> Result<u64, QueryError> {
    let id = need_id("event", event)?;
    super::found("event", id, state.seen.find(id)).map(u64::from)
}

/// An entry with its bytes.
fn entry_of(entry: &Recorded) -> v1::RecordedEntry {
    let kind = entry.event.kind.name();
    v1::RecordedEntry {
        index: entry.index,
        recorded_ms: entry.recorded_ms,
        principal: entry.principal.clone(),
        proof: entry.proof.name().to_owned(),
        event: wire::id(entry.event.id),
        kind: kind.to_owned(),
        kind_zh: entry.event.kind.name_zh().to_owned(),
        effective: entry.event.effective.yyyymmdd(),
        report: entry.event.kind.is_report(),
        content: entry.content.clone(),
    }
}

/// An explanation as the wire has it; `state` is the ledger after the entry.
#[must_use]
pub fn explained(state: &State, explanation: Explanation) -> v1::ExplainResponse {
    let Explanation { said, outcome, compared, facts, moved, findings, .. } = &explanation;
    let (outcome, first, refusal) = match outcome {
        EntryOutcome::Posted => (v1::Outcome::Posted, 0, None),
        EntryOutcome::Refused(refusal) => (v1::Outcome::Refused, 0, Some(v1::Refusal::from(refusal))),
        EntryOutcome::Duplicate { first, now } => {
            let why = now.refused().map(|code| v1::Refusal::from(&Refusal::plain(code)));
            (v1::Outcome::Duplicate, *first, why)
        }
    };
    v1::ExplainResponse {
        as_of: explanation.index,
        said: said.iter().map(said_field).collect(),
        outcome: outcome.into(),
        first,
        refusal,
        compared: compared.as_ref().map(figures),
        facts: facts.iter().map(fact).collect(),
        movements: moved.iter().map(|moved| movement(state, moved)).collect(),
        findings: findings.iter().map(|number| wire::finding(state, *number)).collect(),
        entry: Some(v1::RecordedEntry {
            index: explanation.index,
            recorded_ms: explanation.recorded_ms,
            principal: explanation.principal.clone(),
            proof: explanation.proof.name().to_owned(),
            event: wire::id(explanation.event),
            kind: explanation.kind.to_owned(),
            kind_zh: explanation.kind_zh.to_owned(),
            effective: explanation.effective.yyyymmdd(),
            report: explanation.report,
            content: bytes::Bytes::new(),
        }),
        next_page_token: String::new(),
    }
}

fn said_field(said: &SaidField) -> v1::SaidField {
    let SaidField { depth, name, zh, value, id } = said;
    let (name, name_zh, value) = ((*name).to_owned(), (*zh).to_owned(), value.clone());
    v1::SaidField { depth: *depth, name, name_zh, value, id: wire::id(*id) }
}

fn figures(compared: &ComparedFigures) -> v1::ComparedFigures {
    let ComparedFigures { what: (zh, en), said, ours, unit } = *compared;
    let (what_zh, what_en, unit) = (zh.to_owned(), en.to_owned(), unit.to_owned());
    v1::ComparedFigures { what_zh, what_en, unit, said, ours }
}

fn fact(fact: &Fact) -> v1::Fact {
    v1::Fact { name: fact.name.to_owned(), zh: fact.zh.clone(), en: fact.en.clone() }
}

fn movement(state: &State, moved: &Moved) -> v1::Movement {
    let ([debit_before_fen, debit_after_fen], [credit_before_fen, credit_after_fen]) =
        (moved.debit_balance, moved.credit_balance);
    v1::Movement {
        debit: Some(wire::account(state, moved.debit)),
        credit: Some(wire::account(state, moved.credit)),
        fen: moved.fen,
        booked: moved.booked.yyyymmdd(),
        debit_before_fen,
        debit_after_fen,
        credit_before_fen,
        credit_after_fen,
    }
}

/// Who said an entry of an answer, when, and what kind of event it is: read back from the record, which is done after the
/// state was let go, as it may come from the disk.
pub(super) struct Saying {
    pub kind: String,
    pub principal: String,
    pub recorded_ms: i64,
    pub effective: u32,
}

/// What is on record of an entry that an answer shows.
pub(super) fn saying(engine: &Engine, index: u64) -> Result<Saying, QueryError> {
    let entry = engine.recorded(index)?.ok_or_else(|| beyond(engine, index))?;
    let (kind, effective) = (entry.event.kind.name().to_owned(), entry.event.effective.yyyymmdd());
    Ok(Saying { kind, principal: entry.principal, recorded_ms: entry.recorded_ms, effective })
}
