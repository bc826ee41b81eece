//! By how much there is too much of what a finding tells. A person closes it as it stands; what grows after that is found again.

use crate::account::Class;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::loan::findings;
use crate::money::{Fen, held};
use crate::state::State;
use crate::state::lending_rows::Portfolio;
use crate::state::rows::Finding;

/// Keeps how much it is now, when it is closed.
pub(super) fn note(state: &mut State, finding: Handle<Finding>) {
    let now = beyond(state, state.findings.get(finding));
    if let Some(case) = state.case_at(finding) {
        state.finding_cases.get_mut(case).beyond = now;
    }
}

/// Whether it is more than it ever was since somebody closed it.
pub(super) fn grows(state: &mut State, finding: Handle<Finding>) -> bool {
    let Some(case) = state.case_at(finding) else { return false };
    let (was, now) = (state.finding_cases.get(case).beyond, beyond(state, state.findings.get(finding)));
    if now < was {
        state.finding_cases.get_mut(case).beyond = now;
    }
    now > was
}

/// 0 of what has no amount.
fn beyond(state: &State, finding: &Finding) -> Fen {
    let (id, debt) = (finding.subject, || state.debts.by_id(finding.subject).map(|(_, debt)| debt.too_much()));
    let below = |account| -i128::from(state.balance(account).min(0));
    let of_fund = |of: fn(&State, &Portfolio) -> i128| state.portfolios.by_id(id).map(|(_, fund)| of(state, fund));
    let fen = match finding.kind {
        FindingKind::LineShort => state.lines.find(id).map(|line| below(state.line_account(line, Class::Short))),
        FindingKind::OverSurrendered => {
            state.orgs.find(id).map(|org| below(state.org_account(org, Class::DueToFinance)))
        }
        FindingKind::Shortfall => of_fund(|state, fund| balance(state, fund, Class::LossBorne)),
        FindingKind::RemittedShort => of_fund(|state, fund| {
            [Class::Advance, Class::Remitted].map(|class| -balance(state, fund, class).min(0)).iter().sum()
        }),
        FindingKind::CorrectedShort => Some(state.corrected_missing(finding).into()),
        FindingKind::OverRecovered => debt().map(|[recovered, _]| recovered),
        FindingKind::OverRefunded if debt().is_some() => debt().map(|[_, refunded]| refunded),
        kind => state.loans.by_id(id).map(|(_, loan)| findings::beyond(state, loan, kind, finding.fact.into())),
    };
    held(fen.unwrap_or(0))
}

fn balance(state: &State, fund: &Portfolio, class: Class) -> i128 {
    state.balance(State::account_at(fund.accounts, class)).into()
}
