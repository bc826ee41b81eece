//! What units are owed back 应追回 and owe back 应退还: a row for each decision, and what came of it. It names no person.

use super::QueryError;
use super::asked::Asked;
use super::page::{Pager, paged};
use crate::wire;
use ledger::account::Class;
use ledger::handle::Handle;
use ledger::money::{Fen, held};
use ledger::state::State;
use ledger::state::debt_rows::{Debt, DebtSide, DebtWord};
use proto::v1;

paged!(ListDebtsRequest);

/// What is owed back, in the order of first mention.
///
/// # Errors
/// The token is wrong.
pub fn debts(asked: &Asked, request: &v1::ListDebtsRequest) -> Result<v1::ListDebtsResponse, QueryError> {
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let shown = |debt: &Debt| if request.open_only { stands(debt) } else { is_there(debt) };
    let (debts, next_page_token) = pager.handles_from(&state.debts, 0, shown);
    let debts = debts.into_iter().map(|debt| row(&state, debt)).collect();
    let all = |class| state.orgs.iter().map(|(org, _)| state.balance(state.org_account(org, class))).sum::<Fen>();
    Ok(v1::ListDebtsResponse {
        as_of: state.entries,
        debts,
        next_page_token,
        receivable_fen: all(Class::Receivable),
        refundable_fen: all(Class::Refundable),
        basis: asked.basis(),
    })
}

/// Whether it is owed, or anything of it stands: not once all of it was taken back, or what came in of nobody's debt was paid out again,
/// nor of an edition of a decision whose facts count for the one that stands.
fn is_there(debt: &Debt) -> bool {
    debt.is_due() || stands(debt)
}

/// Whether anything of it stands on an account.
fn stands(debt: &Debt) -> bool {
    !debt.stands().is_empty()
}

fn row(state: &State, at: Handle<Debt>) -> v1::Debt {
    let debt = state.debts.get(at);
    let first = debt.facts.first();
    let decided = debt.owed != DebtSide::Nobody;
    let (unit, unit_name) = wire::org(state, first.filter(|_| !decided).map_or(debt.unit, |fact| fact.unit));
    let party = state.orgs.find(debt.party).filter(|_| !debt.party.is_nil());
    let (party, party_name) = party.map(|org| wire::org(state, org)).unwrap_or_default();
    let day = first.filter(|_| !decided).map_or(debt.on, |fact| fact.on);
    v1::Debt {
        debt: wire::id(debt.id),
        side: side(debt.owed).to_owned(),
        unit,
        unit_name,
        payout: state.payment_owed(debt).map(|payout| wire::id(state.payouts.get(payout).id)).unwrap_or_default(),
        party,
        party_name,
        fen: if debt.is_due() { debt.fen } else { 0 },
        received_fen: held(debt.told(DebtWord::Received)),
        paid_fen: held(debt.told(DebtWord::Paid)),
        waived_fen: held(debt.told(DebtWord::Waived)),
        open_fen: debt.open(),
        beside_fen: held(debt.beside().values().sum()),
        day: day.yyyymmdd(),
        age_days: u32::try_from(state.latest.number() - day.number()).unwrap_or_default(),
        last: debt.last,
    }
}

fn side(side: DebtSide) -> &'static str {
    match side {
        DebtSide::ToUnit => "receivable",
        DebtSide::ByUnit => "refundable",
        DebtSide::Nobody => "undecided",
    }
}
