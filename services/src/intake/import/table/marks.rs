//! Which columns of a row were read. What follows from one that was not is said by `cells`.

use super::columns::Col;
use std::cell::Cell;

/// Every column has a bit.
const _: () = assert!(Col::ALL.len() <= 256, "a row notes in twice 128 bits which of its columns were read");

/// The columns that were read of a row.
#[derive(Clone, Default, Debug)]
pub struct ReadMarks([Cell<u128>; 2]);

impl ReadMarks {
    /// Notes that somebody reads the cell.
    pub(super) fn mark(&self, col: Col) {
        let half = &self.0[col as usize / 128];
        half.set(half.get() | 1 << (col as u32 % 128));
    }

    /// Whether somebody read it.
    pub(super) fn has(&self, col: Col) -> bool {
        self.0[col as usize / 128].get() & 1 << (col as u32 % 128) != 0
    }
}
