//! Risk compensation 风险补偿金: what is owed for a risk year's net drawings, by whom, and what becomes of it.
use crate::event::{
    CompensationAccrued, CompensationReceived, FundStated, LoanRelieved, LoanWrittenOff, LossRecovered, RewardSpent,
    SurplusRewarded,
};
use crate::fold::{Act, Change};
use crate::loan::flows::Flows;
use crate::loan::rows::Fact;
use crate::money::Day;
use crate::outcome::Refusal;
use crate::state::State;

pub(crate) enum RiskChange {}

pub(crate) fn note(_state: &mut State, _index: u64, _loan: u32, _before: &Flows, _new: &[Fact]) {}
pub(crate) fn judge_written_off(_state: &State, _index: u64, _on: Day, _event: &LoanWrittenOff) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_recovered(_state: &State, _on: Day, _event: &LossRecovered) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_relieved(_state: &State, _index: u64, _on: Day, _event: &LoanRelieved) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_accrued(_state: &State, _on: Day, _event: &CompensationAccrued) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_received(_state: &State, _on: Day, _event: &CompensationReceived) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_stated(_state: &State, _on: Day, _event: &FundStated) -> Change {
    Change::of(Act::Nothing)
}
pub(crate) fn judge_rewarded(_state: &State, _on: Day, _event: &SurplusRewarded) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn judge_spent(_state: &State, _on: Day, _event: &RewardSpent) -> Result<Change, Refusal> {
    Ok(Change::of(Act::Nothing))
}
pub(crate) fn apply(_state: &mut State, _index: u64, _on: Day, change: RiskChange) {
    match change {}
}
