//! The bytes in one order: the log in its two homes, and the one writer.
//! Not here: what the bytes mean, and what is signed over them.

pub mod alarm;
pub mod error;
pub mod following;
pub(crate) mod leaves;
pub mod log;
pub mod nats_server;
pub mod repairing;
pub mod writer;
