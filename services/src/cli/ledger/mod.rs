//! Questions about budget money, awards and payments. Not here: loans, proofs, and running a ledger.

pub(crate) mod ask;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod follow;
pub(crate) mod one;
pub(crate) mod trace;
