//! What a contract says by now, as amendments have it, and what days bear that were claimed before this ledger.

use super::claimed::Lines;
use super::counting::counting;
use super::position::outcomes;
use super::walk::Walk;
use crate::event::ClaimFor;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::registry::org;
use crate::state::State;
use crate::state::lending_rows::{Fact, Loan, What};
use crate::state::rows::Org;

/// What the days claimed before this ledger bear, as far as that is known.
pub(super) fn bears(state: &State, loan: &Loan, lines: &Lines, through: Day, what: ClaimFor) -> Option<Fen> {
    Walk::new(state, loan, &loan.facts).ok()?;
    let outcomes = outcomes(state, loan, lines, through);
    let found = lines.iter().zip(outcomes).find(|(line, _)| line.is_before() && line.what == what);
    found.map(|(_, outcome)| outcome.value)
}

/// Whether what is told of days claimed before this ledger is of another lender or kind than the loan, or they bear something else
/// since.
pub(super) fn moved(state: &State, loan: &Loan) -> Option<(u64, Day)> {
    let moved = |fact: &&Fact| match fact.what {
        What::ClaimedBefore { what, lender, kind, bore, .. } => {
            let other = (lender, kind) != (loan.lender, loan.kind);
            let now = || bears(state, loan, &Lines::of(state, loan), loan.through, what);
            other || bore.is_some_and(|bore| now().is_some_and(|now| now != bore))
        }
        _ => false,
    };
    counting(loan, &loan.facts).iter().find(moved).map(|fact| (fact.index, fact.on))
}

/// Days on which principal falls due first and last, as the contract says by now.
#[must_use]
pub fn due_days(loan: &Loan) -> (Day, Day) {
    match amended(loan).map(|fact| fact.what) {
        Some(What::Amended { repay_from, matures, .. }) => (repay_from, matures),
        _ => (loan.repay_from, loan.matures),
    }
}

/// What says these days: the entry that amended the contract last, or else the one that signed it; and its day.
pub(super) fn days_told(loan: &Loan) -> (u64, Day) {
    amended(loan).map_or((loan.signed_by.into(), loan.signed), |fact| (fact.index, fact.on))
}

fn amended(loan: &Loan) -> Option<&Fact> {
    counting(loan, &loan.facts).iter().rev().find(|fact| matches!(fact.what, What::Amended { .. }))
}

/// The university of the borrower on a day, as the contract says.
pub(crate) fn school_on(loan: &Loan, on: Day) -> Handle<Org> {
    let until = counting(loan, &loan.facts).iter().rev().find_map(|fact| match fact.what {
        What::Amended { school, .. } if fact.on <= on => school.handle(),
        _ => None,
    });
    until.unwrap_or(loan.school)
}

/// An organisation that a fact named is named by it no more.
pub(super) fn unmention(state: &mut State, gone: What) {
    match gone {
        What::Amended { school, .. } => school.handle().into_iter().for_each(|school| org::unmention(state, school)),
        What::ClaimedBefore { lender, .. } => org::unmention(state, lender),
        _ => {}
    }
}
