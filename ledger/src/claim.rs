//! Lenders' claims: each line kept beside our figure, confirmed or disputed.
use crate::entry::Entry;
use crate::event::{ClaimLineAdded, ClaimSubmitted, OverclaimReturned, SetDecided, SetSealed};
use crate::fold::{Act, Change};
use crate::money::Day;
use crate::outcome::Refusal;
use crate::state::State;

pub(crate) enum ClaimChange {}

pub(crate) fn judge_submitted(_state: &State, _entry: &Entry<'_>, _event: &ClaimSubmitted) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_line(_state: &State, _entry: &Entry<'_>, _event: &ClaimLineAdded) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_sealed(_state: &State, _on: Day, _event: &SetSealed) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_approved(_state: &State, _entry: &Entry<'_>, _event: &SetDecided) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_returned(_state: &State, _on: Day, _event: &OverclaimReturned) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn apply(_state: &mut State, _entry: &Entry<'_>, change: ClaimChange) {
    match change {}
}
