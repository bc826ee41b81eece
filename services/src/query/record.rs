//! What is on record by index: events, refusals, findings.

use super::QueryError;
use super::asked::Asked;
use super::explain::saying;
use super::page::Cursor;
use crate::wire;
use ledger::state::State;
use proto::v1;

/// Findings by number.
///
/// # Errors
/// The token is wrong.
pub fn findings(asked: &Asked, request: &v1::ListFindingsRequest) -> Result<v1::ListFindingsResponse, QueryError> {
    let state = asked.state()?;
    let scope = format!("findings/{}/{}", request.open_only, request.kind);
    let pager = asked.pager(&scope, request.page_size, &request.page_token, state.entries)?;
    let first = pager.after_key().map_or(0, |key| u32::try_from(key.saturating_add(1)).unwrap_or(u32::MAX));
    let wanted = |number: &u32| {
        let finding = state.findings.get(*number);
        (!request.open_only || finding.open) && (request.kind.is_empty() || finding.kind.name() == request.kind)
    };
    let mut numbers: Vec<u32> = (first..state.findings.next()).filter(wanted).take(pager.rows + 1).collect();
    let cursor = |number: &u32| Cursor { key: (*number).into(), carry: 0 };
    let next_page_token = pager.cut(&mut numbers, state.entries, cursor);
    let mut findings: Vec<_> = numbers.into_iter().map(|number| wire::finding(&state, number)).collect();
    let (as_of, suspense_fen) = (state.entries, suspense(&state));
    drop(state);
    for finding in &mut findings {
        let said = saying(&asked.engine, finding.index)?;
        (finding.event_kind, finding.principal, finding.recorded_ms) = (said.kind, said.principal, said.recorded_ms);
    }
    Ok(v1::ListFindingsResponse { as_of, basis: asked.basis(), findings, next_page_token, suspense_fen })
}

/// All that stands in suspense: credits that nothing expected.
fn suspense(state: &State) -> i64 {
    let open = state.findings.iter().filter(|(_, finding)| finding.open);
    open.fold(0, |sum: i64, (_, finding)| sum.saturating_add(finding.fen))
}

/// Refusals by index.
///
/// # Errors
/// A filter or the token is wrong.
pub fn refusals(asked: &Asked, request: &v1::ListRefusalsRequest) -> Result<v1::ListRefusalsResponse, QueryError> {
    let state = asked.state()?;
    let scope = format!("refusals/{}", request.code);
    let pager = asked.pager(&scope, request.page_size, &request.page_token, state.entries)?;
    let first = pager.after_key().map_or(0, |key| u32::try_from(key.saturating_add(1)).unwrap_or(u32::MAX));
    let wanted = |at: &u32| request.code.is_empty() || state.refused.get(*at).refusal.code.name() == request.code;
    let mut rows: Vec<u32> = (first..state.refused.next()).filter(wanted).take(pager.rows + 1).collect();
    let next_page_token = pager.cut(&mut rows, state.entries, |at| Cursor { key: (*at).into(), carry: 0 });
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

fn refused(state: &State, at: u32) -> v1::RefusedEvent {
    let row = state.refused.get(at);
    let event = u32::try_from(row.index).map(|index| state.seen.get(index).id).unwrap_or_default();
    let refusal = Some(v1::Refusal::from(&row.refusal));
    v1::RefusedEvent { index: row.index, event: wire::id(event), refusal, ..v1::RefusedEvent::default() }
}
