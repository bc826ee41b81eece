//! The doors of a running ledger: gRPC, NATS, and following; and who comes through them. Not here: what is let in, and what is answered.

pub mod following;
pub mod grpc;
pub mod nats;
pub mod question_group;
pub mod submission;
pub mod tls;
pub mod who;
