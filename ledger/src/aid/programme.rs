//! Programmes: versions of their policies adopted and taken back. What a policy says is in `event::policy`. What a version judged
//! stays as it was judged; once it is taken back nothing later is judged by it, and a finding says how much was.

use crate::change::{Case, Change, Judged, NewFinding, Taken};
use crate::entry::Entry;
use crate::event::policy::Policy;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::rows::{Programme, Roster};
use crate::state::stage::{AdoptedPolicy, JudgedBy, Set, Stage};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(crate) enum ProgrammeChange {
    Adopt(Box<Policy>),
    Gone(Handle<Programme>, JudgedBy),
}

pub(crate) fn judge_policy_adopted(case: &Case<'_>, policy: &Policy) -> Judged<ProgrammeChange> {
    let state = case.state;
    let known = state.programme(&policy.programme).map(|handle| state.programmes.get(handle));
    if known.is_some_and(|row| row.versions.iter().any(|v| v.policy.version == policy.version)) {
        return Err(Refusal::with(Code::PolicyNotNewer, Uuid::nil(), i64::from(policy.version)));
    }
    Ok(Change::of(ProgrammeChange::Adopt(Box::new(policy.clone()))))
}

/// A version no longer holds, from the day on which it did: the one before holds again.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<ProgrammeChange> {
    let (state, index) = (case.state, taken.index());
    let Some(programme) = state.programmes.handle(taken.subject) else { return Ok(Change::nothing()) };
    let versions = &state.programmes.get(programme).versions;
    let Some(adopted) = versions.iter().find(|adopted| adopted.index == index) else { return Ok(Change::nothing()) };
    taken.on(case, adopted.from)?;
    let judged = judged_by(state, programme, adopted);
    let mut change = Change::of(ProgrammeChange::Gone(programme, judged));
    if judged.rosters > 0 || judged.applications > 0 {
        change.findings.push(NewFinding::about(FindingKind::PolicyWithdrawn, taken.id));
    }
    Ok(change)
}

/// The rosters and applications a version judged, which are not given up. Sets are few beside their lines, so that going through all
/// of them is soon done.
fn judged_by(state: &State, programme: Handle<Programme>, version: &AdoptedPolicy) -> JudgedBy {
    let of_it = |roster: &&Roster| roster.programme == programme;
    let rosters: Vec<&Roster> = state.rosters.iter().map(|(_, roster)| roster).filter(of_it).collect();
    let orders = rosters.iter().flat_map(|roster| &roster.applications).map(|order| order.number());
    let orders: BTreeSet<u32> = orders.collect();
    let orders = orders.into_iter().map(|number| state.applications.get(Handle::new(number)));
    let held_for = |set: &Set, from: Day, last: u64| {
        // Lines are judged one by one, each for its day, until the set is sealed.
        let holds = |on: Day| state.adopted(programme, on).is_some_and(|adopted| adopted.index == version.index);
        let until = if set.stage == Stage::Open { version.from } else { set.sealed_on };
        let later = from < version.from && version.from <= until && holds(version.from);
        set.stage != Stage::Cancelled && set.count > 0 && last > version.index && (holds(from) || later)
    };
    let rosters = rosters.iter().filter(|row| held_for(&row.set, row.effective, row.last)).count();
    let applications = orders.filter(|row| held_for(&row.set, row.effective, row.last)).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    JudgedBy { index: version.index, rosters: number(rosters), applications: number(applications) }
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: ProgrammeChange) -> Handle<Programme> {
    match change {
        ProgrammeChange::Adopt(policy) => {
            let policy = *policy;
            let handle = state.programme(&policy.programme).unwrap_or_else(|| state.add_programme(&policy.programme));
            let (from, index) = (entry.event.effective, entry.index);
            let row = state.programmes.get_mut(handle);
            row.versions.push(AdoptedPolicy { from, index, policy });
            row.last = index;
            handle
        }
        ProgrammeChange::Gone(handle, judged) => {
            let row = state.programmes.get_mut(handle);
            row.versions.retain(|adopted| adopted.index != judged.index);
            row.judged.push(judged);
            row.last = entry.index;
            handle
        }
    }
}
