//! Payments to lenders out of named document lines: ordered, approved by another, cleared by the treasury.
use crate::entry::Entry;
use crate::event::{RemittanceApproved, RemittanceCleared, RemittanceOrdered, RemittanceReturned};
use crate::fold::{Act, Change};
use crate::money::Day;
use crate::outcome::Refusal;
use crate::state::State;

pub(crate) enum RemittanceChange {}

pub(crate) fn judge_ordered(_state: &State, _entry: &Entry<'_>, _event: &RemittanceOrdered) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_approved(
    _state: &State,
    _entry: &Entry<'_>,
    _event: &RemittanceApproved,
) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_cleared(_state: &State, _on: Day, _event: &RemittanceCleared) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_returned(_state: &State, _on: Day, _event: &RemittanceReturned) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn apply(_state: &mut State, _entry: &Entry<'_>, change: RemittanceChange) {
    match change {}
}
