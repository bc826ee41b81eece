//! Scenarios as text an official can read: one event a line, and behind `->` what the ledger must make of it.
//!
//! ```text
//! 2021-10-20 payout_credited payout=付1 amount=1250 by=bank -> posted
//! balance application 申1 payee 1250.00
//! ```
//! Labels stand for ids, amounts are yuan. `fields` reads the fields, `choices` the words of closed lists, `kinds` and its neighbours make events,
//! `runner` runs and compares, `checks` looks at what stands in the state.

mod by_schema;
mod checks;
mod choices;
mod claim_kinds;
mod fields;
mod kinds;
mod loan_kinds;
mod rights_kinds;
mod runner;
mod sets;
mod terms;

pub use runner::{Provoked, after, run, then_any_of};
