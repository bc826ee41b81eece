//! Aid paid for a day on which its person was no student: the due days of his awards against his standing, whichever of both was told
//! first. It moves no money; whoever decides orders it back.

use crate::aid::award::{held_by, is_enrolled};
use crate::change::Wanted;
use crate::finding::FindingKind;
use crate::state::State;
use crate::state::rows::{Award, Payout};
use uuid::Uuid;

/// Whether the instalment a payment is for falls due on a day on which its person is no student.
pub(crate) fn is_out_of_study(state: &State, payout: &Payout) -> bool {
    let award = state.awards.get(payout.award);
    let due = state.rosters.get(award.roster).due.get(usize::from(payout.instalment));
    due.is_some_and(|due| !is_enrolled(state, award.person, *due))
}

/// Whether an instalment of an award stands paid that fell due on such a day: what calls for the finding is the standing of that day.
pub(crate) fn paid_after_leaving(state: &State, award: &Award) -> Option<Wanted> {
    let due = &state.rosters.get(award.roster).due;
    let instalments = award.instalments.run(u32::try_from(due.len()).unwrap_or(0));
    let mut paid = instalments.zip(due).filter(|(instalment, due)| {
        let mut chain = state.payouts.chain(state.instalments.get(*instalment).payout, |row| row.reissue_of);
        chain.any(|(_, row)| state.times_paid(row) > 0) && !is_enrolled(state, award.person, **due)
    });
    let (_, due) = paid.next()?;
    let standing = state.status_on(award.person, *due).map(|standing| (u64::from(standing.entry), standing.on));
    Some((FindingKind::PaidAfterLeaving, standing))
}

/// All that was ever ordered to be recovered of what a human was paid.
pub(crate) fn recoveries(state: &State, person: Uuid) -> Vec<Uuid> {
    if state.recoveries.is_empty() {
        return Vec::new();
    }
    let human = state.persons.find(person).map(|person| state.human(person));
    let awards = human.into_iter().flatten().flat_map(|one| held_by(state, one));
    let instalments = awards.flat_map(|(_, award)| {
        let due = state.rosters.get(award.roster).due.len();
        award.instalments.run(u32::try_from(due).unwrap_or(0))
    });
    let payouts =
        instalments.flat_map(|at| state.payouts.chain(state.instalments.get(at).payout, |row| row.reissue_of));
    payouts.flat_map(|(_, payout)| state.recoveries_of(payout.id)).map(|debt| debt.id).collect()
}

/// All awards of a human by their ids, each with what it calls for if it was paid so. What was given up under an id may be there anew.
pub(crate) fn wanted(state: &State, person: Uuid) -> Vec<(Uuid, Option<Wanted>)> {
    let human = state.persons.find(person).map(|person| state.human(person));
    let held = human.into_iter().flatten().flat_map(|one| held_by(state, one));
    let standing = held.filter(|(at, award)| state.awards.find(award.id) == Some(*at));
    standing.map(|(_, award)| (award.id, paid_after_leaving(state, award))).collect()
}
