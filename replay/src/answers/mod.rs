//! Questions answered from the state: reports, traces, labels. Pure functions over what the fold remembers: nothing here
//! decides, keeps anything, or touches files or wire types, and the engine is not known.

pub mod calendar_year;
pub mod divisions;
pub mod execution;
pub mod labels;
pub mod loans;
pub mod payments;
pub mod return_reasons;
pub mod returns;
pub mod trace;

#[cfg(test)]
pub(crate) mod tests;
