//! What the treasury reports of payments to lenders. Never refused: what does not fit an order goes to suspense.

use super::change::RemittanceChange;
use super::{by_payer, move_sums, of_portfolio};
use crate::account::{AccountNo, Class};
use crate::authority::{Authority, End};
use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::{Purpose, RemittanceCleared, RemittanceReturned};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::lender::claim;
use crate::loan::fund_effect;
use crate::loan::portfolio::PortfolioRef;
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::lending_rows::Remittance;
use crate::state::stage::RemittanceStage;
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

/// The treasury paid. Money that left without an approved order of this sum goes to suspense.
pub(crate) fn judge_remittance_cleared(case: &Case<'_>, event: &RemittanceCleared) -> Judged<RemittanceChange> {
    let (state, on) = (case.state, case.on());
    let known = state.remittances.by_id(event.remittance);
    let expected = known.filter(|(_, row)| row.stage == RemittanceStage::Approved && row.fen == event.fen);
    let Some((remittance, row)) = expected else {
        return Ok(unexpected(state, on, event.remittance, event.fen, [Class::Suspense, Class::Treasury]));
    };
    let stage = RemittanceStage::Cleared;
    let act = RemittanceChange::Report { remittance, stage, surrendered: false };
    let lines = row.draws.iter().map(|draw| {
        let (spent, applied) =
            (state.line_account(draw.line, Class::Spent), state.line_account(draw.line, Class::Applied));
        state.posting(on, spent, applied, draw.fen)
    });
    let rest = paths(state, row).into_iter().map(|[to, from]| state.posting(on, to, from, row.fen));
    let postings = lines.chain(rest).collect();
    let mut change = Change { postings, ..Change::of(act) };
    share(state, on, row, row.fen, &mut change);
    Ok(change)
}

/// Compensation paid or come back is in the stock from its day on.
fn share(state: &State, on: Day, row: &Remittance, fen: Fen, change: &mut Change<RemittanceChange>) {
    if matches!(row.purpose, Purpose::Compensation(_)) {
        let fund = PortfolioRef::of(state, row.portfolio);
        fund_effect::share(state, on, &fund, |days| days.moving(on, fen), change);
    }
}

/// Between which accounts, besides the lines, clearing moves the whole sum: cash, then what it settles.
fn paths(state: &State, row: &Remittance) -> Vec<[AccountNo; 2]> {
    let portfolio = state.portfolios.get(row.portfolio);
    let of = |class| of_portfolio(portfolio, class);
    let mut paths = vec![[of(Class::Remitted), state.org_account(row.unit, Class::Treasury)]];
    match row.purpose {
        Purpose::Claim(id) => {
            if let Some((_, claim)) = state.claims.by_id(id) {
                let account = |class| claim::account(claim, class);
                paths.push([account(Class::ClaimSettled), account(Class::ClaimOwed)]);
            }
        }
        Purpose::Advance(_) => paths.push([of(Class::Advance), of(Class::AdvanceGranted)]),
        Purpose::Compensation(_) => {
            paths.push([of(Class::CompensationSettled), of(Class::CompensationOwed)]);
            paths.push([of(Class::Stock), of(Class::PaidIn)]);
        }
    }
    paths
}

/// A payment came back. Before it was cleared its lines have their money again; afterwards clearing is turned round.
pub(crate) fn judge_remittance_returned(case: &Case<'_>, event: &RemittanceReturned) -> Judged<RemittanceChange> {
    let (state, on) = (case.state, case.on());
    let found = state.remittances.by_id(event.remittance).filter(|(_, row)| row.fen == event.fen);
    let postings = found.and_then(|(_, row)| match row.stage {
        RemittanceStage::Ordered | RemittanceStage::Approved => Some(released(state, on, row)),
        RemittanceStage::Cleared => taken_back(state, on, row),
        RemittanceStage::Returned | RemittanceStage::Cancelled => None,
    });
    let (Some((remittance, row)), Some(postings)) = (found, postings) else {
        return Ok(unexpected(state, on, event.remittance, event.fen, [Class::Treasury, Class::Suspense]));
    };
    let surrendered = row.stage == RemittanceStage::Cleared && on.year() != row.fiscal_year;
    let act = RemittanceChange::Report { remittance, stage: RemittanceStage::Returned, surrendered };
    let mut change = Change { postings, ..Change::of(act) };
    if row.stage == RemittanceStage::Cleared {
        share(state, on, row, -row.fen, &mut change);
    }
    Ok(change)
}

pub(super) fn released(state: &State, on: Day, row: &Remittance) -> Vec<Posting> {
    let mut authority = Authority::of(state, on);
    row.draws.iter().for_each(|draw| authority.give(draw.line, Class::Applied, draw.fen));
    authority.postings
}

/// `None` if what was paid has been used since: the advance by a claim, the stock by losses, the cash by returns.
fn taken_back(state: &State, on: Day, row: &Remittance) -> Option<Vec<Posting>> {
    let paths = paths(state, row);
    if paths.iter().any(|[to, _]| state.balance(*to) < row.fen) {
        return None;
    }
    let back = paths.into_iter().map(|[to, from]| state.posting(on, from, to, row.fen));
    let mut authority = Authority::of(state, on);
    for draw in &row.draws {
        let spent = state.line_account(draw.line, Class::Spent);
        // A return of a later year is due to finance, as with payments to students.
        if on.year() == row.fiscal_year {
            authority.give(draw.line, Class::Spent, draw.fen);
        } else {
            let due = End::Account(state.org_account(row.unit, Class::DueToFinance));
            authority.shift(due, End::Account(spent), draw.fen);
        }
    }
    Some(back.chain(authority.postings).collect())
}

/// The cash moved, so it is booked; nothing else is known to have happened.
fn unexpected(state: &State, on: Day, subject: Uuid, fen: Fen, [to, from]: [Class; 2]) -> Change<RemittanceChange> {
    let unit = state.remittances.by_id(subject).map_or(UNKNOWN_ORG, |(_, row)| row.unit);
    let kind = FindingKind::RemittanceUnexpected;
    let held = if to == Class::Suspense { fen.max(0) } else { -fen.max(0) };
    let mut change = Change::only(NewFinding { fen: held, unit, ..NewFinding::about(kind, subject) });
    if fen > 0 {
        let (debit, credit) = (state.org_account(unit, to), state.org_account(unit, from));
        change.postings.push(state.posting(on, debit, credit, fen));
    }
    change
}

pub(super) fn apply(
    state: &mut State,
    entry: &Entry<'_>,
    remittance: Handle<Remittance>,
    stage: RemittanceStage,
    surrendered: bool,
) {
    let row = state.remittances.get_mut(remittance);
    let before = std::mem::replace(&mut row.stage, stage);
    (row.on, row.last) = (entry.event.effective, entry.index);
    let (purpose, portfolio, draws, fen) = (row.purpose, row.portfolio, row.draws.clone(), row.fen);
    let moves = match (before, stage) {
        (_, RemittanceStage::Cleared) => [-1, 1],
        (RemittanceStage::Cleared, _) => [0, -1],
        _ => [-1, 0],
    };
    let sums = by_payer(state, &draws);
    move_sums(state, entry.index, purpose, portfolio, &sums, moves);
    state.portfolios.get_mut(portfolio).last = entry.index;
    if matches!(purpose, Purpose::Compensation(_)) && moves[1] != 0 {
        fund_effect::move_stock(state, entry.index, portfolio, entry.event.effective, fen * moves[1]);
    }
    for draw in draws {
        let line = state.lines.get_mut(draw.line);
        line.last = entry.index;
        if surrendered {
            line.surrendered += draw.fen;
        }
    }
}
