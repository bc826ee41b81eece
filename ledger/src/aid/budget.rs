//! Budget document lines 指标: issued, passed down, recalled. A line has one parent, so every fen keeps one origin.
//! What payments take from lines is in `payment` and `results`.

use crate::account::{Book, Class, Owner};
use crate::change::{Case, Change, Judged};
use crate::entry::Entry;
use crate::event::{LineIssued, LinePassedDown, LineRecalled, PassedPart};
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Posting, Refusal};
use crate::registry::org::is_below;
use crate::state::State;
use crate::state::rows::{Line, Org, Programme};
use std::collections::{BTreeMap, BTreeSet};

/// Parts one document may pass down: every county of the largest province, and well under the limit on postings.
pub(crate) const PARTS_MAX: usize = 400;

pub(crate) enum BudgetChange {
    Issue { event: Box<LineIssued>, unit: Handle<Org>, programme: Handle<Programme> },
    PassDown { document: String, parts: Vec<(Handle<Line>, Handle<Org>, PassedPart)> },
    Recall { line: Handle<Line>, parent: Handle<Line>, fen: Fen },
}

pub(crate) fn judge_line_issued(case: &Case<'_>, event: &LineIssued) -> Judged<BudgetChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.line));
    }
    if state.lines.find(event.line).is_some() {
        return Err(Refusal::of(Code::Exists, event.line));
    }
    let unit = state.need_org(event.unit)?;
    let programme = state.programme(&event.programme).ok_or(Refusal::of(Code::UnknownProgramme, event.line))?;
    // An advance document comes the year before; a formal one in its year.
    let year = on.year() + u16::from(event.advance);
    if year != event.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.line, i64::from(year)));
    }
    let mut change = Change::of(BudgetChange::Issue { event: Box::new(event.clone()), unit, programme });
    change.postings.push(Posting {
        debit: state.accounts.next(),
        credit: state.org_account(unit, Class::Issued),
        fen: event.fen,
        booked: state.booked(on, Book::Indicator, unit, unit),
    });
    Ok(change)
}

pub(crate) fn judge_line_passed_down(case: &Case<'_>, event: &LinePassedDown) -> Judged<BudgetChange> {
    let (state, on) = (case.state, case.on());
    if event.parts.is_empty() {
        return Err(Refusal::plain(Code::BadShape));
    }
    if event.parts.len() > PARTS_MAX {
        return Err(Refusal::plain(Code::TooMany));
    }
    let mut taken: BTreeMap<Handle<Line>, Fen> = BTreeMap::new();
    let mut made = BTreeSet::new();
    let mut parts = Vec::with_capacity(event.parts.len());
    let mut postings = Vec::with_capacity(event.parts.len());
    for part in &event.parts {
        let (from, unit) = judge_part(state, &mut taken, part)?;
        if !made.insert(part.to) || state.lines.find(part.to).is_some() {
            return Err(Refusal::of(Code::Exists, part.to));
        }
        let before = u32::try_from(postings.len()).unwrap_or(u32::MAX);
        postings.push(Posting {
            // The accounts of the new lines are opened one line after the other, in this order.
            debit: state.accounts.next().plus(before * Owner::Line.accounts()),
            credit: state.line_account(from, Class::Available),
            fen: part.fen,
            booked: state.booked(on, Book::Indicator, state.lines.get(from).unit, unit),
        });
        parts.push((from, unit, part.clone()));
    }
    let act = Some(BudgetChange::PassDown { document: event.document.clone(), parts });
    Ok(Change { postings, act, ..Change::nothing() })
}

fn judge_part(
    state: &State,
    taken: &mut BTreeMap<Handle<Line>, Fen>,
    part: &PassedPart,
) -> Result<(Handle<Line>, Handle<Org>), Refusal> {
    if part.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, part.to));
    }
    let from = state.need_line(part.from)?;
    let unit = state.need_org(part.unit)?;
    if !is_below(state, unit, state.lines.get(from).unit) {
        return Err(Refusal::of(Code::NotBelow, part.unit));
    }
    let sum = taken.entry(from).or_default();
    *sum = sum.checked_add(part.fen).ok_or(Refusal::of(Code::BadAmount, part.to))?;
    let short = *sum - state.balance(state.line_account(from, Class::Available));
    if short > 0 {
        return Err(Refusal::with(Code::Overdrawn, part.from, short));
    }
    Ok((from, unit))
}

pub(crate) fn judge_line_recalled(case: &Case<'_>, event: &LineRecalled) -> Judged<BudgetChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.line));
    }
    let line = state.need_line(event.line)?;
    let parent = state.lines.get(line).parent.handle().ok_or(Refusal::of(Code::NotPassedDown, event.line))?;
    let from = state.line_account(line, Class::Available);
    let short = event.fen - state.balance(from);
    if short > 0 {
        return Err(Refusal::with(Code::Overdrawn, event.line, short));
    }
    let mut change = Change::of(BudgetChange::Recall { line, parent, fen: event.fen });
    change.postings.push(state.posting(on, state.line_account(parent, Class::Available), from, event.fen));
    Ok(change)
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: BudgetChange) {
    let (index, on) = (entry.index, entry.event.effective);
    match change {
        BudgetChange::Issue { event, unit, programme } => {
            let accounts = state.open_accounts(state.lines.next());
            state.lines.push(Line {
                id: event.line,
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
                parent: Link::NONE,
                received: event.fen,
                passed_down: 0,
                surrendered: 0,
                accounts,
                children: Vec::new(),
                applications: Vec::new(),
                effective: on,
                last: index,
            });
        }
        BudgetChange::PassDown { document, parts } => {
            for (from, unit, part) in parts {
                pass_down(state, index, on, &document, from, unit, &part);
            }
        }
        BudgetChange::Recall { line, parent, fen } => {
            let row = state.lines.get_mut(line);
            row.received -= fen;
            row.last = index;
            let row = state.lines.get_mut(parent);
            row.passed_down -= fen;
            row.last = index;
        }
    }
}

/// The new line inherits year, programme, source, classes and the direct-funds mark, which may not change on the way.
fn pass_down(
    state: &mut State,
    index: u64,
    on: Day,
    document: &str,
    from: Handle<Line>,
    unit: Handle<Org>,
    part: &PassedPart,
) {
    let child = state.lines.next();
    let accounts = state.open_accounts(child);
    let parent = state.lines.get_mut(from);
    parent.passed_down += part.fen;
    parent.last = index;
    parent.children.push(child);
    let line = Line {
        id: part.to,
        document: document.to_owned(),
        parent_document: parent.document.clone(),
        unit,
        parent: from.into(),
        received: part.fen,
        passed_down: 0,
        surrendered: 0,
        accounts,
        children: Vec::new(),
        applications: Vec::new(),
        effective: on,
        ..parent.clone()
    };
    state.lines.push(line);
}
