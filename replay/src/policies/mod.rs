//! Policy files: `policies/*.toml` read strictly into the ledger's policies, and those this program ships.
//! Here is the reading only: what a policy decides is in `ledger`, and adopting one is an event like any other.

mod file_text;
pub mod loans;
mod reading;
pub mod rights;
mod shape;
pub(crate) mod shipped;
#[cfg(test)]
mod tests;

pub use file_text::PolicyFileError;
pub use shipped::{events, shipped};
