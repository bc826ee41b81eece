//! Questions answered from the state: reports, traces, labels. Pure functions over what the fold remembers; the one
//! that keeps anything itself is `entries`, with `history` behind it. Nothing here decides, and nothing here touches files or wire types.

pub mod calendar_year;
pub mod execution;
pub mod labels;
pub mod loans;
pub mod return_reasons;
pub mod returns;
pub mod totals;
pub mod trace;

#[cfg(test)]
pub(crate) mod tests;
