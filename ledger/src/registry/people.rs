//! Persons under opaque ids, their standing as students. Reports, never refused.

use super::org;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched, Wanted};
use crate::entry::Entry;
use crate::event::{KindTag, PersonRegistered, Status, StatusChanged};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Finding, Person, SchoolStatus};
use smallvec::SmallVec;
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
    let unsaid = is_unsaid(state, state.persons.find(person));
    unsaid.then(|| first_mention(person)).into_iter().collect()
}

/// Whether nobody registered him under any of his ids and no open finding says so of this one.
fn is_unsaid(state: &State, person: Option<Handle<Person>>) -> bool {
    person.is_none_or(|person| !state.is_registered(person) && said(state, person).is_none())
}

/// The open finding that says that nobody registered him.
fn said(state: &State, person: Handle<Person>) -> Option<Handle<Finding>> {
    state.persons.get(person).unregistered.handle().filter(|finding| state.findings.get(*finding).open)
}

fn first_mention(person: Uuid) -> NewFinding {
    NewFinding::about(FindingKind::UnknownSubject, person)
}

/// Of a human, after what registers or names him changed: whoever is registered under one id is under all of them, and those
/// open findings are closed that say he is not; of which ids it is to be said that nobody registered them.
pub(crate) fn follow(state: &mut State, id: Uuid) -> Vec<NewFinding> {
    let Some(person) = state.persons.find(id) else { return Vec::new() };
    let (human, mut new) = (state.human(person), Vec::new());
    for one in human {
        if is_unsaid(state, Some(one)) && (is_named(state, one) || state.persons.get(one).unregistered.is_some()) {
            new.push(first_mention(state.persons.get(one).id));
        }
        if let Some(finding) = said(state, one).filter(|_| state.is_registered(one)) {
            state.findings.get_mut(finding).open = false;
        }
    }
    new
}

/// This finding says from now on that nobody registered him.
pub(crate) fn note_unregistered(state: &mut State, id: Uuid, finding: Handle<Finding>) {
    if let Some(person) = state.persons.find(id) {
        state.persons.get_mut(person).unregistered = finding.into();
    }
}

/// The row of whom an entry names, made if it is the first, where what is to be said of him follows.
pub(crate) fn named(state: &mut State, id: Uuid, index: u64) -> Handle<Person> {
    state.persons.find(id).unwrap_or_else(|| state.persons.push(unnamed(id, index)))
}

/// The row of a person whom a report names, made if it is the first; its first finding says that nobody registered him, if
/// none does yet.
pub(crate) fn open(state: &mut State, id: Uuid, index: u64) -> Handle<Person> {
    let known = state.persons.find(id).into();
    open_known(state, id, known, index)
}

/// The same where it was looked up before.
fn open_known(state: &mut State, id: Uuid, known: Link<Person>, index: u64) -> Handle<Person> {
    let finding = state.findings.next();
    let person = known.handle().unwrap_or_else(|| state.persons.push(unnamed(id, index)));
    if is_unsaid(state, Some(person)) {
        state.persons.get_mut(person).unregistered = finding.into();
    }
    person
}

/// What an entry told of a person does not count any more. If nothing else names him and nobody registered him, nobody waits for
/// him, and the finding that says so closes. Who uses which card is not kept with persons: while a card may be all that
/// names him, the finding of another entry stays.
pub(crate) fn unmention(state: &mut State, person: Handle<Person>, told_by: Handle<Seen>) {
    let Some(finding) = state.persons.get(person).unregistered.handle() else { return };
    let opened_by = state.findings.get(finding).index;
    let by_withdrawal = state.seen_at(opened_by).is_some_and(|seen| seen.kind == KindTag::EntryWithdrawn);
    if !is_named(state, person) && (opened_by == u64::from(told_by) || by_withdrawal) {
        state.findings.get_mut(finding).open = false;
        state.persons.get_mut(person).unregistered = Link::NONE;
    }
}

/// Whether a standing, an award, a merge or a loan names a person.
fn is_named(state: &State, person: Handle<Person>) -> bool {
    let row = state.persons.get(person);
    let borrows = || state.borrowers.by_id(row.id).is_some_and(|(_, borrower)| borrower.last_loan.is_some());
    !row.statuses.is_empty() || row.last_award.is_some() || state.human(person).len() > 1 || borrows()
}

fn unnamed(id: Uuid, last: u64) -> Person {
    let (unregistered, last_award) = (Link::NONE, Link::NONE);
    Person { id, origin: 0, unregistered, registered_by: Link::NONE, statuses: SmallVec::new(), last_award, last }
}

pub(crate) fn judge_person_registered(case: &Case<'_>, event: &PersonRegistered) -> Judged<PeopleChange> {
    let state = case.state;
    let known = state.persons.by_id(event.person);
    if known.is_some_and(|(_, row)| row.registered_by.is_some()) {
        return Ok(Change::only(NewFinding::about(FindingKind::Repeated, event.person)));
    }
    let known = known.map(|(person, _)| person);
    let mut change = Change::of(PeopleChange::Register { event: event.clone(), known: known.into() });
    // Whoever is several ids is registered under all of them.
    change.touched.extend(known.filter(|one| state.merged_row(*one).is_some()).map(|_| Touched::Human(event.person)));
    Ok(change)
}

/// A registration taken back: whoever it was is named only, and keeps what was told of him.
pub(crate) fn judge_registration_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<PeopleChange> {
    let state = case.state;
    let told = |person: &Handle<Person>| state.persons.get(*person).registered_by == taken.entry.into();
    let Some(person) = state.persons.handle(taken.subject).filter(told) else { return Ok(Change::nothing()) };
    let mut change = Change::of(PeopleChange::Unregister(person));
    change.touched.push(Touched::Human(state.persons.get(person).id));
    Ok(change)
}

pub(crate) fn judge_status_changed(case: &Case<'_>, event: &StatusChanged) -> Judged<PeopleChange> {
    let state = case.state;
    let found = state.persons.by_id(event.person);
    let (person, known) = (found.map(|(person, _)| person), found.map(|(_, row)| row));
    if known.is_some_and(|row| row.statuses.len() >= STANDINGS_MAX) {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, event.person)));
    }
    let mut change = Change::nothing();
    if is_unsaid(state, person) {
        change.findings.push(first_mention(event.person));
    }
    let school = change.org(state, event.school).handle;
    let standing = SchoolStatus { on: case.on(), status: event.status, school, entry: Seen::place(case.entry) };
    let place = standing.place(event.school);
    let before = |other: &SchoolStatus| other.place(state.orgs.get(other.school).id) <= place;
    let at = known.map_or(0, |row| row.statuses.partition_point(before));
    change.touched.extend(person.map(|_| Touched::Standing(event.person)));
    let told = known.map_or(&[][..], |row| &row.statuses);
    if is_of_dead(state, person, told.iter().chain([&standing])) {
        change.touched.push(Touched::Dead(event.person));
    }
    change.act = Some(PeopleChange::Status { id: event.person, known: person.into(), at, standing });
    Ok(change)
}

/// A standing goes out; what loans posted by it is adjusted like after any late standing.
pub(crate) fn judge_status_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<PeopleChange> {
    let state = case.state;
    let Some(person) = state.persons.handle(taken.subject) else { return Ok(Change::nothing()) };
    let found =
        state.persons.get(person).statuses.iter().enumerate().find(|(_, standing)| standing.entry == taken.entry);
    let Some((at, standing)) = found else { return Ok(Change::nothing()) };
    taken.on(case, standing.on)?;
    let (mut change, row) = (Change::of(PeopleChange::StatusGone { person, at }), state.persons.get(person));
    change.touched.push(Touched::Standing(row.id));
    if is_of_dead(state, Some(person), row.statuses.iter()) {
        change.touched.push(Touched::Dead(row.id));
    }
    Ok(change)
}

/// Whether one of these standings is a death, or may come after one that was told under another id.
fn is_of_dead<'a>(
    state: &State,
    person: Option<Handle<Person>>,
    mut told: impl Iterator<Item = &'a SchoolStatus>,
) -> bool {
    told.any(|standing| standing.status == Status::Deceased)
        || person.is_some_and(|person| state.merged_row(person).is_some())
}

/// The ids of a human, each with its standings of after his death, which do not count.
pub(crate) fn after_death(state: &State, id: Uuid) -> Vec<(Uuid, Vec<Wanted>)> {
    let Some(person) = state.persons.find(id) else { return Vec::new() };
    let counting = state.standings(person).count();
    let idle: Vec<_> = state.standings_told(person).skip(counting).collect();
    let of = |one| {
        let row = state.persons.get(one);
        let own = idle.iter().filter(|standing| row.statuses.iter().any(|told| told.entry == standing.entry));
        let wanted = own.map(|standing| (FindingKind::AfterDeath, Some((standing.entry.into(), standing.on))));
        (row.id, wanted.collect())
    };
    state.human(person).into_iter().map(of).collect()
}

/// Makes the change; the person it is about.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: PeopleChange) -> Handle<Person> {
    let index = entry.index;
    let person = match change {
        PeopleChange::Register { event, known } => register(state, index, &event, known),
        PeopleChange::Unregister(person) => {
            let row = state.persons.get_mut(person);
            (row.registered_by, row.origin) = (Link::NONE, 0);
            person
        }
        PeopleChange::Status { id, known, at, standing } => {
            let person = open_known(state, id, known, index);
            state.persons.get_mut(person).statuses.insert(at, standing);
            person
        }
        PeopleChange::StatusGone { person, at } => {
            let gone = state.persons.get_mut(person).statuses.remove(at);
            unmention(state, person, gone.entry);
            org::unmention(state, gone.school);
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
