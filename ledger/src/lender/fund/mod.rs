//! Risk compensation 风险补偿金: what is owed for a risk year's net drawings, by whom, and what becomes of it.
//!
//! Read in this order: `compensation` (owed, paid in, stated), `loss` (recovered), `reward` (the surplus, and what aid
//! centres may spend it on). Not here: how interest runs, and what a loan's own facts do to the stock, which is in `loan`.

pub(crate) mod change;
pub(crate) mod compensation;
pub(crate) mod loss;
pub(crate) mod reward;

pub use compensation::parts;
pub use reward::surplus;

use crate::entry::Entry;
use crate::event::Payer;
use crate::handle::Handle;
use crate::loan;
use crate::loan::portfolio::open_portfolio;
use crate::money::Fen;
use crate::state::State;
use crate::state::lending_rows::Loan;
use change::FundChange;

/// Adds to a payer's sum, which is where the payer was first named. Below zero takes away.
pub(super) fn add(sums: &mut Vec<(Payer, Fen)>, payer: Payer, fen: Fen) {
    match sums.iter_mut().find(|(other, _)| *other == payer) {
        Some((_, sum)) => *sum = sum.saturating_add(fen),
        None => sums.push((payer, fen)),
    }
}

/// Makes the change; the loan whose fact it tells, if it does.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: FundChange) -> Option<Handle<Loan>> {
    let index = entry.index;
    match change {
        FundChange::Accrue { row, parts } => compensation::accrue(state, index, row, parts),
        FundChange::Receive { lender, kind, year, payer, fen } => {
            let portfolio = open_portfolio(state, lender, kind, index);
            let paid = compensation::open_paid(state, index, portfolio, year);
            let row = state.risk_paid.get_mut(paid);
            add(&mut row.paid, payer, fen);
            row.last = index;
        }
        FundChange::State { lender, kind, stated } => {
            let portfolio = open_portfolio(state, lender, kind, index);
            let row = state.portfolios.get_mut(portfolio);
            // Statements may arrive in any order; the latest day's is the one to look at.
            if row.stated.is_none_or(|(day, _, _)| day <= stated.0) {
                row.stated = Some(stated);
            }
            row.last = index;
        }
        FundChange::Recover { loan, fen, borne } => {
            let row = state.loans.get_mut(loan);
            // Its interest is as it was, so a figure computed before is not stale and a late fact may still be its cause.
            row.recovered = row.recovered.saturating_add(fen);
            row.borne -= borne;
        }
        FundChange::Relieve { loan, reward, fen } => {
            let loan = loan::apply(state, entry, loan);
            reward::spend(state, index, reward, reward::RELIEF, fen);
            return loan;
        }
        FundChange::Reward { portfolio, year, rewards } => reward::grant(state, entry, portfolio, year, &rewards),
        FundChange::Spend { reward, purpose, fen } => reward::spend(state, index, reward, &purpose, fen),
    }
    None
}
