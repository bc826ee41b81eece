//! A lender pays back what was granted for a line beyond what its days bear.

use super::change::ClaimChange;
use super::line::{posted, stand};
use crate::account::{AccountNo, Book, Class};
use crate::change::{Case, Change, Judged, NewFinding, OrgRef, Taken};
use crate::entry::Entry;
use crate::event::OverclaimReturned;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::loan::claimed::Lines;
use crate::loan::position::{Position, target};
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::State;
use crate::state::lending_rows::{ClaimLine, ClaimReturn, Loan, Portfolio};
use uuid::Uuid;

/// What is returned of a line beyond what was granted for it changes nothing more about the line, and is a finding.
pub(crate) fn judge_overclaim_returned(case: &Case<'_>, event: &OverclaimReturned) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Ok(Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan)));
    }
    let mut change = Change::nothing();
    let unit = change.org(state, event.unit);
    let line = find(state, event.claim, event.line, event.loan);
    let portfolio =
        line.map_or(Link::NONE, |line| state.claims.get(state.claim_lines.get(line).claim).portfolio.into());
    let returned = ClaimReturn {
        line: line.into(),
        unit: unit.handle,
        portfolio,
        fen: event.fen,
        covered: 0,
        on,
        index: case.entry.index,
    };
    let found = match line {
        None => Some(FindingKind::UnknownSubject),
        Some(line) => (event.fen > money(state, state.claim_lines.get(line))).then_some(FindingKind::Overpaid),
    };
    let covered = receive(state, on, event, unit, portfolio, &mut change, found);
    let (loan, after) = turned(state, on, line, event.fen, &mut change);
    change.act = Some(ClaimChange::Return { loan, row: Box::new(ClaimReturn { covered, ..returned }), after });
    Ok(change)
}

/// The line a report names, of the loan it names. A claim's lines are numbered without gaps from its latest back, and chained.
fn find(state: &State, claim: Uuid, number: u32, loan: Uuid) -> Option<Handle<ClaimLine>> {
    let (_, loan) = state.loans.by_id(loan)?;
    let claim = state.claims.find(claim)?;
    let mut lines = state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan);
    lines
        .find(|(_, line)| line.claim == claim && line.number == number && line.holds(state.claims.get(line.claim)))
        .map(|(line, _)| line)
}

fn money(state: &State, line: &ClaimLine) -> Fen {
    line.money(state.claims.get(line.claim))
}

/// How a line's loan stands once more of the line is given back, or below zero less.
fn turned(
    state: &State,
    on: Day,
    line: Option<Handle<ClaimLine>>,
    fen: Fen,
    change: &mut Change<ClaimChange>,
) -> (Link<Loan>, Option<Position>) {
    let Some(line) = line else { return (Link::NONE, None) };
    let row = state.claim_lines.get(line);
    let Some(loan) = row.loan.handle() else { return (Link::NONE, None) };
    let money = money(state, &ClaimLine { returned: row.returned.saturating_add(fen), ..row.clone() });
    let row = state.loans.get(loan);
    let lines = Lines::of(state, row).changed(line, |line| line.money = money);
    let after = target(state, row, &row.facts, row.through, &lines);
    posted(state, on, row, &after, change);
    (loan.into(), Some(after))
}

/// What came in is taken back: the line is granted again what it was, and the cash is out of where it was put.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    let Some(at) = state.claim_returns.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.claim_returns.get(at);
    taken.on(case, row.on)?;
    let mut change = Change::nothing();
    let treasury = State::account_at(state.orgs.get(row.unit).accounts, Class::Treasury);
    let mut back = |debit, giver, fen| {
        if fen > 0 {
            let booked = state.booked(on, Book::Cash, row.unit, giver);
            change.postings.push(Posting { debit, credit: treasury, fen, booked });
        }
    };
    if let Some(portfolio) = row.portfolio.handle().map(|portfolio| state.portfolios.get(portfolio)) {
        back(State::account_at(portfolio.accounts, Class::Remitted), portfolio.lender, row.covered);
    }
    back(State::account_at(state.orgs.get(row.unit).accounts, Class::Suspense), row.unit, row.fen - row.covered);
    let (loan, after) = turned(state, on, row.line.handle(), -row.fen, &mut change);
    change.act = Some(ClaimChange::Unreturn { row: at, loan, after });
    Ok(change)
}

pub(super) fn apply(
    state: &mut State,
    entry: &Entry<'_>,
    row: ClaimReturn,
    loan: Link<Loan>,
    after: Option<Position>,
) -> Handle<ClaimReturn> {
    give(state, entry.index, row.line, row.fen, loan, after);
    state.claim_returns.push(row)
}

/// What was found of it is closed with it.
pub(super) fn unreturn(
    state: &mut State,
    entry: &Entry<'_>,
    at: Handle<ClaimReturn>,
    loan: Link<Loan>,
    after: Option<Position>,
) {
    let ClaimReturn { line, fen, index, .. } = *state.claim_returns.get(at);
    let found: Vec<_> = state.findings_of(index).map(|(finding, _)| finding).collect();
    found.into_iter().for_each(|finding| state.findings.get_mut(finding).open = false);
    give(state, entry.index, line, -fen, loan, after);
}

fn give(state: &mut State, index: u64, line: Link<ClaimLine>, fen: Fen, loan: Link<Loan>, after: Option<Position>) {
    if let Some(line) = line.handle() {
        let row = state.claim_lines.get_mut(line);
        row.returned = row.returned.saturating_add(fen);
    }
    if let Some((loan, after)) = loan.handle().zip(after) {
        stand(state, index, loan, after);
    }
}

/// The cash came in, whatever we make of it. It takes back what was remitted to the lender; what goes beyond that goes
/// to suspense. How much it took back.
fn receive(
    state: &State,
    on: Day,
    event: &OverclaimReturned,
    unit: OrgRef,
    portfolio: Link<Portfolio>,
    change: &mut Change<ClaimChange>,
    found: Option<FindingKind>,
) -> Fen {
    let treasury = State::account_at(unit.accounts, Class::Treasury);
    // The unit may be there from this entry on only, so the posting is made without asking its accounts.
    let received = |credit: AccountNo, giver, fen| {
        let booked = state.booked(on, Book::Cash, unit.handle, giver);
        Posting { debit: treasury, credit, fen, booked }
    };
    let mut rest = event.fen;
    if let Some(portfolio) = portfolio.handle().map(|portfolio| state.portfolios.get(portfolio)) {
        let remitted = State::account_at(portfolio.accounts, Class::Remitted);
        let covered: Fen = rest.min(state.balance(remitted).max(0));
        if covered > 0 {
            change.postings.push(received(remitted, portfolio.lender, covered));
        }
        rest -= covered;
    }
    if rest > 0 {
        change.postings.push(received(State::account_at(unit.accounts, Class::Suspense), unit.handle, rest));
    }
    if let Some(kind) = found.or((rest > 0).then_some(FindingKind::RemittanceUnexpected)) {
        let unit = unit.handle;
        change.findings.push(NewFinding { fen: -rest, unit, ..NewFinding::about(kind, event.loan) });
    }
    event.fen - rest
}
