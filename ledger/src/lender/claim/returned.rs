//! A lender pays back what was confirmed for days it was not owed.

use super::change::ClaimChange;
use crate::account::Class;
use crate::change::{Case, Change, Judged, NewFinding};
use crate::event::OverclaimReturned;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::loan::fund_effect;
use crate::loan::portfolio::PortfolioRef;
use crate::loan::position::target;
use crate::loan::posting::{Channels, difference};
use crate::money::{Day, Fen};
use crate::state::lending_rows::Loan;
use crate::state::rows::Org;
use crate::state::{State, UNKNOWN_ORG};

pub(crate) fn judge_overclaim_returned(case: &Case<'_>, event: &OverclaimReturned) -> Judged<ClaimChange> {
    let (state, on) = (case.state, case.on());
    if event.fen <= 0 {
        return Ok(Change::only(NewFinding::about(FindingKind::AmountDiffers, event.loan)));
    }
    let mut change = Change::nothing();
    let unit = state.known_org(event.unit).unwrap_or_else(|| {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, event.unit));
        UNKNOWN_ORG
    });
    let Some((handle, loan)) = state.loans.by_id(event.loan).filter(|(_, loan)| loan.known) else {
        receive(state, on, event, unit, None, &mut change, Some(FindingKind::UnknownSubject));
        return Ok(change);
    };
    let mut confirmed = loan.confirmed;
    let sum = &mut confirmed[event.what];
    let excess = event.fen > *sum;
    *sum -= event.fen.min(*sum);
    let flows = target(state, loan, &loan.facts, loan.through, confirmed);
    let fund = PortfolioRef::of(state, loan.portfolio);
    change.postings = difference(state, on, Channels::new(loan.accounts, &fund), &loan.posted, &flows);
    fund_effect::bear(state, on, &fund, loan, &loan.facts, [&loan.posted, &flows], &mut change);
    receive(state, on, event, unit, Some(loan), &mut change, excess.then_some(FindingKind::Overpaid));
    change.act = Some(ClaimChange::Return { loan: handle, confirmed, flows });
    Ok(change)
}

/// The cash came in, whatever we make of it. It takes back what was remitted to the lender; what goes beyond that goes
/// to suspense.
fn receive(
    state: &State,
    on: Day,
    event: &OverclaimReturned,
    unit: Handle<Org>,
    loan: Option<&Loan>,
    change: &mut Change<ClaimChange>,
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
        change.findings.push(NewFinding { kind, subject: event.loan, fen: rest, payout: Link::NONE, unit });
    }
}
