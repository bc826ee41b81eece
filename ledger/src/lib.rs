//! What a student-aid event means. Pure: no IO, no clock, no chance, no floats, no protobuf.
//!
//! Read in this order: [`event`] (what can be said), [`fold`] (judge, then commit), [`state`] (what is
//! remembered), then the domain files. Absent on purpose: storage, network, wire types, personal data.

pub mod account;
mod award;
mod budget;
pub mod chain;
mod claim;
mod control;
pub mod entry;
pub mod event;
mod finding;
pub mod fold;
pub mod loan;
pub mod merkle;
pub mod money;
mod org;
pub mod outcome;
mod payment;
mod people;
pub mod policy;
pub mod proof;
mod remittance;
mod results;
pub mod risk;
pub mod rows;
pub mod set;
pub mod state;
mod suspense;
pub mod table;
