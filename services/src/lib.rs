//! Who may say and see it. Absent on purpose: rules of money.
//!
//! Its wings, ground up: [`wire`], [`principal`] and [`ids`] (words that several share), [`query`] (what is asked) and [`intake`] (what
//! is said; these two do not know each other), [`accrue`] (the job that says a quarter's interest) and [`faces`] (gRPC, NATS,
//! following), [`demo`], [`bench`], and [`cli`], which nothing but the binary names.

pub mod accrue;
pub mod bench;
pub mod cli;
pub mod demo;
pub mod faces;
pub mod ids;
pub mod intake;
pub mod principal;
pub mod query;
pub mod wire;
