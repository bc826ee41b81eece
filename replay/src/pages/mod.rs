//! What is kept on disk and can be thrown away: pages of the state and the postings of each account.
//! Nothing here is the truth: all of it can be made from the record once more. Operators know
//! it as the projections. Not here: the fold that fills it.

pub(crate) mod error;
pub mod generations;
pub(crate) mod history;
pub(crate) mod keeper;
pub mod posting_row;
pub(crate) mod postings;
pub(crate) mod store;
