//! The jobs, one file each, and what they share: where the record is. The library knows none of them.

pub mod export;
pub mod fold;
pub mod source;
pub mod verify;
