//! Files of loan terms by version, and of the programmes that pay lenders, read strictly into the events that adopt them.
//! Here is the reading only: what terms decide is in `ledger`; tables of rates are imported by `services`.

mod adopting;
mod reading;
mod shape;
#[cfg(test)]
mod tests;
mod version_terms;

pub use adopting::{events, toml_events};
