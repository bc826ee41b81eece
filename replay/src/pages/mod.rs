//! What is kept on disk and can be thrown away: pages of the state and the postings of each account.
//! Nothing here is the truth: all of it can be made from the record once more. Not here: the fold that fills it.

pub mod error;
pub mod generations;
pub mod history;
pub mod keeper;
pub mod posting_row;
pub mod postings;
pub mod store;
