//! Rows an entry left in the state, found by its index in tables whose rows ascend by it. What they mean is not known here.

use ledger::state::State;
use ledger::state::table::{Row, Table};

/// Numbers of the findings an entry opened.
pub(super) fn findings_at(state: &State, index: u64) -> impl Iterator<Item = u32> {
    let begin = first_at(&state.findings, |row| row.index < index);
    (begin..state.findings.next()).take_while(move |number| state.findings.get(*number).index == index)
}

/// The first row that is not before what is looked for, in a table whose rows ascend.
pub(super) fn first_at<T: Row>(table: &Table<T>, before: impl Fn(&T) -> bool) -> u32 {
    let (mut low, mut high) = (0, table.next());
    while low < high {
        let middle = low + (high - low) / 2;
        if before(table.get(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
