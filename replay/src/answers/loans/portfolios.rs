//! What belongs to what: a lender's portfolios, the accounts of an owner, the claim a payment is for. Nothing is summed here.

use ledger::account::{Class, Owner};
use ledger::event::{LoanKind, Purpose};
use ledger::handle::Handle;
use ledger::loan::portfolio_id;
use ledger::state::State;
use ledger::state::lending_rows::{Claim, Portfolio, Remittance};
use ledger::state::rows::Org;

/// Portfolios of a lender and kind; without one of them, of all.
#[must_use]
pub fn portfolios(state: &State, lender: Option<Handle<Org>>, kind: Option<LoanKind>) -> Vec<Handle<Portfolio>> {
    let wanted =
        |row: &Portfolio| lender.is_none_or(|lender| row.lender == lender) && kind.is_none_or(|kind| row.kind == kind);
    state.portfolios.iter().filter(|(_, row)| wanted(row)).map(|(handle, _)| handle).collect()
}

/// The portfolio of a lender and kind.
#[must_use]
pub fn portfolio(state: &State, lender: Handle<Org>, kind: LoanKind) -> Option<Handle<Portfolio>> {
    state.portfolios.find(portfolio_id(state.orgs.get(lender).id, kind))
}

/// The classes of accounts an owner of a kind has, in their order.
pub fn classes(kind: Owner) -> impl Iterator<Item = Class> {
    Class::ALL.iter().copied().filter(move |class| class.owner() == kind)
}

/// The claim a payment to a lender settles, if it is for one.
#[must_use]
pub fn claim_of(state: &State, remittance: &Remittance) -> Option<Handle<Claim>> {
    match remittance.purpose {
        Purpose::Claim(claim) => state.claims.find(claim),
        Purpose::Advance(_) | Purpose::Compensation(_) => None,
    }
}
