//! A lender pays back what was confirmed for days it was not owed.

use super::change::ClaimChange;
use crate::account::{AccountNo, Book, Class};
use crate::change::{Case, Change, Judged, NewFinding, OrgRef};
use crate::event::OverclaimReturned;
use crate::finding::FindingKind;
use crate::loan::fund_effect;
use crate::loan::portfolio::PortfolioRef;
use crate::loan::position::target;
use crate::loan::posting::{Channels, difference};
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::State;
use crate::state::lending_rows::Loan;

pub(crate) fn judge_overclaim_returned(case: &Case<'_>, event: &OverclaimReturned) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Ok(Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan)));
    }
    let mut change = Change::nothing();
    let unit = change.org(state, event.unit);
    let Some((handle, loan)) = state.loans.by_id(event.loan).filter(|(_, loan)| loan.known) else {
        receive(state, on, event, unit, None, &mut change, Some(FindingKind::UnknownSubject));
        return Ok(change);
    };
    let mut confirmed = loan.confirmed;
    let sum = &mut confirmed[event.what];
    let excess = event.fen > *sum;
    *sum -= event.fen.min(*sum);
    let after = target(state, loan, &loan.facts, loan.through, confirmed);
    let fund = PortfolioRef::of(state, loan.portfolio);
    change.postings = difference(state, on, Channels::new(loan.accounts, &fund), &loan.posted, &after.flows);
    fund_effect::bear(state, on, &fund, loan.id, &after.losses, &mut change);
    receive(state, on, event, unit, Some(loan), &mut change, excess.then_some(FindingKind::Overpaid));
    change.act = Some(ClaimChange::Return { loan: handle, confirmed, after });
    Ok(change)
}

/// The cash came in, whatever we make of it. It takes back what was remitted to the lender; what goes beyond that goes
/// to suspense.
fn receive(
    state: &State,
    on: Day,
    event: &OverclaimReturned,
    unit: OrgRef,
    loan: Option<&Loan>,
    change: &mut Change<ClaimChange>,
    found: Option<FindingKind>,
) {
    let treasury = State::account_at(unit.accounts, Class::Treasury);
    // The unit may be there from this entry on only, so the posting is made without asking its accounts.
    let received = |credit: AccountNo, giver, fen| {
        let booked = state.booked(on, Book::Cash, unit.handle, giver);
        Posting { debit: treasury, credit, fen, booked }
    };
    let mut rest = event.fen;
    if let Some(loan) = loan {
        let portfolio = state.portfolios.get(loan.portfolio);
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
}
