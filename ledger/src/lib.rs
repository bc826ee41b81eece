//! What a student-aid event means. Pure: no IO, no clock, no chance, no floats, no protobuf.
//!
//! Read in this order: [`event`] (what can be said), [`fold`] (judge, then commit), [`state`] (what is
//! remembered), then the domain files. Absent on purpose: storage, network, wire types, personal data.

pub mod account;
pub mod entry;
pub mod event;
pub mod merkle;
pub mod money;
pub mod outcome;
pub mod policy;
