//! What a student-aid event means. Pure: no IO, no clock, no chance, no floats, no protobuf.
//!
//! Read in this order: [`event`] (what can be said), [`fold`] (judge, then commit), [`state`] (what is remembered), then
//! the wings of the domain, which name only what is before them: `registry` (who there is), [`loan`] (a loan's own
//! days), then `aid` (from the budget to the card) and [`lender`] (what finance and lenders owe each other), of which the two do not
//! know each other, then `suspense` (how their money on nobody's authority ends).
//! Absent on purpose: storage, network, wire types, personal data.

pub mod account;
mod aid;
mod authority;
mod change;
mod control;
mod desk;
mod difference;
pub mod entry;
pub mod event;
pub mod finding;
pub mod fold;
pub mod handle;
pub mod hash;
mod in_vain;
pub mod lender;
pub mod loan;
pub mod money;
pub mod outcome;
mod registry;
pub mod rights;
pub mod set;
pub mod state;
mod steps;
mod suspense;
pub mod tree;
mod withdraw;
