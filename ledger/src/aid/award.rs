//! Rosters and awards: prepared, reviewed, approved. An award is owed in dated instalments and consumes no document line.

use crate::account::Class;
use crate::aid::award_end::ended_on;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched};
use crate::entry::Entry;
use crate::event::policy::{Policy, Rule, Severity};
use crate::event::{RosterLineAdded, RosterPrepared, SetCancelled, SetDecided, SetSealed, Status};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::set::judge_replaced;
use crate::state::State;
use crate::state::rows::{Award, Instalment, Org, Person, Programme, Roster, SchoolStatus};
use crate::state::stage::{Set, Stage};
use uuid::Uuid;

/// Instalments an award may have: one a month.
pub(crate) const INSTALMENTS_MAX: usize = 12;

pub(crate) enum AwardChange {
    Prepare { event: Box<RosterPrepared>, school: Handle<Org>, programme: Handle<Programme> },
    Line { roster: Handle<Roster>, person: Handle<Person>, event: RosterLineAdded },
    Step { roster: Handle<Roster>, stage: Stage },
    StepBack { roster: Handle<Roster>, to: Stage },
}

pub(crate) fn judge_roster_prepared(case: &Case<'_>, event: &RosterPrepared) -> Judged<AwardChange> {
    let state = case.state;
    let ascending = event.due.windows(2).all(|pair| pair[0] < pair[1]);
    if event.due.is_empty() || event.due.len() > INSTALMENTS_MAX || !ascending {
        return Err(Refusal::of(Code::BadShape, event.roster));
    }
    if state.rosters.find(event.roster).is_some() {
        return Err(Refusal::of(Code::Exists, event.roster));
    }
    judge_replaced(event.replaces, |id| state.rosters.by_id(id).map(|(_, row)| &row.set))?;
    let school = state.need_org(event.school)?;
    let unknown = Refusal::of(Code::UnknownProgramme, event.roster);
    let programme = state.programme(&event.programme).ok_or(unknown)?;
    state.policy(programme, case.on()).ok_or(unknown)?;
    let change = Change::of(AwardChange::Prepare { event: Box::new(event.clone()), school, programme }).naming(school);
    Ok(Change { touched: [Touched::Roster(event.roster)].into_iter().collect(), ..change })
}

pub(crate) fn judge_roster_line_added(case: &Case<'_>, event: &RosterLineAdded) -> Judged<AwardChange> {
    let (state, on) = (case.state, case.on());
    let (handle, roster) = find(state, event.roster)?;
    roster.set.judge_not_cancelled(event.roster)?;
    // A cancelled roster owes nobody anything, so whoever waits for it may award the same then.
    let held = state.awards.by_id(event.award).map(|(_, award)| state.rosters.get(award.roster));
    if held.is_some_and(|roster| roster.set.stage != Stage::Cancelled) {
        return Err(Refusal::of(Code::AlreadyAwarded, event.award));
    }
    let person = state.registered_person(event.person).ok_or(Refusal::of(Code::UnknownPerson, event.person))?;
    roster.set.judge_line(case, event.roster, event.number, event.fen)?;
    // Each instalment must be at least one fen.
    if usize::try_from(event.fen).is_ok_and(|fen| fen < roster.due.len()) {
        return Err(Refusal::of(Code::BadAmount, event.award));
    }
    let unknown = Refusal::of(Code::UnknownProgramme, event.roster);
    let policy = state.policy(roster.programme, on).ok_or(unknown)?;
    let mut change = Change::of(AwardChange::Line { roster: handle, person, event: event.clone() });
    judge_band(policy, event, &mut change.findings)?;
    judge_enrolled(state, on, policy, person, event.award, &mut change.findings)?;
    judge_others(state, policy, roster, person, event, &mut change.findings)?;
    Ok(change)
}

/// A broken rule of a policy: refused, or posted with a finding, as the policy says.
pub(crate) fn broken(
    policy: &Policy,
    rule: Rule,
    refusal: Refusal,
    subject: Uuid,
    findings: &mut Vec<NewFinding>,
) -> Result<(), Refusal> {
    match policy.severity(rule) {
        Severity::Block => Err(refusal),
        Severity::Flag => {
            findings.push(NewFinding::about(FindingKind::Policy(rule), subject));
            Ok(())
        }
    }
}

fn judge_band(policy: &Policy, event: &RosterLineAdded, findings: &mut Vec<NewFinding>) -> Result<(), Refusal> {
    let within = policy.band(event.band).is_some_and(|band| (band.min_fen..=band.max_fen).contains(&event.fen));
    if within {
        return Ok(());
    }
    let refusal = Refusal::with(Code::OffBand, event.award, event.fen);
    broken(policy, Rule::Band, refusal, event.award, findings)
}

/// Nobody is aided for a time in which they are no student: asked on the day of the roster line and on each due day.
pub(crate) fn judge_enrolled(
    state: &State,
    on: Day,
    policy: &Policy,
    person: Handle<Person>,
    subject: Uuid,
    findings: &mut Vec<NewFinding>,
) -> Result<(), Refusal> {
    if is_enrolled(state, person, on) {
        return Ok(());
    }
    let refusal = Refusal::of(Code::NotEnrolled, state.persons.get(person).id);
    broken(policy, Rule::Enrolled, refusal, subject, findings)
}

/// Whether somebody is a student on a day.
pub(crate) fn is_enrolled(state: &State, person: Handle<Person>, on: Day) -> bool {
    matches!(state.status_on(person, on), Some(SchoolStatus { status: Status::Enrolled, .. }))
}

/// The same award twice in an academic year is never granted; an excluded one as the policy says. A human's awards, under
/// whichever of his ids, are a handful, reached from the person, so this reads by key.
fn judge_others(
    state: &State,
    policy: &Policy,
    roster: &Roster,
    person: Handle<Person>,
    event: &RosterLineAdded,
    findings: &mut Vec<NewFinding>,
) -> Result<(), Refusal> {
    for (_, held) in state.human(person).into_iter().flat_map(|one| held_by(state, one)) {
        let other = state.rosters.get(held.roster);
        if other.set.stage == Stage::Cancelled || other.academic_year != roster.academic_year {
            continue;
        }
        if other.programme == roster.programme {
            return Err(Refusal::of(Code::AlreadyAwarded, held.id));
        }
        let code = &state.programmes.get(other.programme).code;
        if policy.exclusions.iter().any(|exclusion| exclusion.programme == *code) {
            broken(policy, Rule::Exclusive, Refusal::of(Code::Exclusive, held.id), event.award, findings)?;
            // Held under another of his ids, it is none once they are split or the other roster is cancelled.
            if let Some(found) = findings.last_mut().filter(|_| held.person != person) {
                found.follows = true;
            }
        }
    }
    Ok(())
}

/// The awards under one id, the latest first.
pub(crate) fn held_by(state: &State, person: Handle<Person>) -> impl Iterator<Item = (Handle<Award>, &Award)> {
    state.awards.chain(state.persons.get(person).last_award, |held| held.before_of_person)
}

pub(crate) fn judge_roster_sealed(case: &Case<'_>, event: &SetSealed) -> Judged<AwardChange> {
    let (roster, row) = find(case.state, event.set)?;
    row.set.judge_seal(event)?;
    Ok(Change::of(AwardChange::Step { roster, stage: Stage::Sealed }))
}

pub(crate) fn judge_roster_reviewed(case: &Case<'_>, event: &SetDecided) -> Judged<AwardChange> {
    let (roster, row) = find(case.state, event.set)?;
    row.set.judge_step(case, event, Stage::Sealed)?;
    Ok(Change::of(AwardChange::Step { roster, stage: Stage::Reviewed }))
}

pub(crate) fn judge_roster_approved(case: &Case<'_>, event: &SetDecided) -> Judged<AwardChange> {
    let state = case.state;
    let (roster, row) = find(state, event.set)?;
    row.set.judge_step(case, event, Stage::Reviewed)?;
    let mut change = Change::of(AwardChange::Step { roster, stage: Stage::Approved });
    let (owed, granted) = (state.roster_account(roster, Class::Owed), state.roster_account(roster, Class::Granted));
    change.postings.push(state.posting(case.on(), owed, granted, row.set.fen));
    Ok(change)
}

/// Sealing, review or approval taken back while nothing rests on it. Of an approval nothing may be ordered: an application for
/// any of its awards is cancelled first; nor may any have ended.
pub(crate) fn judge_step_withdrawn(case: &Case<'_>, taken: Taken, stage: Stage, to: Stage) -> Judged<AwardChange> {
    let state = case.state;
    let Some(roster) = state.rosters.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.rosters.get(roster);
    row.set.judge_back(case, taken, row.id, stage)?;
    let mut change = Change::of(AwardChange::StepBack { roster, to });
    if stage == Stage::Approved {
        let mut applications = row.applications.iter().map(|at| state.applications.get(*at));
        if let Some(orders) = applications.find(|other| other.set.stage != Stage::Cancelled) {
            return Err(Refusal::of(Code::InUse, orders.id));
        }
        if let Some(ended) = ended_on(state, roster) {
            return Err(Refusal::of(Code::InUse, ended.id));
        }
        let (owed, granted) = (state.roster_account(roster, Class::Owed), state.roster_account(roster, Class::Granted));
        change.postings.push(state.posting(case.on(), granted, owed, row.set.fen));
    }
    Ok(change)
}

pub(crate) fn judge_roster_cancelled(case: &Case<'_>, event: &SetCancelled) -> Judged<AwardChange> {
    let (roster, row) = find(case.state, event.set)?;
    row.set.judge_not_cancelled(event.set)?;
    // Its approval can be taken back, and then it can be given up.
    if row.set.stage >= Stage::Approved {
        return Err(Refusal::of(Code::InUse, event.set));
    }
    let mut touched = merged_on(case.state, roster, row);
    touched.push(Touched::Roster(event.set));
    Ok(Change { touched: touched.into(), ..Change::of(AwardChange::Step { roster, stage: Stage::Cancelled }) })
}

/// Whether a roster that stands is due on a day outside the academic year it names, 1 August to 31 August: under the year of another
/// its awards would be granted a second time, and nothing else tells.
pub(crate) fn is_due_outside_year(row: &Roster) -> bool {
    let year = row.academic_year;
    let (first, last) = (Day::of(year, 8, 1), Day::of(year.saturating_add(1), 8, 31));
    row.set.stage != Stage::Cancelled && row.due.iter().any(|due| !(first..=last).contains(due))
}

/// Those on a roster who are one human under several ids: what they hold besides is another question once it is cancelled.
fn merged_on(state: &State, roster: Handle<Roster>, row: &Roster) -> Vec<Touched> {
    let awarded = |person: Handle<Person>| Touched::Awarded(state.persons.get(person).id);
    // Whichever are fewer are asked: nearly nobody was merged.
    if state.merged.len() < row.set.count as usize {
        let is_on = |person| held_by(state, person).any(|(_, award)| award.roster == roster);
        state.merged.iter().map(|(_, merged)| merged.person).filter(|person| is_on(*person)).map(awarded).collect()
    } else {
        let awards = state.awards.chain(row.last_award, |award| award.before_of_roster);
        awards.map(|(_, award)| award.person).filter(|one| state.merged_row(*one).is_some()).map(awarded).collect()
    }
}

fn find(state: &State, id: Uuid) -> Result<(Handle<Roster>, &Roster), Refusal> {
    state.rosters.by_id(id).ok_or(Refusal::of(Code::UnknownSet, id))
}

/// Makes the change; the roster, if it took a step.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: AwardChange) -> Option<Handle<Roster>> {
    match change {
        AwardChange::Prepare { event, school, programme } => {
            let accounts = state.open_accounts(state.rosters.next());
            state.rosters.push(Roster {
                id: event.roster,
                school,
                programme,
                academic_year: event.academic_year,
                due: event.due,
                set: Set::begun(entry.principal),
                accounts,
                last_award: Link::NONE,
                applications: Vec::new(),
                effective: entry.event.effective,
                last: entry.index,
            });
        }
        AwardChange::Line { roster, person, event } => add_line(state, entry, roster, person, &event),
        AwardChange::Step { roster, stage } => {
            let row = state.rosters.get_mut(roster);
            row.set.enter(stage, entry.principal, entry.event.effective);
            row.last = entry.index;
            return Some(roster);
        }
        AwardChange::StepBack { roster, to } => {
            let row = state.rosters.get_mut(roster);
            row.set.step_back(to);
            row.last = entry.index;
        }
    }
    None
}

fn add_line(
    state: &mut State,
    entry: &Entry<'_>,
    roster: Handle<Roster>,
    person: Handle<Person>,
    event: &RosterLineAdded,
) {
    let award = state.awards.next();
    let holder = state.persons.get_mut(person);
    let before_of_person = std::mem::replace(&mut holder.last_award, award.into());
    holder.last = entry.index;
    let row = state.rosters.get_mut(roster);
    row.set.add_line(event.fen, entry.content);
    row.last = entry.index;
    let before_of_roster = std::mem::replace(&mut row.last_award, award.into());
    let instalments = state.instalments.next();
    for _ in 0..row.due.len() {
        state.instalments.push(Instalment { payout: Link::NONE, in_suspense: 0 });
    }
    state.awards.push(Award {
        id: event.award,
        roster,
        number: event.number,
        person,
        band: event.band,
        fen: event.fen,
        instalments,
        ended: 0,
        before_of_person,
        before_of_roster,
        last: entry.index,
    });
}
