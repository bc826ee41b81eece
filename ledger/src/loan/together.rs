//! What is lent to one human, under whichever of his ids.

use crate::handle::{Handle, Link};
use crate::state::State;
use crate::state::lending_rows::Loan;
use crate::state::rows::Person;
use uuid::Uuid;

/// The loans under one id, the latest first.
pub(super) fn borrowed(state: &State, person: Uuid) -> impl Iterator<Item = &Loan> {
    let latest = state.borrowers.by_id(person).map_or(Link::NONE, |(_, borrower)| borrower.last_loan);
    state.loans.chain(latest, |loan| loan.before_of_borrower).map(|(_, loan)| loan)
}

/// All loans of a human.
pub(super) fn borrowed_together(state: &State, person: Handle<Person>) -> impl Iterator<Item = &Loan> {
    state.human(person).into_iter().flat_map(|one| borrowed(state, state.persons.get(one).id))
}
