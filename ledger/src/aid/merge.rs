//! Two ids found to be one human's 合并人员: told and taken back, with what was granted under both before it was known. A merge
//! moves no money: what should not have been paid twice is found while it stands, and whoever decides takes it back.

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
use crate::state::rows::{Award, Merged, Person, Programme, Roster};
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
    let mut change = Change::of(MergeChange::Merge { person, into });
    change.touched = of_merged(person).into_iter().collect();
    change.touched.extend(cards_of(state, one.into_iter().chain(other)));
    Ok(change)
}

/// Split again, whatever came after.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<MergeChange> {
    let state = case.state;
    let told = |row: &Handle<Merged>| state.merged.get(*row).told_by == taken.entry.into();
    let merged: Link<Merged> = state.merged.handle(taken.subject).filter(told).into();
    let mut touched = SmallVec::new();
    if let Some(row) = merged.handle() {
        let Merged { person, on, into, .. } = *state.merged.get(row);
        taken.on(case, on)?;
        let halves = [Some(row), into.handle()].into_iter().flatten().map(|row| state.merged.get(row).id);
        touched.extend(halves.flat_map(of_merged));
        touched.extend(cards_of(state, state.human(person)));
    }
    Ok(Change { touched, ..Change::of(MergeChange::Split { merged }) })
}

/// What is another question of whoever is one human with others now, or no longer.
fn of_merged(id: Uuid) -> [Touched; 5] {
    [Touched::Human(id), Touched::Borrower(id), Touched::Awarded(id), Touched::Standing(id), Touched::Dead(id)]
}

/// The cards of which it is another question now whether two humans share them.
fn cards_of(state: &State, ids: impl IntoIterator<Item = Handle<Person>>) -> impl Iterator<Item = Touched> {
    shared_by(state, ids).into_iter().map(|card| Touched::Card(state.cards.get(card).id))
}

/// All awards of a human by their ids, each with what it calls for beside those held under his other ids.
pub(crate) fn wanted(state: &State, person: Uuid) -> Vec<(Uuid, Vec<FindingKind>)> {
    let Some(person) = state.persons.find(person) else { return Vec::new() };
    let human = state.human(person);
    let found = held_beside(state, &human);
    let of = |award: Uuid| found.iter().filter(|(_, id)| *id == award).map(|(kind, _)| *kind).collect();
    let awards = human.into_iter().flat_map(|one| held_by(state, one));
    awards.map(|(_, award)| (award.id, of(award.id))).collect()
}

/// An award and its roster.
type Held<'a> = (Handle<Award>, &'a Award, &'a Roster);

/// What may be found of the awards of several ids.
pub(crate) const OF_AWARDS: [FindingKind; 2] = [FindingKind::AwardedTwice, FindingKind::Policy(Rule::Exclusive)];

/// What several ids, who are one human, hold that one may not: each time about the award told later.
fn held_beside(state: &State, human: &[Handle<Person>]) -> Vec<(FindingKind, Uuid)> {
    let of = |&person: &Handle<Person>| {
        held_by(state, person).map(|(handle, award)| (handle, award, state.rosters.get(award.roster)))
    };
    let mut held: Vec<Held<'_>> = human.iter().flat_map(of).collect();
    held.retain(|(_, _, roster)| roster.set.stage != Stage::Cancelled);
    held.sort_by_key(|(handle, _, roster)| (roster.academic_year, *handle));
    let mut found = Vec::new();
    for year in held.chunk_by(|(_, _, one), (_, _, other)| one.academic_year == other.academic_year) {
        for (at, later) in year.iter().enumerate() {
            for before in year[..at].iter().filter(|before| before.1.person != later.1.person) {
                found.extend(against(state, before.2, later.2).map(|kind| (kind, later.1.id)));
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
