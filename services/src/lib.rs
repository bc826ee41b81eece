//! Who may say and see it: import, demo, gRPC and NATS faces, command line. Absent on purpose: rules of money.

pub mod deliver;
pub mod demo;
pub mod demo_run;
pub mod identity;
pub mod import;
pub mod policies;
