//! What is lent to one human, under whichever of his ids: the ceiling of an academic year, and one kind of loan in it.

use super::rates::terms_on;
use crate::event::LoanKind;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::flows::Flow;
use crate::state::lending_rows::{Loan, What};
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

/// Whether what is drawn for an academic year, with so much more, is above the ceiling of the day and level.
pub(super) fn over_ceiling(state: &State, on: Day, loan: &Loan, more: Fen) -> bool {
    let Some(ceiling) = ceiling(state, on, loan) else { return false };
    let mut drawn = i128::from(more);
    let loans = loan.person.handle().map(|person| borrowed_together(state, person));
    for other in loans.into_iter().flatten().filter(|other| other.academic_year == loan.academic_year) {
        drawn += i128::from(other.posted[Flow::Drawn]);
    }
    drawn > ceiling
}

fn ceiling(state: &State, on: Day, loan: &Loan) -> Option<i128> {
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, on));
    terms.and_then(|terms| terms.ceiling(loan.level)).map(|ceiling| ceiling.max_fen.into())
}

/// A loan, the number of whose side it is on, and what is drawn of it.
struct Lent<'a> {
    side: usize,
    loan: &'a Loan,
    drawn: i128,
}

/// What two sides, who turn out to be one human, have borrowed that one may not: each time about the loan told later.
pub(crate) fn lent_to_both(state: &State, sides: &[(Handle<Person>, usize)]) -> Vec<(FindingKind, Uuid)> {
    let of = |&(person, side): &(Handle<Person>, usize)| {
        let loans = borrowed(state, state.persons.get(person).id);
        loans.map(move |loan| Lent { side, loan, drawn: loan.posted[Flow::Drawn].into() })
    };
    let mut lent: Vec<Lent<'_>> = sides.iter().flat_map(of).collect();
    lent.sort_by_key(|lent| (lent.loan.academic_year, lent.loan.signed_by));
    let years = lent.chunk_by(|one, other| one.loan.academic_year == other.loan.academic_year);
    years.flat_map(|year| of_a_year(state, year)).collect()
}

fn of_a_year(state: &State, year: &[Lent<'_>]) -> Vec<(FindingKind, Uuid)> {
    let mut found = Vec::new();
    let Some((last, before)) = year.split_last() else { return found };
    if before.iter().all(|lent| lent.side == last.side) {
        return found;
    }
    let of_kind = |kind: LoanKind| year.iter().rfind(|lent| lent.loan.kind == kind);
    if let (Some(origin), Some(campus)) = (of_kind(LoanKind::Origin), of_kind(LoanKind::Campus)) {
        let later = if origin.loan.signed_by > campus.loan.signed_by { origin } else { campus };
        found.push((FindingKind::BothKinds, later.loan.id));
    }
    let drawn: i128 = year.iter().map(|lent| lent.drawn).sum();
    if let Some(latest) = year.iter().rfind(|lent| lent.drawn > 0)
        && year.iter().any(|lent| lent.drawn > 0 && lent.side != latest.side)
        && ceiling(state, last_drawn(latest.loan), latest.loan).is_some_and(|most| drawn > most)
    {
        found.push((FindingKind::OverCeiling, latest.loan.id));
    }
    found
}

/// The day of the last draw: the ceiling of that day counts.
fn last_drawn(loan: &Loan) -> Day {
    let drawn = loan.facts.iter().rfind(|fact| matches!(fact.what, What::Drawn(_)));
    drawn.map_or(loan.signed, |fact| fact.on)
}
