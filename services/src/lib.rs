//! Who may say and see it: import, demo, gRPC and NATS faces, command line. Absent on purpose: rules of money.

pub mod accrue;
pub mod bench;
pub mod cli;
pub mod deliver;
pub mod demo;
pub mod demo_report;
pub mod demo_run;
pub mod following;
pub mod identity;
pub mod import;
pub mod ingest;
pub mod loan_policies;
pub mod nats_face;
pub mod query;
pub mod server;

pub use replay::{policies, table};
