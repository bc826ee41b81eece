//! Decisions dated before what they decide about. They count, as documents do come with older dates; but as of the days in between
//! nothing of them can be told, and mostly somebody mistook a digit. So a finding says it, until the decision is taken back.

use crate::event::{Kind, Purpose};
use crate::money::Day;
use crate::state::State;
use crate::state::stage::Set;
use crate::suspense;
use uuid::Uuid;

/// Whether a decision is of an earlier day than the thing it is about, as that stands when it is made.
pub(super) fn is_early(state: &State, on: Day, kind: &Kind) -> bool {
    about(state, kind).is_some_and(|day| on < day)
}

/// The day of what a decision is about; none for what is no decision, or begins something.
fn about(state: &State, kind: &Kind) -> Option<Day> {
    let line = |id: Uuid| state.lines.by_id(id).map(|(_, line)| line.effective);
    match kind {
        Kind::LinePassedDown(event) => event.parts.iter().filter_map(|part| line(part.from)).max(),
        Kind::LineRecalled(event) => line(event.line),
        Kind::LineAdjusted(event) => line(event.line),
        Kind::RosterSealed(event) => state.rosters.by_id(event.set).map(|(_, row)| row.effective),
        Kind::RosterReviewed(event) | Kind::RosterApproved(event) => {
            state.rosters.by_id(event.set).map(|(_, row)| step_before(&row.set))
        }
        Kind::AwardCancelled(event) => {
            let (_, award) = state.awards.by_id(event.award)?;
            Some(state.rosters.get(award.roster).set.approved_on)
        }
        Kind::ApplicationSealed(event) => {
            let (_, row) = state.applications.by_id(event.set)?;
            row.parts.iter().map(|part| state.lines.get(part.line).effective).chain([row.effective]).max()
        }
        Kind::ApplicationApproved(event) => state.applications.by_id(event.set).map(|(_, row)| step_before(&row.set)),
        Kind::BatchSent(event) => state.applications.by_id(event.application).map(|(_, row)| step_before(&row.set)),
        Kind::SuspenseCleared(event) => suspense::day_of(state, event),
        Kind::RecoveryOrdered(event) => state.payouts.by_id(event.payout).map(|(_, row)| row.on),
        Kind::RecoveryWaived(event) => state.debts.by_id(event.debt).map(|(_, row)| row.on),
        // What days cost is known once they are over.
        Kind::ClaimSubmitted(event) => Some(event.through),
        Kind::ClaimSealed(event) => state.claims.by_id(event.set).map(|(_, row)| row.effective),
        Kind::ClaimApproved(event) => state.claims.by_id(event.set).map(|(_, row)| step_before(&row.set)),
        Kind::RemittanceOrdered(event) => match event.purpose {
            Purpose::Claim(claim) => state.claims.by_id(claim).map(|(_, row)| step_before(&row.set)),
            _ => None,
        },
        Kind::RemittanceApproved(event) => state.remittances.by_id(event.remittance).map(|(_, row)| row.ordered_on),
        _ => None,
    }
}

/// The day of the latest step a set took.
fn step_before(set: &Set) -> Day {
    set.sealed_on.max(set.reviewed_on).max(set.approved_on)
}
