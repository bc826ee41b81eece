//! Questions about loans, claims and compensation funds: a folder for each command, in it a file for each of what it does.
//! Not here: anything else.

pub(crate) mod claim;
pub(crate) mod loan;
pub(crate) mod risk;
pub(crate) mod words;
