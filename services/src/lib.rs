//! Who may say and see it: intake, questions, faces, command line, demo. Absent on purpose: rules of money.

pub mod accrue;
pub mod bench;
pub mod cli;
pub mod demo;
pub mod faces;
pub mod intake;
pub mod principal;
pub mod query;
pub mod wire;
