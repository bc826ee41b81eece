//! Corrections of payments 支付更正: what an application takes from one document line it takes from another. What is applied for, spent,
//! came back or was recovered of its payments is of the other line then, as if that had been told from the start; no cash moves.
//! Told before a return or after it, and taken back at any time, it ends the same.

use crate::account::Class;
use crate::aid::debt_change;
use crate::aid::payment_facts::{self, Revision};
use crate::aid::payment_line::{PARTS_MAX, find, name_line};
use crate::aid::payment_order::Order;
use crate::aid::swaps::{Swapped, in_order, left_over};
use crate::aid::voucher::{self, Place, Vouchers};
use crate::authority::Authority;
use crate::change::{Case, Change, Judged, Taken, Touched, Wanted};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::DrawsCorrected;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::correction_rows::{Corrected, Correction, Piece};
use crate::state::rows::{Application, Line, Payout};
use crate::state::stage::{Progress, Stage};

/// Corrections of one application, each of which may walk all its payments.
const CORRECTIONS_MAX: usize = 32;

/// An application as corrected from an entry on.
pub(crate) struct CorrectionChange {
    application: Handle<Application>,
    swapped: Swapped,
    vouchers: Option<Vouchers>,
    results: Vec<Revision>,
}

pub(crate) fn judge_draws_corrected(case: &Case<'_>, event: &DrawsCorrected) -> Judged<CorrectionChange> {
    let state = case.state;
    let (application, row) = find(state, event.application)?;
    row.set.judge_not_cancelled(event.application)?;
    if row.set.stage < Stage::Sealed {
        return Err(Refusal::of(Code::SetNotReady, event.application));
    }
    if case.on().year() != row.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.application, i64::from(row.fiscal_year)));
    }
    if case.on() < row.effective {
        return Err(Refusal::with(Code::WrongDay, event.application, i64::from(row.effective.yyyymmdd())));
    }
    let (from, to) = (state.need_line(event.from)?, state.need_line(event.to)?);
    judge_lines(state, row, from, to)?;
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.application));
    }
    let before = state.corrected_of(application);
    let mut told = before.map(|row| row.told.clone()).unwrap_or_default();
    if told.len() >= CORRECTIONS_MAX {
        return Err(Refusal::of(Code::TooMany, event.application));
    }
    let entry = Handle::new(u32::try_from(case.entry.index).unwrap_or(u32::MAX));
    let (fen, on, document) = (event.fen, case.on(), event.document.clone());
    told.push(Correction { entry, from, to, fen, moved: 0, on, document });
    let swapped = Swapped::of(state, application, told);
    let missing = left_over(Some(&swapped.corrected)).saturating_sub(left_over(before));
    if missing > 0 {
        return Err(Refusal::with(Code::ExceedsDrawn, event.from, event.fen - missing));
    }
    if swapped.parts.len() > PARTS_MAX {
        return Err(Refusal::of(Code::TooMany, event.application));
    }
    let (change, moved) = changed(case, application, swapped);
    // What came back of it already comes back to this line.
    let taken = -moved.on(state.line_account(to, Class::Available));
    Authority::of(state, case.on()).judge_available(to, taken.max(0))?;
    Ok(change)
}

/// Only lines that could have paid it from the start.
fn judge_lines(state: &State, row: &Application, from: Handle<Line>, to: Handle<Line>) -> Result<(), Refusal> {
    let (before, after) = (state.lines.get(from), state.lines.get(to));
    if from == to || after.told.is_none() {
        return Err(Refusal::of(Code::UnknownLine, after.id));
    }
    if after.unit != row.unit {
        return Err(Refusal::of(Code::WrongUnit, after.id));
    }
    if after.fiscal_year != row.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, after.id, i64::from(row.fiscal_year)));
    }
    if after.programme != before.programme {
        return Err(Refusal::of(Code::WrongProgramme, after.id));
    }
    Ok(())
}

/// A correction is taken back on its day, whatever was recorded since: what the other line has not got any more it lacks.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<CorrectionChange> {
    let state = case.state;
    let Some(at) = state.corrected.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.corrected.get(at);
    let Some(place) = row.told.iter().position(|told| told.entry == taken.entry) else { return Ok(Change::nothing()) };
    taken.on(case, row.told[place].on)?;
    let Some(application) = state.known_application(row.id) else { return Ok(Change::nothing()) };
    let mut told = row.told.clone();
    told.remove(place);
    Ok(changed(case, application, Swapped::of(state, application, told)).0)
}

/// What is to change if an application is so corrected, and what of money it moves.
fn changed(case: &Case<'_>, application: Handle<Application>, swapped: Swapped) -> (Change<CorrectionChange>, Holding) {
    let state = case.state;
    let row = state.applications.get(application);
    let mut change = Change::nothing();
    let mut moved = applied(state, row, &swapped);
    let place = Place::of(state, application);
    let there = Place { swapped: Some(&swapped), ..place };
    let vouchers = voucher::place_changed(state, &row.vouchers, place, there).map(|revised| {
        moved.add(revised.moved);
        change.findings.extend(revised.findings);
        revised.vouchers
    });
    let mut results = Vec::new();
    for payout in in_order(state, application) {
        let now = state.pieces_as(payout, Some(&swapped.corrected));
        if now == state.pieces_of(payout) {
            continue;
        }
        let came_back = payout.results.is_some() || payout.progress == Progress::Returned;
        if came_back || debt_change::is_recovered(state, payout.id) {
            let revised = redrawn(state, payout, now);
            moved.add(revised.moved);
            change.findings.extend(revised.findings);
            change.touched.extend(revised.touched);
            results.push(revised.revision);
        }
    }
    change.touched.push(Touched::Application(row.id));
    change.postings = moved.postings(state, case.on());
    change.act = Some(CorrectionChange { application, swapped, vouchers, results });
    (change, moved)
}

/// What an application holds of its lines from its sealing on.
fn applied(state: &State, row: &Application, swapped: &Swapped) -> Holding {
    let (mut before, mut after) = (Holding::default(), Holding::default());
    if row.set.stage == Stage::Cancelled {
        return after;
    }
    for (held, parts) in [(&mut before, &row.parts), (&mut after, &swapped.parts)] {
        for part in parts {
            let of_line = |class| state.line_account(part.line, class);
            held.moves(of_line(Class::Applied), of_line(Class::Available), part.fen);
        }
    }
    after.without(before)
}

/// What came back of a payment, or was recovered of it, came back to the lines that paid it.
fn redrawn(state: &State, payout: &Payout, now: Vec<Piece>) -> payment_facts::Revised {
    let at = state.payouts.find(payout.id).unwrap_or(Handle::new(0));
    let before = Order::of(state, at);
    let after = Order { pieces: Some(now), ..before.clone() };
    let facts = state.told_of(payout);
    payment_facts::revise(state, payout.id, (Some(&before), &facts), (Some(&after), facts.clone()))
}

/// What corrections say beyond what their line had, as another correction that brought it there was taken back, or one of an earlier day took it.
pub(crate) fn wanted(state: &State, application: Handle<Application>) -> Vec<Wanted> {
    if state.applications.get(application).set.stage == Stage::Cancelled {
        return Vec::new();
    }
    let told = state.corrected_of(application).into_iter().flat_map(|row| &row.told);
    let short = told.filter(|told| told.missing() > 0);
    short.map(|told| (FindingKind::CorrectedShort, Some((u64::from(told.entry), told.on)))).collect()
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: CorrectionChange) -> Handle<Corrected> {
    let CorrectionChange { application, swapped, vouchers, results } = change;
    let Swapped { corrected, parts } = swapped;
    for line in corrected.told.iter().flat_map(|told| [told.from, told.to]) {
        name_line(state, entry.index, line);
        let row = state.lines.get_mut(line);
        // The trace finds a line's payments through the applications it names.
        if !row.applications.contains(&application) {
            row.applications.push(application);
            row.last = entry.index;
        }
    }
    let row = state.applications.get_mut(application);
    (row.parts, row.last) = (parts, entry.index);
    let at = match state.corrected.find(corrected.id) {
        Some(at) => {
            *state.corrected.get_mut(at) = corrected;
            at
        }
        None => state.corrected.push(corrected),
    };
    if let Some(vouchers) = vouchers {
        voucher::apply_group(state, entry.index, vouchers);
    }
    for revision in results {
        payment_facts::apply(state, entry, revision);
    }
    at
}
