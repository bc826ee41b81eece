//! A lender pays back what was confirmed for days it was not owed.

use super::ClaimChange;
use crate::account::Class;
use crate::event::OverclaimReturned;
use crate::fold::{Act, Change, NewFinding};
use crate::loan::contract::PortfolioRef;
use crate::loan::position::{place, target};
use crate::money::{Day, Fen};
use crate::state::flows::{Channels, difference};
use crate::state::lending_rows::Loan;
use crate::state::rows::FindingKind;
use crate::state::table::NONE;
use crate::state::{State, UNKNOWN_ORG};

pub(crate) fn judge(state: &State, on: Day, event: &OverclaimReturned) -> Change {
    if event.fen <= 0 {
        return Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan));
    }
    let mut change = Change::of(Act::Nothing);
    let unit = state.known_org(event.unit).unwrap_or_else(|| {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, event.unit));
        UNKNOWN_ORG
    });
    let Some((handle, loan)) = state.loans.by_id(event.loan).filter(|(_, loan)| loan.known) else {
        receive(state, on, event, unit, None, &mut change, Some(FindingKind::UnknownSubject));
        return change;
    };
    let mut confirmed = loan.confirmed;
    let sum = &mut confirmed[place(event.what)];
    let excess = event.fen > *sum;
    *sum -= event.fen.min(*sum);
    let flows = target(state, loan, &loan.facts, loan.through, confirmed);
    let portfolio = state.portfolios.get(loan.portfolio);
    let channels = Channels { loan: loan.accounts, portfolio: portfolio.accounts, lender: portfolio.lender };
    change.postings = difference(state, on, channels, &loan.posted, &flows);
    let (fund, both) = (PortfolioRef::of(portfolio), [&loan.posted, &flows]);
    crate::lender::fund::bear(state, on, &fund, loan, &loan.facts, both, &mut change);
    receive(state, on, event, unit, Some(loan), &mut change, excess.then_some(FindingKind::Overpaid));
    change.act = Act::Claim(ClaimChange::Return { loan: handle, confirmed, flows });
    change
}

/// The cash came in, whatever we make of it. It takes back what was remitted to the lender; what goes beyond that stands
/// in suspense.
fn receive(
    state: &State,
    on: Day,
    event: &OverclaimReturned,
    unit: u32,
    loan: Option<&Loan>,
    change: &mut Change,
    found: Option<FindingKind>,
) {
    let treasury = state.org_account(unit, Class::Treasury);
    let mut rest = event.fen;
    if let Some(loan) = loan {
        let remitted = State::account_at(state.portfolios.get(loan.portfolio).accounts, Class::Remitted);
        let covered: Fen = rest.min(state.balance(remitted).max(0));
        if covered > 0 {
            change.postings.push(state.posting(on, treasury, remitted, covered));
        }
        rest -= covered;
    }
    if rest > 0 {
        let suspense = state.org_account(unit, Class::Suspense);
        change.postings.push(state.posting(on, treasury, suspense, rest));
    }
    if let Some(kind) = found.or((rest > 0).then_some(FindingKind::RemittanceUnexpected)) {
        change.findings.push(NewFinding { kind, subject: event.loan, fen: rest, payout: NONE, unit });
    }
}
