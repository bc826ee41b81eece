//! What a lender's loans come to, and what each payer owes for them. A scan over loans, claims and risk years.

use super::portfolios::classes;
use super::statement;
use ledger::account::{Class, Owner};
use ledger::event::{Interest, Payer};
use ledger::loan::position::interest;
use ledger::money::Fen;
use ledger::state::State;
use ledger::state::flows::Flow;
use ledger::state::lending_rows::Loan;
use std::collections::BTreeMap;

/// Sums over loans.
#[derive(Clone, Default, Debug)]
pub struct LoanSums {
    /// Loans, those with principal left, those of which something was reported before their contract.
    pub counts: [u64; 3],
    /// Balances by class, in the order of the closed list.
    pub balances: [i128; 7],
    /// Subsidy, waiver, borrower, penalty posted since the beginning.
    pub interest: [i128; 4],
    /// Drawn, repaid, written off.
    pub principal: [i128; 3],
}

impl LoanSums {
    /// Adds loans of some portfolios, from a handle up to another.
    pub fn add(&mut self, state: &State, portfolios: &[u32], handles: std::ops::Range<u32>) {
        for handle in handles {
            let loan = state.loans.get(handle);
            if portfolios.contains(&loan.portfolio) {
                self.loan(state, loan);
            }
        }
    }

    fn loan(&mut self, state: &State, loan: &Loan) {
        self.counts[0] += 1;
        self.counts[1] += u64::from(statement::principal(loan) > 0);
        self.counts[2] += u64::from(!loan.known);
        for (sum, account) in self.balances.iter_mut().zip(loan.accounts..) {
            *sum += state.accounts.get(account).balance;
        }
        let Interest { subsidy, waiver, borrower, penalty } = interest(&loan.posted);
        for (sum, fen) in self.interest.iter_mut().zip([subsidy, waiver, borrower, penalty]) {
            *sum += i128::from(fen);
        }
        for (sum, flow) in self.principal.iter_mut().zip([Flow::Drawn, Flow::PrincipalPaid, Flow::WrittenOff]) {
            *sum += i128::from(loan.posted[flow]);
        }
    }

    /// The balances with their classes.
    pub fn by_class(&self) -> impl Iterator<Item = (Class, i128)> + '_ {
        classes(Owner::Loan).zip(self.balances)
    }
}

/// Balances of portfolios' own accounts, by class.
#[must_use]
pub fn portfolio_balances(state: &State, portfolios: &[u32]) -> Vec<(Class, i128)> {
    let sum = |class| {
        let accounts = portfolios.iter().map(|handle| State::account_at(state.portfolios.get(*handle).accounts, class));
        (class, accounts.map(|account| state.accounts.get(account.0).balance).sum())
    };
    classes(Owner::Portfolio).map(sum).collect()
}

/// What a payer owes for a lender's loans.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PayerSums {
    /// Claims: owed, ordered, paid.
    pub claims: [Fen; 3],
    /// Compensation: accrued, ordered, paid.
    pub compensation: [Fen; 3],
}

/// What payers owe for the loans of portfolios.
#[must_use]
pub fn payers(state: &State, portfolios: &[u32]) -> BTreeMap<Payer, PayerSums> {
    let mut sums: BTreeMap<Payer, PayerSums> = BTreeMap::new();
    for (_, claim) in state.claims.iter().filter(|(_, claim)| portfolios.contains(&claim.portfolio)) {
        for row in &claim.payers {
            add(&mut sums.entry(row.payer).or_default().claims, [row.owed, row.ordered, row.paid]);
        }
    }
    for (_, year) in state.risk_paid.iter().filter(|(_, year)| portfolios.contains(&year.portfolio)) {
        for (place, parts) in [&year.accrued, &year.ordered, &year.paid].into_iter().enumerate() {
            for (payer, fen) in parts {
                let sum = &mut sums.entry(*payer).or_default().compensation[place];
                *sum = sum.saturating_add(*fen);
            }
        }
    }
    sums
}

fn add(sums: &mut [Fen; 3], parts: [Fen; 3]) {
    for (sum, part) in sums.iter_mut().zip(parts) {
        *sum = sum.saturating_add(part);
    }
}
