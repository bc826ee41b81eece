//! Document lines and how they were executed.

use super::wire::{self, id, some};
use super::{QueryError, found, need_id};
use ledger::state::State;
use proto::v1;
use replay::drive::Engine;
use replay::projections::execution::execution;
use replay::projections::lookups;

/// Execution of a document line and of the lines passed down from it.
///
/// # Errors
/// There is no such line.
pub fn line(engine: &Engine, request: &v1::GetLineRequest) -> Result<v1::GetLineResponse, QueryError> {
    let state = engine.read();
    let wanted = need_id("line", &request.line)?;
    let handle = found("document line", wanted, state.lines.find(wanted))?;
    let children = state.lines.get(handle).children.iter().map(|child| of_handle(&state, *child));
    let (line, children) = (Some(of_handle(&state, handle)), children.collect());
    Ok(v1::GetLineResponse { as_of: state.entries, line, children })
}

/// A line as answers show it.
pub(super) fn of_handle(state: &State, handle: u32) -> v1::Line {
    let line = state.lines.get(handle);
    let executed = execution(state, handle);
    let (unit, unit_name) = wire::org(state, line.unit);
    v1::Line {
        line: id(line.id),
        document: line.document.clone(),
        parent_document: line.parent_document.clone(),
        parent: some(line.parent).map_or_else(Default::default, |parent| id(state.lines.get(parent).id)),
        unit,
        unit_name,
        fiscal_year: line.fiscal_year.into(),
        programme: lookups::programme_code(state, line.programme).to_owned(),
        source: v1::Source::from(line.source).into(),
        item: line.item.clone(),
        project: line.project.clone(),
        direct: line.direct,
        advance: line.advance,
        received_fen: executed.received_fen,
        available_fen: executed.available_fen,
        applied_fen: executed.applied_fen,
        spent_fen: executed.spent_fen,
        passed_down_fen: executed.passed_down_fen,
        to_finance_fen: executed.to_finance_fen,
        last: line.last,
        level: v1::Level::from(state.orgs.get(line.unit).level).into(),
    }
}
