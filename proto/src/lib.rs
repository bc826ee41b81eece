//! How the ledger is written down: protobuf for events, questions and answers, and the bytes of an entry.
//!
//! Wire types are in [`v1`]; [`event`] turns them into the domain's and back. Absent on purpose: storage, network,
//! and what an event means.

pub mod entry;
pub mod event;
pub mod fields;
pub mod json;
pub mod limits;
pub mod samples;
pub mod text;

mod outcome;

/// The wire types and services of package `mingzhang.v1`, generated.
#[allow(missing_docs, clippy::all, clippy::pedantic, clippy::semicolon_if_nothing_returned)]
pub mod v1 {
    tonic::include_proto!("mingzhang.v1");
}

/// The compiled `.proto` files, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/mingzhang.binpb"));
