//! Budget document lines 指标: issued, passed down, recalled, adjusted, and each of these taken back. A line has one parent, so every
//! fen keeps one origin. What payments take from lines is in `payment` and `results`.

use crate::account::{Book, Class, Owner};
use crate::authority::{Authority, End};
use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::event::{LineAdjusted, LineIssued, LinePassedDown, LineRecalled, PassedPart, Source};
use crate::handle::{Handle, Link};
use crate::money::Fen;
use crate::outcome::{Code, Refusal};
use crate::registry::org::is_below;
use crate::state::State;
use crate::state::budget_rows::{BudgetMove, MovedPart};
use crate::state::rows::{Line, Org, Programme};
use std::collections::BTreeSet;

mod applied;
pub(crate) use applied::apply;

/// Parts one document may pass down: every county of the largest province, and well under the limit on postings.
pub(crate) const PARTS_MAX: usize = 400;

pub(crate) enum BudgetChange {
    Issue {
        event: Box<LineIssued>,
        unit: Handle<Org>,
        programme: Handle<Programme>,
        line: Option<Handle<Line>>,
    },
    PassDown {
        document: String,
        parts: Vec<NewPart>,
    },
    /// A line that is there has more or less of the line above it, or of outside.
    Move(MovedPart),
    /// All that an entry moved goes back.
    Back(Handle<BudgetMove>),
}

/// A part about to be passed down, to a line that is new or was taken back.
pub(crate) struct NewPart {
    from: Handle<Line>,
    unit: Handle<Org>,
    line: Option<Handle<Line>>,
    part: PassedPart,
}

/// What payments and lines below rely on: it stays as it is once anything does.
#[derive(PartialEq, Eq)]
struct Head {
    unit: Handle<Org>,
    fiscal_year: u16,
    programme: Handle<Programme>,
    source: Source,
    parent: Link<Line>,
}

impl Head {
    fn of(row: &Line) -> Self {
        let Line { unit, fiscal_year, programme, source, parent, .. } = *row;
        Self { unit, fiscal_year, programme, source, parent }
    }
}

pub(crate) fn judge_line_issued(case: &Case<'_>, event: &LineIssued) -> Judged<BudgetChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.line));
    }
    let line = state.lines.find(event.line);
    if line.is_some_and(|line| state.lines.get(line).told.is_some()) {
        return Err(Refusal::of(Code::Exists, event.line));
    }
    let unit = state.need_org(event.unit)?;
    let adopted = |at: &Handle<Programme>| !state.programmes.get(*at).versions.is_empty();
    let programme =
        state.programme(&event.programme).filter(adopted).ok_or(Refusal::of(Code::UnknownProgramme, event.line))?;
    // An advance document comes the year before; a formal one in its year.
    let year = on.year() + u16::from(event.advance);
    if year != event.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.line, i64::from(year)));
    }
    let (source, parent) = (event.source, Link::NONE);
    judge_again(state, line, &Head { unit, fiscal_year: year, programme, source, parent })?;
    let issued = state.org_account(unit, Class::Issued);
    let mut authority = Authority::of(state, on);
    match line {
        Some(line) => authority.shift(End::Line(line), End::Account(issued), event.fen),
        None => {
            let booked = state.booked(on, Book::Indicator, unit, unit);
            authority.open(state.accounts.next(), issued, event.fen, booked);
        }
    }
    let act = BudgetChange::Issue { event: Box::new(event.clone()), unit, programme, line };
    // Taken back before, it may have left something standing on it.
    let touched = line.map(|_| Touched::Line(event.line)).into_iter().collect();
    Ok(Change { postings: authority.postings, touched, ..Change::of(act) })
}

/// A line that was taken back may be told again, as something else only while nothing relies on what it was.
fn judge_again(state: &State, line: Option<Handle<Line>>, head: &Head) -> Result<(), Refusal> {
    let Some(line) = line else { return Ok(()) };
    let row = state.lines.get(line);
    if is_free(state, line) || Head::of(row) == *head { Ok(()) } else { Err(Refusal::of(Code::Exists, row.id)) }
}

/// Whether nothing was ever taken from it, and nothing stands on it now.
fn is_free(state: &State, line: Handle<Line>) -> bool {
    let row = state.lines.get(line);
    let used = |class| state.accounts.get(state.line_account(line, class)).last > 0;
    row.moves == 0 && !row.named && row.children.is_empty() && ![Class::Applied, Class::Spent].into_iter().any(used)
}

pub(crate) fn judge_line_passed_down(case: &Case<'_>, event: &LinePassedDown) -> Judged<BudgetChange> {
    let (state, on) = (case.state, case.on());
    if event.parts.is_empty() {
        return Err(Refusal::plain(Code::BadShape));
    }
    if event.parts.len() > PARTS_MAX {
        return Err(Refusal::plain(Code::TooMany));
    }
    let (mut made, mut opened) = (BTreeSet::new(), 0);
    let mut authority = Authority::of(state, on);
    let mut parts = Vec::with_capacity(event.parts.len());
    for part in &event.parts {
        let new = judge_part(&authority, part)?;
        if !made.insert(part.to) {
            return Err(Refusal::of(Code::Exists, part.to));
        }
        match new.line {
            Some(line) => authority.shift(End::Line(line), End::Line(new.from), part.fen),
            None => {
                // The accounts of the new lines are opened one line after the other, in this order.
                let available = state.accounts.next().plus(opened * Owner::Line.accounts());
                let booked = state.booked(on, Book::Indicator, state.lines.get(new.from).unit, new.unit);
                authority.open(available, state.line_account(new.from, Class::Available), part.fen, booked);
                opened += 1;
            }
        }
        parts.push(new);
    }
    let touched = parts.iter().filter(|new| new.line.is_some()).map(|new| Touched::Line(new.part.to)).collect();
    let act = BudgetChange::PassDown { document: event.document.clone(), parts };
    Ok(Change { postings: authority.postings, touched, ..Change::of(act) })
}

fn judge_part(authority: &Authority<'_>, part: &PassedPart) -> Result<NewPart, Refusal> {
    let state = authority.state;
    if part.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, part.to));
    }
    let from = state.need_line(part.from)?;
    let above = state.lines.get(from);
    if above.told.is_none() {
        return Err(Refusal::of(Code::UnknownLine, part.from));
    }
    let unit = state.need_org(part.unit)?;
    if !is_below(state, unit, above.unit) {
        return Err(Refusal::of(Code::NotBelow, part.unit));
    }
    let line = state.lines.find(part.to);
    if line.is_some_and(|line| state.lines.get(line).told.is_some()) {
        return Err(Refusal::of(Code::Exists, part.to));
    }
    judge_again(state, line, &Head { unit, parent: from.into(), ..Head::of(above) })?;
    authority.judge_given(from, line, part.fen)?;
    Ok(NewPart { from, unit, line, part: part.clone() })
}

pub(crate) fn judge_line_recalled(case: &Case<'_>, event: &LineRecalled) -> Judged<BudgetChange> {
    let state = case.state;
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.line));
    }
    let line = state.need_line(event.line)?;
    let from = state.lines.get(line).parent;
    if from.is_none() {
        return Err(Refusal::of(Code::NotPassedDown, event.line));
    }
    judge_moved(case, MovedPart { line, from, fen: -event.fen, begins: false })
}

pub(crate) fn judge_line_adjusted(case: &Case<'_>, event: &LineAdjusted) -> Judged<BudgetChange> {
    let state = case.state;
    let line = state.need_line(event.line)?;
    let row = state.lines.get(line);
    // Beyond what an amount can say nothing adds up any more.
    if event.fen == 0 || event.fen == Fen::MIN || row.received.checked_add(event.fen).is_none() {
        return Err(Refusal::of(Code::BadAmount, event.line));
    }
    if row.told.is_none() {
        return Err(Refusal::of(Code::UnknownLine, event.line));
    }
    judge_moved(case, MovedPart { line, from: row.parent, fen: event.fen, begins: false })
}

fn judge_moved(case: &Case<'_>, part: MovedPart) -> Judged<BudgetChange> {
    let mut authority = Authority::of(case.state, case.on());
    match part.from.handle() {
        Some(from) if part.fen > 0 => authority.judge_given(from, Some(part.line), part.fen)?,
        _ if part.fen < 0 => authority.judge_available(part.line, -part.fen)?,
        _ => {}
    }
    shift(&mut authority, &part, part.fen);
    Ok(Change { postings: authority.postings, ..Change::of(BudgetChange::Move(part)) })
}

/// Onto the line of a part, or if below zero away from it.
fn shift(authority: &mut Authority<'_>, part: &MovedPart, fen: Fen) {
    let state = authority.state;
    let outside = || End::Account(state.org_account(state.lines.get(part.line).unit, Class::Issued));
    let (line, above) = (End::Line(part.line), part.from.handle().map_or_else(outside, End::Line));
    if fen > 0 { authority.shift(line, above, fen) } else { authority.shift(above, line, -fen) }
}

/// What an entry moved goes back whoever used it meanwhile: what a line has not got any more it lacks.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<BudgetChange> {
    let state = case.state;
    let Some(at) = state.budget_moves.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.budget_moves.get(at);
    taken.on(case, row.on)?;
    let mut authority = Authority::of(state, case.on());
    row.parts.iter().for_each(|part| shift(&mut authority, part, -part.fen));
    let touched = row.parts.iter().map(|part| Touched::Line(state.lines.get(part.line).id)).collect();
    Ok(Change { postings: authority.postings, touched, ..Change::of(BudgetChange::Back(at)) })
}
