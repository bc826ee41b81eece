//! State student loans: whose interest is it, day by day.
//!
//! Read in this order: [`fact_list`] and [`counting`] (the facts, and which of them count), [`study`] (who pays a day), [`rates`]
//! (at what rate), [`stretch`] and [`walk`] (the sum over days), [`claimed`] (what claims come to), [`position`] (what should be on the accounts), then `facts`, [`amended`],
//! `contract` and [`accrual`] (how events change it), `together` (what one human borrows under several ids), `loss`, [`fund_days`]
//! and `fund_effect` (what that does to the compensation fund). Not here: terms, which are [`crate::event::loan_terms`], and claims, payments to
//! lenders and events about funds, which are in [`crate::lender`].

pub mod accrual;
pub mod amended;
pub(crate) mod change;
pub mod claimed;
pub(crate) mod contract;
pub mod counting;
pub mod fact_list;
pub(crate) mod facts;
pub(crate) mod findings;
pub mod fund_days;
pub(crate) mod fund_effect;
pub(crate) mod loss;
pub(crate) mod named_facts;
mod off_contract;
pub mod owed;
pub(crate) mod payers;
pub(crate) mod portfolio;
pub mod position;
pub(crate) mod posting;
pub mod rates;
pub mod restored;
pub(crate) mod returned;
pub(crate) mod rules;
pub mod stretch;
pub mod study;
pub(crate) mod together;
mod waived;
pub mod walk;

pub use portfolio::portfolio_id;

use crate::entry::Entry;
use crate::handle::Handle;
use crate::state::State;
use crate::state::lending_rows::Loan;
use change::LoanChange;

/// Makes the change; the loan whose fact or contract it tells, if it does.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: LoanChange) -> Option<Handle<Loan>> {
    match change {
        LoanChange::Terms(terms) => rules::adopt(state, entry, *terms),
        LoanChange::Rate(event) => rules::publish(state, entry, &event),
        LoanChange::Waiver(event) => rules::waive(state, entry, event),
        LoanChange::RuleGone { told_by } => rules::forget(state, entry.index, told_by),
        LoanChange::Unsign { loan, flows } => contract::unsign(state, entry.index, loan, flows),
        LoanChange::Sign { row, lender, person, losses } => {
            return Some(contract::sign(state, entry.index, *row, lender, person, losses));
        }
        LoanChange::Facts { loan, edit, through, after } => {
            return Some(facts::apply(state, entry, loan, edit, through, after));
        }
        LoanChange::Accrue { loan, through, after } => {
            let row = state.loans.get_mut(loan);
            let before = std::mem::replace(&mut row.posted, after.flows);
            (row.through, row.last) = (through, entry.index);
            fund_effect::note(state, entry.index, loan, &before, &[], after.losses);
        }
    }
    None
}
