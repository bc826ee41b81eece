//! What is changed once a budget entry is admitted. Cannot fail.

use super::{BudgetChange, NewPart, is_free};
use crate::entry::Entry;
use crate::event::LineIssued;
use crate::handle::{Handle, Link};
use crate::state::State;
use crate::state::budget_rows::{BudgetMove, MovedPart};
use crate::state::entry_rows::Seen;
use crate::state::rows::{Line, Org, Programme};
use smallvec::{SmallVec, smallvec};
use std::collections::BTreeSet;

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: BudgetChange) -> Handle<BudgetMove> {
    let parts = match change {
        BudgetChange::Issue { event, unit, programme, line } => {
            smallvec![issue(state, entry, *event, unit, programme, line)]
        }
        BudgetChange::PassDown { document, parts } => {
            parts.into_iter().map(|new| pass_down(state, entry, &document, new)).collect()
        }
        BudgetChange::Move(part) => smallvec![part],
        BudgetChange::Back(at) => {
            take_back(state, entry.index, at);
            return at;
        }
    };
    let parts: SmallVec<[MovedPart; 1]> = parts;
    parts.iter().for_each(|part| count(state, entry.index, part, true));
    state.budget_moves.push(BudgetMove { id: entry.event.id, on: entry.event.effective, parts })
}

/// What the rows say of a part: that it stands, or that it does no more.
fn count(state: &mut State, index: u64, part: &MovedPart, stands: bool) {
    let fen = if stands { part.fen } else { -part.fen };
    let row = state.lines.get_mut(part.line);
    row.received += fen;
    row.moves = if stands { row.moves + 1 } else { row.moves - 1 };
    row.last = index;
    if let Some(from) = part.from.handle() {
        let row = state.lines.get_mut(from);
        row.passed_down += fen;
        row.last = index;
    }
}

fn issue(
    state: &mut State,
    entry: &Entry<'_>,
    event: LineIssued,
    unit: Handle<Org>,
    programme: Handle<Programme>,
    line: Option<Handle<Line>>,
) -> MovedPart {
    let new = Line {
        document: event.document,
        parent_document: event.parent_document,
        unit,
        fiscal_year: event.fiscal_year,
        programme,
        source: event.source,
        item: event.item,
        project: event.project,
        direct: event.direct,
        advance: event.advance,
        id: event.line,
        parent: Link::NONE,
        received: 0,
        passed_down: 0,
        surrendered: 0,
        accounts: Handle::new(0),
        children: Vec::new(),
        applications: Vec::new(),
        told: Seen::place(entry).into(),
        moves: 0,
        named: false,
        effective: entry.event.effective,
        last: entry.index,
    };
    MovedPart { line: place(state, new, line), from: Link::NONE, fen: event.fen, begins: true }
}

/// The new line inherits year, programme, source, classes and the direct-funds mark, which may not change on the way.
fn pass_down(state: &mut State, entry: &Entry<'_>, document: &str, new: NewPart) -> MovedPart {
    let NewPart { from, unit, line, part } = new;
    let above = state.lines.get(from);
    let child = Line {
        id: part.to,
        document: document.to_owned(),
        parent_document: above.document.clone(),
        unit,
        parent: from.into(),
        received: 0,
        passed_down: 0,
        surrendered: 0,
        children: Vec::new(),
        applications: Vec::new(),
        told: Seen::place(entry).into(),
        moves: 0,
        named: false,
        effective: entry.event.effective,
        // What it has of the line above, which may have thousands of lines below it, is not copied.
        item: above.item.clone(),
        project: above.project.clone(),
        ..*above
    };
    let listed = line.is_some_and(|line| state.lines.get(from).children.contains(&line));
    let line = place(state, child, line);
    if !listed {
        state.lines.get_mut(from).children.push(line);
    }
    MovedPart { line, from: from.into(), fen: part.fen, begins: true }
}

/// A new line, or one that was taken back as it is told now; what happened to it meanwhile stays.
fn place(state: &mut State, new: Line, line: Option<Handle<Line>>) -> Handle<Line> {
    let Some(line) = line else {
        let accounts = state.open_accounts(state.lines.next());
        return state.lines.push(Line { accounts, ..new });
    };
    if let Some(before) = state.lines.get(line).parent.handle().filter(|before| new.parent.handle() != Some(*before)) {
        state.lines.get_mut(before).children.retain(|child| *child != line);
    }
    let row = state.lines.get_mut(line);
    let Line { received, passed_down, surrendered, accounts, moves, named, .. } = *row;
    let (children, applications) = (std::mem::take(&mut row.children), std::mem::take(&mut row.applications));
    *row = Line { received, passed_down, surrendered, accounts, moves, named, children, applications, ..new };
    line
}

/// All that an entry moved is counted no more. A line below that nothing relies on is none of its parent's any more.
fn take_back(state: &mut State, index: u64, at: Handle<BudgetMove>) {
    let parts = std::mem::take(&mut state.budget_moves.get_mut(at).parts);
    let (mut ended, mut above) = (BTreeSet::new(), BTreeSet::new());
    for part in parts {
        count(state, index, &part, false);
        if !part.begins {
            continue;
        }
        state.lines.get_mut(part.line).told = Link::NONE;
        if let Some(from) = part.from.handle().filter(|_| is_free(state, part.line)) {
            ended.insert(part.line);
            above.insert(from);
        }
    }
    for line in above {
        state.lines.get_mut(line).children.retain(|child| !ended.contains(child));
    }
}
