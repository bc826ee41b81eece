//! What a lender's loans come to, and what each payer owes for them. A scan over loans, claims and risk years.

use super::portfolios::classes;
use super::statement;
use ledger::account::{Class, Owner};
use ledger::event::{Interest, Payer};
use ledger::handle::Handle;
use ledger::loan::position::interest;
use ledger::money::{Fen, held};
use ledger::state::State;
use ledger::state::flows::Flow;
use ledger::state::lending_rows::{Loan, Portfolio, RiskPaid};
use std::collections::BTreeMap;

/// Sums over loans.
#[derive(Clone, Default, Debug)]
pub struct LoanSums {
    /// How many there are.
    pub loans: u64,
    /// Those with principal left.
    pub open: u64,
    /// Those of which something was reported before their contract.
    pub unknown: u64,
    /// Balances by class, in the order of the closed list.
    pub balances: [i128; 7],
    /// Interest posted since the beginning.
    pub interest: InterestSums,
    /// Principal paid out, less what came back.
    pub drawn: i128,
    /// Of it, repaid.
    pub repaid: i128,
    /// Of it, written off.
    pub written_off: i128,
}

/// Interest of many loans by payer.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[allow(missing_docs)] // As in `Interest`.
pub struct InterestSums {
    pub subsidy: i128,
    pub waiver: i128,
    pub borrower: i128,
    pub penalty: i128,
}

impl InterestSums {
    /// Adds the interest of a loan.
    pub fn add(&mut self, interest: Interest) {
        self.subsidy += i128::from(interest.subsidy);
        self.waiver += i128::from(interest.waiver);
        self.borrower += i128::from(interest.borrower);
        self.penalty += i128::from(interest.penalty);
    }

    /// The sums, each held to what an amount can say.
    #[must_use]
    pub fn held(&self) -> Interest {
        let Self { subsidy, waiver, borrower, penalty } = *self;
        Interest { subsidy: held(subsidy), waiver: held(waiver), borrower: held(borrower), penalty: held(penalty) }
    }
}

impl LoanSums {
    /// Adds loans of some portfolios, so many from one on.
    pub fn add(&mut self, state: &State, portfolios: &[Handle<Portfolio>], from: Handle<Loan>, rows: usize) {
        for (_, loan) in state.loans.from(from).take(rows) {
            if portfolios.contains(&loan.portfolio) {
                self.loan(state, loan);
            }
        }
    }

    fn loan(&mut self, state: &State, loan: &Loan) {
        self.loans += 1;
        self.open += u64::from(statement::principal(loan) > 0);
        self.unknown += u64::from(!loan.known);
        for (sum, account) in self.balances.iter_mut().zip(state.accounts.from(loan.accounts)) {
            *sum += account.1.balance;
        }
        self.interest.add(interest(&loan.posted));
        self.drawn += i128::from(loan.posted[Flow::Drawn]);
        self.repaid += i128::from(loan.posted[Flow::PrincipalPaid]);
        self.written_off += i128::from(loan.posted[Flow::WrittenOff]);
    }

    /// The balances with their classes.
    pub fn by_class(&self) -> impl Iterator<Item = (Class, i128)> + '_ {
        classes(Owner::Loan).zip(self.balances)
    }
}

/// Balances of portfolios' own accounts, by class.
#[must_use]
pub fn portfolio_balances(state: &State, portfolios: &[Handle<Portfolio>]) -> Vec<(Class, i128)> {
    let sum = |class| {
        let accounts = portfolios.iter().map(|handle| State::account_at(state.portfolios.get(*handle).accounts, class));
        (class, accounts.map(|account| state.accounts.get(account).balance).sum())
    };
    classes(Owner::Portfolio).map(sum).collect()
}

/// What a payer owes for a lender's loans.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PayerSums {
    /// For claims.
    pub claims: Owing,
    /// For compensation.
    pub compensation: Owing,
}

/// What is owed, how much of it is in payments ordered, how much is paid.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[allow(missing_docs)] // The names say it.
pub struct Owing {
    pub owed: Fen,
    pub ordered: Fen,
    pub paid: Fen,
}

/// What payers owe for the loans of portfolios.
#[must_use]
pub fn payers(state: &State, portfolios: &[Handle<Portfolio>]) -> BTreeMap<Payer, PayerSums> {
    let mut sums: BTreeMap<Payer, PayerSums> = BTreeMap::new();
    for (_, claim) in state.claims.iter().filter(|(_, claim)| portfolios.contains(&claim.portfolio)) {
        for row in &claim.payers {
            let claims = &mut sums.entry(row.payer).or_default().claims;
            // What was overclaimed and came back is neither owed nor paid.
            let returned = claim.returned_of(row);
            add(&mut claims.owed, row.owed - returned);
            add(&mut claims.ordered, row.ordered);
            add(&mut claims.paid, row.paid - returned);
        }
    }
    for (_, year) in state.risk_paid.iter().filter(|(_, year)| portfolios.contains(&year.portfolio)) {
        let RiskPaid { accrued, ordered, paid, .. } = year;
        accrued.iter().for_each(|(payer, fen)| add(&mut sums.entry(*payer).or_default().compensation.owed, *fen));
        ordered.iter().for_each(|(payer, fen)| add(&mut sums.entry(*payer).or_default().compensation.ordered, *fen));
        paid.iter().for_each(|(payer, fen)| add(&mut sums.entry(*payer).or_default().compensation.paid, *fen));
    }
    sums
}

fn add(sum: &mut Fen, fen: Fen) {
    *sum = sum.saturating_add(fen);
}
