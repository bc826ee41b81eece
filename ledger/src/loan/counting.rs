//! Which facts of a loan count: those from the day of its contract on. What is told of an earlier day stays on record with the
//! loan and moves nothing; until the contract is known nobody can say which facts those are, and all count.

use super::fact_list::Facts;
use crate::money::Day;
use crate::state::lending_rows::Loan;

/// Whether a day lies before the loan's contract, as far as that is known.
#[must_use]
pub fn is_before_contract(loan: &Loan, on: Day) -> bool {
    loan.known && on < loan.signed
}

/// Of a loan's facts, in the order of their days, those that count.
#[must_use]
pub fn counting<'a>(loan: &Loan, facts: impl Into<Facts<'a>>) -> Facts<'a> {
    facts.into().after(|fact| is_before_contract(loan, fact.on))
}
