//! Risk compensation 风险补偿金: what is owed for a risk year's net drawings, by whom, and what becomes of it.
//!
//! Read in this order: `compensation` (owed, paid in), `beyond` (paid in beyond that), `statement` (what the lender says its account holds), `reward` (the surplus,
//! and what aid centres may spend it on). Not here: how interest runs, and how losses fall on the stock, which is in `loan`.

pub(crate) mod beyond;
pub(crate) mod change;
pub(crate) mod compensation;
pub(crate) mod reward;
pub(crate) mod reward_back;
pub(crate) mod statement;

pub use crate::loan::fund_days::stock_on;
pub use compensation::parts;
pub use reward::surplus;

use crate::entry::Entry;
use crate::event::Payer;
use crate::handle::Handle;
use crate::loan;
use crate::loan::portfolio::open_portfolio;
use crate::money::Fen;
use crate::state::State;
use crate::state::fund_rows::{Computed, Spent, Stated};
use crate::state::lending_rows::Receipt;
use change::FundChange;

/// Adds to a payer's sum, which is where the payer was first named. Below zero takes away.
pub(super) fn add(sums: &mut Vec<(Payer, Fen)>, payer: Payer, fen: Fen) {
    match sums.iter_mut().find(|(other, _)| *other == payer) {
        Some((_, sum)) => *sum = sum.saturating_add(fen),
        None => sums.push((payer, fen)),
    }
}

/// Makes the change; the row it is about, by its number in the table its kind says.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: FundChange) -> Option<u32> {
    let index = entry.index;
    match change {
        FundChange::Accrue { row, number, parts } => {
            let told = Computed { on: entry.event.effective, index, number, parts };
            compensation::accrue(state, index, row, told);
            return Some(row.number());
        }
        FundChange::Unaccrue { row, told_by } => compensation::unaccrue(state, index, row, told_by),
        FundChange::Receive { lender, kind, year, payer, fen } => {
            let portfolio = open_portfolio(state, lender, kind, index);
            let receipt = Receipt { on: entry.event.effective, index, portfolio, year, payer, fen };
            return Some(compensation::receive(state, index, receipt).number());
        }
        FundChange::Unreceive { receipt } => compensation::unreceive(state, index, receipt),
        FundChange::State { lender, kind, fen } => {
            let portfolio = open_portfolio(state, lender, kind, index);
            statement::keep(state, portfolio, Stated { on: entry.event.effective, fen, index });
            return Some(portfolio.number());
        }
        FundChange::Unstate { portfolio, told_by } => statement::forget(state, index, portfolio, told_by),
        FundChange::Relieve { loan, reward, fen } => {
            let loan = loan::apply(state, entry, *loan);
            reward::spend(state, index, reward, reward::RELIEF, fen);
            return loan.map(Handle::number);
        }
        FundChange::Reward { portfolio, year, rewards } => {
            reward::grant(state, entry, portfolio, year, &rewards);
            return Some(portfolio.number());
        }
        FundChange::Unreward { portfolio, told_by, fen } => {
            reward_back::ungrant(state, entry, portfolio, told_by, fen);
        }
        FundChange::Spend { reward, purpose, fen } => {
            reward::spend(state, index, reward, &purpose, fen);
            let told = Spent { on: entry.event.effective, index, purpose, fen };
            state.rewards.get_mut(reward).told.push(told);
            return Some(reward.number());
        }
        FundChange::Unspend { reward, told_by } => reward_back::unspend(state, index, reward, told_by),
    }
    None
}
