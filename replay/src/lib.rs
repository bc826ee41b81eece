//! To be filled.
pub mod error;
pub mod limits;
pub mod log;
pub mod writer;
