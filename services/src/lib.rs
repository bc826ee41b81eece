//! To be filled.

pub mod policies;
