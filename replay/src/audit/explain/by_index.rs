//! Rows an entry left in the state, found by its index in tables whose rows ascend by it. What they mean is not known here.

use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::rows::Finding;

/// The findings an entry opened.
pub(super) fn findings_at(state: &State, index: u64) -> impl Iterator<Item = Handle<Finding>> {
    let begin = state.findings.partition_point(|row| row.index < index);
    state.findings.from(begin).take_while(move |(_, row)| row.index == index).map(|(at, _)| at)
}
