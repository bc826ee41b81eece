//! What is on record by index: events, refusals, findings.

use super::QueryError;
use super::asked::Asked;
use super::explain::saying;
use super::page::{Pager, paged};
use crate::wire;
use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::outcome::Code;
use ledger::state::State;
use ledger::state::case_rows::CaseNote;
use ledger::state::entry_rows::Refused;
use ledger::state::rows::Finding;
use proto::v1;
use std::collections::BTreeMap;

paged!(ListFindingsRequest);
paged!(ListRefusalsRequest);

/// Findings by number.
///
/// # Errors
/// The token is wrong.
pub fn findings(asked: &Asked, request: &v1::ListFindingsRequest) -> Result<v1::ListFindingsResponse, QueryError> {
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let kind = maybe_kind(&request.kind)?;
    let entries = request.from_index..if request.before_index == 0 { u64::MAX } else { request.before_index };
    let wanted = |finding: &Finding| {
        let asked_for = entries.contains(&finding.index) && kind.is_none_or(|kind| finding.kind == kind);
        asked_for && (!request.open_only || finding.stands())
    };
    let (numbers, next_page_token) = pager.handles_from(&state.findings, request.from_number, wanted);
    let mut findings: Vec<_> = numbers.iter().map(|number| with_notes(&state, *number)).collect();
    let (as_of, suspense_fen) = (state.entries, suspense(&state));
    let facts: Vec<u64> = numbers.into_iter().map(|number| state.findings.get(number).fact.into()).collect();
    drop(state);
    for (finding, fact) in findings.iter_mut().zip(facts) {
        let said = saying(&asked.engine, fact)?;
        (finding.event_kind, finding.principal, finding.recorded_ms) = (said.kind, said.principal, said.recorded_ms);
    }
    Ok(v1::ListFindingsResponse { as_of, basis: asked.basis(), findings, next_page_token, suspense_fen })
}

/// A finding, and what people said of it.
fn with_notes(state: &State, number: Handle<Finding>) -> v1::Finding {
    let case = state.case_of(number);
    let age = state.latest.number() - state.findings.get(number).on.number();
    v1::Finding {
        explained: case.and_then(|case| case.explained.as_ref()).map(noted),
        closed: case.and_then(|case| case.closed.as_ref()).map(noted),
        age_days: u32::try_from(age).unwrap_or_default(),
        ..wire::finding(state, number)
    }
}

fn noted(note: &CaseNote) -> v1::FindingNote {
    v1::FindingNote {
        principal: note.by.clone(),
        reason: note.reason.clone(),
        document: note.document.clone(),
        day: note.on.yyyymmdd(),
        index: note.entry.into(),
    }
}

/// The kind of finding that goes by a name, Chinese or English; none if none is asked for.
fn maybe_kind(name: &str) -> Result<Option<FindingKind>, QueryError> {
    if name.is_empty() {
        return Ok(None);
    }
    let named = FindingKind::named(name);
    // Names alone: a message travels in a header, for which callers have some kilobytes.
    let known = || FindingKind::all().into_iter().map(FindingKind::name).collect::<Vec<_>>();
    let unknown =
        || QueryError::field("kind", format!("no kind of finding is called {name}; they are {}", known().join(", ")));
    named.map(Some).ok_or_else(unknown)
}

/// All that stands in suspense. What one thing holds there in both directions is the difference: a credit told anew with less, and what is
/// left of the one before as more was recovered of it.
fn suspense(state: &State) -> i64 {
    let mut held: BTreeMap<_, i64> = BTreeMap::new();
    for (_, finding) in state.findings.iter().filter(|(_, finding)| finding.open && finding.fen != 0) {
        let of_it = held.entry((finding.unit, finding.subject)).or_default();
        *of_it = of_it.saturating_add(finding.fen);
    }
    held.values().fold(0, |sum: i64, fen| sum.saturating_add(fen.saturating_abs()))
}

/// Refusals by index.
///
/// # Errors
/// A filter or the token is wrong.
pub fn refusals(asked: &Asked, request: &v1::ListRefusalsRequest) -> Result<v1::ListRefusalsResponse, QueryError> {
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let wanted = |row: &Refused| {
        (request.code.is_empty() || row.refusal.code.name() == request.code)
            && (!request.pending || is_pending(&state, row))
    };
    let (rows, next_page_token) = pager.handles(&state.refused, wanted);
    let mut refusals: Vec<_> = rows.into_iter().map(|at| refused(&state, at)).collect();
    let as_of = state.entries;
    drop(state);
    for row in &mut refusals {
        let said = saying(&asked.engine, row.index)?;
        (row.kind, row.principal) = (said.kind, said.principal);
        (row.recorded_ms, row.effective) = (said.recorded_ms, said.effective);
    }
    Ok(v1::ListRefusalsResponse { as_of, basis: asked.basis(), refusals, next_page_token })
}

/// Whether it waits for signatures: nothing came of its event since.
fn is_pending(state: &State, row: &Refused) -> bool {
    let waits = matches!(row.refusal.code, Code::SignaturesMissing | Code::UnderObjection);
    let latest = || state.seen.find(wire::event_id(state, row.index)).map(u64::from);
    waits && latest() == Some(row.index)
}

fn refused(state: &State, at: Handle<Refused>) -> v1::RefusedEvent {
    let row = state.refused.get(at);
    let event = wire::event_id(state, row.index);
    let refusal = Some(v1::Refusal::from(&row.refusal));
    v1::RefusedEvent { index: row.index, event: wire::id(event), refusal, ..v1::RefusedEvent::default() }
}
