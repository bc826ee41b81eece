//! Two ids found to be one human's 合并人员: told and taken back, with what was granted under both before it was known. A merge
//! moves no money: what should not have been paid twice is found, and whoever decides takes it back.

use crate::aid::award::held_by;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched};
use crate::event::PersonMerged;
use crate::event::policy::Rule;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::registry::cards::shared_by;
use crate::registry::merged::MergeChange;
use crate::state::State;
use crate::state::human::{Human, IDS_MAX};
use crate::state::rows::{Award, Finding, Merged, Person, Programme, Roster};
use crate::state::stage::Stage;
use smallvec::SmallVec;
use uuid::Uuid;

pub(crate) fn judge_person_merged(case: &Case<'_>, event: &PersonMerged) -> Judged<MergeChange> {
    let (state, &PersonMerged { person, into, .. }) = (case.state, event);
    let known = [person, into].map(|id| state.persons.find(id));
    let [one, other] = known.map(|known| known.map_or_else(Human::new, |person| state.human(person)));
    let left_out = |kind| Ok(Change::only(NewFinding::about(kind, person)));
    // They are one already, so of a circle the link told last is left out; nothing is lost by it.
    if person == into || known[1].is_some_and(|into| one.contains(&into)) {
        return left_out(FindingKind::MergeCycle);
    }
    let merged = known[0].and_then(|person| state.merged_row(person));
    if merged.is_some_and(|row| state.merged.get(row).into.is_some()) {
        return left_out(FindingKind::Repeated);
    }
    if one.len().max(1) + other.len().max(1) > IDS_MAX {
        return left_out(FindingKind::TooManyFacts);
    }
    let sides: Vec<_> = one.iter().map(|one| (*one, 0)).chain(other.iter().map(|other| (*other, 1))).collect();
    let mut change = Change::of(MergeChange::Merge { person, into });
    let found = held_by_both(state, &sides).into_iter();
    change.findings.extend(found.map(|(kind, subject)| NewFinding::about(kind, subject)));
    change.touched = [Touched::Human(person), Touched::Borrower(person)].into();
    change.touched.extend(cards_of(state, sides.iter().map(|(one, _)| *one)));
    Ok(change)
}

/// Split again, whatever came after: what it found is found no more, nor what other merges found that took both halves.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<MergeChange> {
    let state = case.state;
    let told = |row: &Handle<Merged>| state.merged.get(*row).told_by == taken.entry.into();
    let merged: Link<Merged> = state.merged.handle(taken.subject).filter(told).into();
    let mut closed: Vec<Handle<Finding>> = found_by(state, taken.index()).map(|(finding, _)| finding).collect();
    let mut touched = SmallVec::new();
    if let Some(row) = merged.handle() {
        let Merged { person, on, into, .. } = *state.merged.get(row);
        taken.on(case, on)?;
        let halves = [Some(row), into.handle()].into_iter().flatten().map(|row| state.merged.get(row).id);
        touched.extend(halves.flat_map(|half| [Touched::Human(half), Touched::Borrower(half)]));
        touched.extend(cards_of(state, state.human(person)));
        let below = state.merged_below(row);
        let (one, other): (Human, Human) = state.human(person).into_iter().partition(|one| below.contains(one));
        closed.extend([one, other].iter().flat_map(|half| no_longer_found(state, half)));
    }
    Ok(Change { touched, ..Change::of(MergeChange::Split { merged, closed }) })
}

/// The cards of which it is another question now whether two humans share them.
fn cards_of(state: &State, ids: impl IntoIterator<Item = Handle<Person>>) -> impl Iterator<Item = Touched> {
    shared_by(state, ids).into_iter().map(|card| Touched::Card(state.cards.get(card).id))
}

/// What a merge found of awards and is open. What it called for of loans closes by itself, and that somebody is not registered
/// stays so without it.
fn found_by(state: &State, index: u64) -> impl Iterator<Item = (Handle<Finding>, &Finding)> {
    let of_awards = |kind| matches!(kind, FindingKind::AwardedTwice | FindingKind::Policy(Rule::Exclusive));
    state.findings_of(index).filter(move |(_, finding)| finding.open && of_awards(finding.kind))
}

/// What the merges within one half found and what among these ids alone is none.
fn no_longer_found(state: &State, half: &[Handle<Person>]) -> Vec<Handle<Finding>> {
    let sides: Vec<_> = half.iter().zip(0..).map(|(one, side)| (*one, side)).collect();
    let holds = held_by_both(state, &sides);
    let merges = half.iter().filter_map(|one| state.merged.get(state.merged_row(*one)?).told_by.handle());
    let found = merges.flat_map(|entry| found_by(state, entry.into()));
    found.filter(|(_, found)| !holds.contains(&(found.kind, found.subject))).map(|(finding, _)| finding).collect()
}

/// An award, the number of whose side it is on, and its roster.
type Held<'a> = (usize, Handle<Award>, &'a Award, &'a Roster);

/// What two sides, who turn out to be one human, hold that one may not: each time about the award told later.
fn held_by_both(state: &State, sides: &[(Handle<Person>, usize)]) -> Vec<(FindingKind, Uuid)> {
    let of = |&(person, side): &(Handle<Person>, usize)| {
        held_by(state, person).map(move |(handle, award)| (side, handle, award, state.rosters.get(award.roster)))
    };
    let mut held: Vec<Held<'_>> = sides.iter().flat_map(of).collect();
    held.retain(|(_, _, _, roster)| roster.set.stage != Stage::Cancelled);
    held.sort_by_key(|(_, handle, _, roster)| (roster.academic_year, *handle));
    let mut found = Vec::new();
    for year in held.chunk_by(|(_, _, _, one), (_, _, _, other)| one.academic_year == other.academic_year) {
        for (at, later) in year.iter().enumerate() {
            for before in year[..at].iter().filter(|before| before.0 != later.0) {
                found.extend(against(state, before.3, later.3).map(|kind| (kind, later.2.id)));
            }
        }
    }
    found.dedup();
    found
}

/// What one human may not hold two awards of a year for.
fn against(state: &State, one: &Roster, other: &Roster) -> Option<FindingKind> {
    if one.programme == other.programme {
        return Some(FindingKind::AwardedTwice);
    }
    let excluded = excludes(state, one, other.programme) || excludes(state, other, one.programme);
    excluded.then_some(FindingKind::Policy(Rule::Exclusive))
}

/// Whether the policy of a roster excludes another programme.
fn excludes(state: &State, roster: &Roster, programme: Handle<Programme>) -> bool {
    let code = &state.programmes.get(programme).code;
    let policy = state.policy(roster.programme, roster.effective);
    policy.is_some_and(|policy| policy.exclusions.iter().any(|exclusion| exclusion.programme == *code))
}
