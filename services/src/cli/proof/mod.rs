//! Keys, checkpoints, receipts and witnesses, a file for each command. Not here: jobs over a record, which are `replay`'s.

pub(crate) mod announce_key;
mod announcements;
mod balance_receipt;
mod check_balance;
pub(crate) mod check_receipt;
pub(crate) mod checkpoint;
pub(crate) mod credential;
mod held;
pub(crate) mod identity_key;
pub(crate) mod keygen;
mod proved;
pub(crate) mod receipt;
mod today;
pub(crate) mod witness;
