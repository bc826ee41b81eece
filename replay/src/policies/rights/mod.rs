//! The table of roles, read strictly into the event that adopts it: the one this program ships, and that of a file.
//! Here is the reading only: what a table decides is in `ledger`.

mod names;
mod reading;
mod shape;
mod signing;
#[cfg(test)]
mod tests;

pub use reading::{rights_events, shipped_rights};
