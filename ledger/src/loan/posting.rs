//! What an entry posts for a loan: the difference between its flows as they should be and as they were posted.
//! What the flows should be is in `position`.

use super::portfolio::PortfolioRef;
use crate::account::{AccountNo, Book, Class, Owner};
use crate::handle::Handle;
use crate::money::Day;
use crate::outcome::Posting;
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::rows::Org;

/// Where a loan's flows run: its own accounts and those of its portfolio.
#[derive(Clone, Copy)]
pub(crate) struct Channels {
    /// The first account of each.
    loan: AccountNo,
    portfolio: AccountNo,
    /// Organisation of the lender.
    lender: Handle<Org>,
}

impl Channels {
    /// Between a loan, by the first of its accounts, and a portfolio.
    pub fn new(loan: AccountNo, portfolio: &PortfolioRef) -> Self {
        Self { loan, portfolio: portfolio.accounts, lender: portfolio.lender }
    }

    fn account(&self, class: Class) -> AccountNo {
        let base = if class.owner() == Owner::Loan { self.loan } else { self.portfolio };
        State::account_at(base, class)
    }
}

/// The postings that lead from one set of flows to another. Those that give to the loan's accounts come first, so that
/// none of them is below zero in between.
pub(crate) fn difference(state: &State, on: Day, channels: Channels, from: &Flows, to: &Flows) -> Vec<Posting> {
    let mut giving = Vec::new();
    let mut taking = Vec::new();
    let booked = state.booked(on, Book::Lender, channels.lender, channels.lender);
    for flow in Flow::ALL {
        let fen = to[flow].saturating_sub(from[flow]);
        if fen == 0 {
            continue;
        }
        let (debit, credit) = flow.accounts();
        let (receives, gives) = if fen > 0 { (debit, credit) } else { (credit, debit) };
        let (debit, credit) = (channels.account(receives), channels.account(gives));
        let posting = Posting { debit, credit, fen: fen.saturating_abs(), booked };
        if receives.owner() == Owner::Loan { giving.push(posting) } else { taking.push(posting) }
    }
    giving.append(&mut taking);
    giving
}
