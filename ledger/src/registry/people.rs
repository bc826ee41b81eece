//! Persons under opaque ids, their standing as students, their cards. Reports, never refused.

use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::{CardBound, CardReplaced, PersonRegistered, Status, StatusChanged};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::state::State;
use crate::state::rows::{Card, Org, Person};
use uuid::Uuid;

/// Standings that count for one person: who pays each of a loan's days is found by going through all of them. What is told
/// beyond is on record and opens a finding.
const STANDINGS_MAX: usize = 64;

pub(crate) enum PeopleChange {
    Register(PersonRegistered),
    Status { person: Handle<Person>, on: Day, status: Status, school: Handle<Org> },
    Bind { person: Handle<Person>, card: Uuid, old: Option<Handle<Card>> },
}

pub(crate) fn judge_person_registered(case: &Case<'_>, event: &PersonRegistered) -> Judged<PeopleChange> {
    Ok(match case.state.persons.find(event.person) {
        Some(_) => Change::only(NewFinding::about(FindingKind::Repeated, event.person)),
        None => Change::of(PeopleChange::Register(event.clone())),
    })
}

pub(crate) fn judge_status_changed(case: &Case<'_>, event: &StatusChanged) -> Judged<PeopleChange> {
    let Some(person) = case.state.persons.find(event.person) else {
        return Ok(Change::only(NewFinding::about(FindingKind::UnknownSubject, event.person)));
    };
    let row = case.state.persons.get(person);
    if row.earlier.len() + usize::from(row.status.is_some()) >= STANDINGS_MAX {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, event.person)));
    }
    let mut change = Change::nothing();
    let school = change.org(case.state, event.school).handle;
    change.act = Some(PeopleChange::Status { person, on: case.on(), status: event.status, school });
    Ok(change)
}

pub(crate) fn judge_card_bound(case: &Case<'_>, event: &CardBound) -> Judged<PeopleChange> {
    Ok(bind(case.state, event.person, event.card, None))
}

pub(crate) fn judge_card_replaced(case: &Case<'_>, event: &CardReplaced) -> Judged<PeopleChange> {
    let state = case.state;
    let old = state.cards.by_id(event.old);
    let owner = state.persons.find(event.person);
    let old_is_theirs = old.is_some_and(|(_, card)| Some(card.person) == owner);
    let mut change = bind(state, event.person, event.new, old.filter(|_| old_is_theirs).map(|(handle, _)| handle));
    if owner.is_some() && !old_is_theirs {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, event.old));
    }
    Ok(change)
}

fn bind(state: &State, person: Uuid, card: Uuid, old: Option<Handle<Card>>) -> Change<PeopleChange> {
    let Some(owner) = state.persons.find(person) else {
        return Change::only(NewFinding::about(FindingKind::UnknownSubject, person));
    };
    let mut change = Change::of(PeopleChange::Bind { person: owner, card, old });
    if let Some((_, bound)) = state.cards.by_id(card)
        && bound.person != owner
    {
        change.findings.push(NewFinding::about(FindingKind::CardRebound, card));
    }
    change
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: PeopleChange) {
    let index = entry.index;
    match change {
        PeopleChange::Register(event) => {
            let (id, origin) = (event.person, event.origin);
            let earlier = Vec::new();
            let person =
                state.persons.push(Person { id, origin, status: None, earlier, last_award: Link::NONE, last: index });
            own_loans(state, id, person);
        }
        PeopleChange::Status { person, on, status, school } => {
            let row = state.persons.get_mut(person);
            row.last = index;
            place(row, (on, status, school));
        }
        PeopleChange::Bind { person, card, old } => {
            if let Some(old) = old {
                let row = state.cards.get_mut(old);
                row.in_use = false;
                row.last = index;
            }
            match state.cards.find(card) {
                Some(handle) => {
                    let row = state.cards.get_mut(handle);
                    (row.person, row.in_use, row.last) = (person, true, index);
                }
                None => {
                    state.cards.push(Card { id: card, person, in_use: true, last: index });
                }
            }
        }
    }
}

/// A contract may be reported before its borrower is registered. From now on their standing says who pays its interest.
fn own_loans(state: &mut State, id: Uuid, person: Handle<Person>) {
    let latest = state.borrowers.by_id(id).map_or(Link::NONE, |(_, borrower)| borrower.last_loan);
    let loans: Vec<_> = state.loans.chain(latest, |loan| loan.before_of_borrower).map(|(loan, _)| loan).collect();
    for loan in loans {
        state.loans.get_mut(loan).person = person.into();
    }
}

/// Keeps the standings sorted by day, also when one is learnt late. Of two on one day the later entry counts.
fn place(row: &mut Person, standing: (Day, Status, Handle<Org>)) {
    match row.status {
        None => row.status = Some(standing),
        Some(current) if standing.0 >= current.0 => {
            if standing.0 > current.0 {
                row.earlier.push(current);
            }
            row.status = Some(standing);
        }
        Some(_) => {
            let at = row.earlier.partition_point(|(from, _, _)| *from <= standing.0);
            row.earlier.insert(at, standing);
        }
    }
}
