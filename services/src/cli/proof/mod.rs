//! Keys, checkpoints, receipts and witnesses. Not here: jobs over a record, which are `replay`'s.

pub(crate) mod announce;
pub(crate) mod audit;
pub(crate) mod receipt;
pub(crate) mod witness;
