//! Steps of a claim taken back while nothing rests on them, and lines whenever: what was granted for one and is owed or paid
//! already is overclaimed at it, as its days are anybody's again.

use super::change::{ClaimChange, GoneLine, Left};
use super::line::{add, posted, stand, take_out};
use super::{account, payers, placed, settle};
use crate::account::Class;
use crate::change::{Case, Change, Judged, Taken};
use crate::entry::Entry;
use crate::loan::claimed::Lines;
use crate::loan::position::{Position, target};
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::claim_rows::{Gone, Verdict};
use crate::state::lending_rows::ClaimLine;
use crate::state::stage::Stage;

/// A claim is given up while no line of it is confirmed: those are taken back first.
pub(crate) fn judge_submission(case: &Case<'_>, taken: Taken) -> Judged<ClaimChange> {
    let state = case.state;
    let Some(claim) = state.claims.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.claims.get(claim);
    taken.on(case, row.effective)?;
    if row.set.stage != Stage::Open || row.confirmed_count > 0 {
        return Err(Refusal::of(Code::InUse, row.id));
    }
    Ok(Change::of(ClaimChange::Unsubmit(claim)))
}

/// A claim takes lines again, and nobody owes anything for it.
pub(crate) fn judge_seal(case: &Case<'_>, taken: Taken) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    let Some(claim) = state.claims.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.claims.get(claim);
    row.set.judge_back(case, taken, row.id, Stage::Sealed)?;
    let mut change = Change::of(ClaimChange::Unseal(claim));
    if row.owed() > 0 {
        let (owed, granted) = (account(row, Class::ClaimOwed), account(row, Class::ClaimGranted));
        change.postings.push(state.posting(on, granted, owed, row.owed()));
    }
    Ok(change)
}

/// A line stands for no days any more. It stays in its set, which was told with it.
pub(crate) fn judge_line(case: &Case<'_>, taken: Taken) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    let Some(line) = state.claim_lines.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.claim_lines.get(line);
    taken.on(case, row.on)?;
    let mut change = Change::nothing();
    let owed = state.claims.get(row.claim).set.stage == Stage::Approved;
    let confirms = row.verdict.confirms();
    let left = if confirms && !owed { Some(without(case, row, &mut change)?) } else { None };
    let loan = row.loan.handle().filter(|_| confirms).map(|loan| state.loans.get(loan));
    let after = loan.map(|loan| {
        let lines = Lines::of(state, loan).changed(line, |line| {
            line.stands = false;
            line.money = if owed { line.money } else { 0 };
        });
        let after: Position = target(state, loan, &loan.facts, loan.through, &lines);
        posted(state, on, loan, &after, &mut change);
        after
    });
    change.act = Some(ClaimChange::Unline(Box::new(GoneLine { line, left, after })));
    Ok(change)
}

/// What a claim that nobody approved owes without a line.
fn without(case: &Case<'_>, line: &ClaimLine, change: &mut Change<ClaimChange>) -> Result<Left, Refusal> {
    let (state, on) = (case.state, case.on());
    let row = state.claims.get(line.claim);
    let mut left = row.clone();
    add(&mut left, &line.added, -1);
    if row.set.stage != Stage::Sealed {
        return Ok(Left { payers: Vec::new() });
    }
    if line.granted > 0 {
        let (owed, granted) = (account(row, Class::ClaimOwed), account(row, Class::ClaimGranted));
        change.postings.push(state.posting(on, granted, owed, line.granted));
    }
    Ok(Left { payers: payers(state, row, &placed(state, &left)?) })
}

pub(super) fn apply(state: &mut State, entry: &Entry<'_>, change: ClaimChange) {
    match change {
        ClaimChange::Unsubmit(claim) => {
            let row = state.claims.get_mut(claim);
            (row.set.stage, row.last) = (Stage::Cancelled, entry.index);
        }
        ClaimChange::Unseal(claim) => {
            let row = state.claims.get_mut(claim);
            row.set.step_back(Stage::Open);
            row.payers.clear();
            row.last = entry.index;
        }
        ClaimChange::Unapprove { settled, payers } => settle::unapprove(state, entry, &settled, payers),
        ClaimChange::Unline(gone) => unline(state, entry, *gone),
        // The others are told, not taken back.
        _ => {}
    }
}

fn unline(state: &mut State, entry: &Entry<'_>, gone: GoneLine) {
    let GoneLine { line, left, after } = gone;
    let row = state.claim_lines.get_mut(line);
    let confirms = row.verdict.confirms();
    (row.verdict, row.withdrawn) = (Verdict::Withdrawn, entry.index);
    let (at, loan) = (row.claim, row.loan);
    if confirms {
        let gone = Gone { lines: 1, confirmed: row.our_fen, set_off: row.set_off, added: row.added.clone() };
        let claim = state.claims.get_mut(at);
        match left {
            Some(Left { payers }) => {
                (row.granted, row.set_off) = (0, 0);
                row.added.clear();
                take_out(claim, &gone);
                claim.payers = payers;
            }
            // What is owed by then is owed until the approval is taken back too.
            None => claim.gone.and(gone),
        }
    }
    state.claims.get_mut(at).last = entry.index;
    if let Some((loan, after)) = loan.handle().zip(after) {
        stand(state, entry.index, loan, after);
    }
}
