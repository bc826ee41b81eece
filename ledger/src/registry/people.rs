//! Persons under opaque ids, their standing as students. Reports, never refused.

use super::org;
use crate::change::{Case, Change, Judged, NewFinding, Taken};
use crate::entry::Entry;
use crate::event::{KindTag, PersonRegistered, Status, StatusChanged};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Person, SchoolStatus};
use uuid::Uuid;

/// Standings that count for one person: who pays each of a loan's days is found by going through all of them. What is told
/// beyond is on record and opens a finding.
const STANDINGS_MAX: usize = 64;

pub(crate) enum PeopleChange {
    Register {
        event: PersonRegistered,
        known: Link<Person>,
    },
    /// Named only, as before the registration that is taken back.
    Unregister(Handle<Person>),
    Status {
        id: Uuid,
        known: Link<Person>,
        at: usize,
        standing: SchoolStatus,
    },
    StatusGone {
        person: Handle<Person>,
        at: usize,
    },
}

/// What a report opens if it is the first to name a person: the row is there from then on, and this says that nobody
/// registered it. It must be the first finding of its entry.
pub(crate) fn mentioned(state: &State, person: Uuid) -> Vec<NewFinding> {
    let unsaid = is_unsaid(state, state.persons.by_id(person).map(|(_, row)| row));
    unsaid.then(|| first_mention(person)).into_iter().collect()
}

/// Whether nobody registered him and no open finding says so.
fn is_unsaid(state: &State, person: Option<&Person>) -> bool {
    let said = |finding| state.findings.get(finding).open;
    person.is_none_or(|row| row.registered_by.is_none() && !row.unregistered.handle().is_some_and(said))
}

fn first_mention(person: Uuid) -> NewFinding {
    NewFinding::about(FindingKind::UnknownSubject, person)
}

/// The row of a person whom a report names, made if it is the first.
pub(crate) fn open(state: &mut State, id: Uuid, index: u64) -> Handle<Person> {
    let known = state.persons.find(id).into();
    open_known(state, id, known, index)
}

/// The same where it was looked up before.
fn open_known(state: &mut State, id: Uuid, known: Link<Person>, index: u64) -> Handle<Person> {
    let person = known.handle().unwrap_or_else(|| state.persons.push(unnamed(id, index)));
    if is_unsaid(state, Some(state.persons.get(person))) {
        state.persons.get_mut(person).unregistered = state.findings.next().into();
    }
    person
}

/// What an entry told of a person does not count any more. If nothing else names him and nobody registered him, nobody waits for
/// him, and the finding that says so closes. Who uses which card is not kept with persons: while a card may be all that
/// names him, the finding of another entry stays.
pub(crate) fn unmention(state: &mut State, person: Handle<Person>, told_by: Handle<Seen>) {
    let row = state.persons.get(person);
    let Some(finding) = row.unregistered.handle() else { return };
    let opened_by = state.findings.get(finding).index;
    let by_withdrawal = state.seen_at(opened_by).is_some_and(|seen| seen.kind == KindTag::EntryWithdrawn);
    if !is_named(state, row) && (opened_by == u64::from(told_by) || by_withdrawal) {
        state.findings.get_mut(finding).open = false;
    }
}

/// Whether a standing, an award or a loan names a person.
fn is_named(state: &State, row: &Person) -> bool {
    let borrows = || state.borrowers.by_id(row.id).is_some_and(|(_, borrower)| borrower.last_loan.is_some());
    row.status.is_some() || row.last_award.is_some() || borrows()
}

fn unnamed(id: Uuid, last: u64) -> Person {
    let (unregistered, last_award) = (Link::NONE, Link::NONE);
    Person {
        id,
        origin: 0,
        unregistered,
        registered_by: Link::NONE,
        status: None,
        earlier: Vec::new(),
        last_award,
        last,
    }
}

pub(crate) fn judge_person_registered(case: &Case<'_>, event: &PersonRegistered) -> Judged<PeopleChange> {
    let known = case.state.persons.by_id(event.person);
    if known.is_some_and(|(_, row)| row.registered_by.is_some()) {
        return Ok(Change::only(NewFinding::about(FindingKind::Repeated, event.person)));
    }
    let known = known.map(|(person, _)| person).into();
    Ok(Change::of(PeopleChange::Register { event: event.clone(), known }))
}

/// A registration taken back: whoever it was is named only, and keeps what was told of him.
pub(crate) fn judge_registration_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<PeopleChange> {
    let state = case.state;
    let told = |person: &Handle<Person>| state.persons.get(*person).registered_by == taken.entry.into();
    let Some(person) = state.persons.handle(taken.subject).filter(told) else { return Ok(Change::nothing()) };
    let mut change = Change::of(PeopleChange::Unregister(person));
    if is_named(state, state.persons.get(person)) {
        change.findings.push(first_mention(state.persons.get(person).id));
    }
    Ok(change)
}

pub(crate) fn judge_status_changed(case: &Case<'_>, event: &StatusChanged) -> Judged<PeopleChange> {
    let state = case.state;
    let found = state.persons.by_id(event.person);
    let (person, known) = (found.map(|(person, _)| person), found.map(|(_, row)| row));
    if known.is_some_and(|row| row.statuses().count() >= STANDINGS_MAX) {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, event.person)));
    }
    let mut change = Change::nothing();
    if is_unsaid(state, known) {
        change.findings.push(first_mention(event.person));
    }
    let school = change.org(state, event.school).handle;
    let standing = SchoolStatus { on: case.on(), status: event.status, school, entry: state.seen.next() };
    let place = order(&standing, event.school);
    let before = |other: &SchoolStatus| order(other, state.orgs.get(other.school).id) <= place;
    let at = known.map_or(0, |row| row.statuses().filter(before).count());
    change.act = Some(PeopleChange::Status { id: event.person, known: person.into(), at, standing });
    Ok(change)
}

/// The order of standings: by day; on one day what ends before what begins, then by school. Never by who was told first.
fn order(standing: &SchoolStatus, school: Uuid) -> (Day, bool, Uuid) {
    let begins = matches!(standing.status, Status::Enrolled | Status::FurtherStudy | Status::IllnessLeave);
    (standing.on, begins, school)
}

/// A standing goes out; what loans posted by it is adjusted like after any late standing.
pub(crate) fn judge_status_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<PeopleChange> {
    let state = case.state;
    let Some(person) = state.persons.handle(taken.subject) else { return Ok(Change::nothing()) };
    let found = state.persons.get(person).statuses().enumerate().find(|(_, standing)| standing.entry == taken.entry);
    let Some((at, standing)) = found else { return Ok(Change::nothing()) };
    taken.on(case, standing.on)?;
    Ok(Change::of(PeopleChange::StatusGone { person, at }))
}

/// Makes the change; the person it is about.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: PeopleChange) -> Handle<Person> {
    let index = entry.index;
    let person = match change {
        PeopleChange::Register { event, known } => register(state, index, &event, known),
        PeopleChange::Unregister(person) => {
            let named = is_named(state, state.persons.get(person));
            let unregistered = named.then(|| state.findings.next()).into();
            let row = state.persons.get_mut(person);
            (row.registered_by, row.origin, row.unregistered) = (Link::NONE, 0, unregistered);
            person
        }
        PeopleChange::Status { id, known, at, standing } => {
            let person = open_known(state, id, known, index);
            place(state.persons.get_mut(person), at, standing);
            person
        }
        PeopleChange::StatusGone { person, at } => {
            if let Some(gone) = remove(state.persons.get_mut(person), at) {
                unmention(state, person, gone.entry);
                org::unmention(state, gone.school);
            }
            person
        }
    };
    state.persons.get_mut(person).last = index;
    person
}

/// Fills in who was named before, if he was, and closes what said that nobody registered him.
fn register(state: &mut State, index: u64, event: &PersonRegistered, known: Link<Person>) -> Handle<Person> {
    let registered_by = state.seen.next().into();
    let person = known.handle().unwrap_or_else(|| state.persons.push(unnamed(event.person, index)));
    let row = state.persons.get_mut(person);
    (row.registered_by, row.origin) = (registered_by, event.origin);
    if let Some(finding) = std::mem::replace(&mut row.unregistered, Link::NONE).handle() {
        state.findings.get_mut(finding).open = false;
    }
    person
}

/// Puts a standing in its place of the order; the last of all is the current one.
fn place(row: &mut Person, at: usize, standing: SchoolStatus) {
    if at > row.earlier.len() {
        row.earlier.extend(row.status.replace(standing));
    } else if at == row.earlier.len() && row.status.is_none() {
        row.status = Some(standing);
    } else {
        row.earlier.insert(at, standing);
    }
}

/// Takes the standing out that has this place in the order.
fn remove(row: &mut Person, at: usize) -> Option<SchoolStatus> {
    if at == row.earlier.len() {
        std::mem::replace(&mut row.status, row.earlier.pop())
    } else {
        Some(row.earlier.remove(at))
    }
}
