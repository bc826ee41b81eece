//! To be filled.
pub mod error;
pub mod limits;
pub mod log;
pub mod nats_server;
pub mod writer;
