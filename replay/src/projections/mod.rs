//! Questions answered from the state: reports, traces, labels. Pure functions over what the fold remembers; the one
//! that keeps anything itself is `entries`, with `history` behind it. Nothing here decides, and nothing here touches files or wire types.

pub mod entries;
pub mod execution;
pub mod history;
pub mod loans;
pub mod lookups;
pub mod reasons;
pub mod returns;
pub mod totals;
pub mod trace;
pub mod year;

#[cfg(test)]
pub(crate) mod world;

#[cfg(test)]
mod walk_tests;
