//! Document lines and how they were executed, now or at a point in time.

use super::asked::Asked;
use super::counted::Counted;
use super::{QueryError, found, need_id};
use crate::wire;
use crate::wire::id;
use ledger::account::Class;
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::rows::Line;
use proto::v1;
use replay::answers::execution::{Execution, Posted, execution};
use replay::answers::labels;

/// Accounts of a line.
const CLASSES: [Class; 5] = [Class::Available, Class::Applied, Class::Spent, Class::Short, Class::Withheld];

/// Execution of a document line and of the lines passed down from it.
///
/// # Errors
/// There is no such line.
pub fn line(asked: &Asked, request: &v1::GetLineRequest) -> Result<v1::GetLineResponse, QueryError> {
    let wanted = need_id("line", &request.line)?;
    let Some(booked) = asked.booked() else {
        let state = asked.state()?;
        let handle = found("document line", wanted, state.lines.find(wanted))?;
        let children = state.lines.get(handle).children.iter().map(|child| of_handle(&state, *child));
        let (line, children) = (Some(of_handle(&state, handle)), children.collect());
        return Ok(v1::GetLineResponse { as_of: state.entries, line, children, basis: asked.basis() });
    };
    let (handle, below, counted) = {
        let state = asked.engine.read();
        let handle = found("document line", wanted, state.lines.find(wanted))?;
        (handle, state.lines.get(handle).children.clone(), Counted::of(booked, &state))
    };
    // A line begins with a posting; one without any that counts was not known.
    let line = posted(asked, &counted, handle)?;
    let line = line.ok_or(QueryError::NotFound { kind: "document line known at that time", id: wanted })?;
    let children = below.into_iter().filter_map(|child| posted(asked, &counted, child).transpose());
    let children: Vec<Posted> = children.collect::<Result<_, _>>()?;
    let state = asked.engine.read();
    let shown = |posted: &Posted| shown(&state, &posted.executed, posted.last.unwrap_or_default());
    let (line, children) = (Some(shown(&line)), children.iter().map(shown).collect());
    Ok(v1::GetLineResponse { as_of: counted.entries, line, children, basis: None })
}

/// What was posted to a line at a point in time; none if nothing was.
fn posted(asked: &Asked, counted: &Counted, line: Handle<Line>) -> Result<Option<Posted>, QueryError> {
    let mut posted = Posted::none(line);
    for class in CLASSES {
        let account = asked.engine.read().line_account(line, class);
        counted.each(&asked.engine, account, &mut |state, row| posted.add(state, class, row))?;
    }
    Ok(Some(posted).filter(|posted| posted.last.is_some()))
}

/// A line as answers show it.
pub(super) fn of_handle(state: &State, handle: Handle<Line>) -> v1::Line {
    shown(state, &execution(state, handle), state.lines.get(handle).last)
}

fn shown(state: &State, executed: &Execution, last: u64) -> v1::Line {
    let line = state.lines.get(executed.line);
    let (unit, unit_name) = wire::org(state, line.unit);
    v1::Line {
        line: id(line.id),
        document: line.document.clone(),
        parent_document: line.parent_document.clone(),
        parent: line.parent.handle().map_or_else(Default::default, |parent| id(state.lines.get(parent).id)),
        unit,
        unit_name,
        fiscal_year: line.fiscal_year.into(),
        programme: labels::programme_code(state, line.programme).to_owned(),
        source: v1::Source::from(line.source).into(),
        item: line.item.clone(),
        project: line.project.clone(),
        direct: line.direct,
        advance: line.advance,
        received_fen: executed.received_fen.held(),
        available_fen: executed.available_fen.held(),
        applied_fen: executed.applied_fen.held(),
        spent_fen: executed.spent_fen.held(),
        passed_down_fen: executed.passed_down_fen.held(),
        to_finance_fen: executed.to_finance_fen.held(),
        short_fen: executed.short_fen.held(),
        withheld_fen: executed.withheld_fen.held(),
        last,
        level: v1::Level::from(state.orgs.get(line.unit).level).into(),
    }
}
