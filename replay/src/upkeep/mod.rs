//! Keeping a ledger whole: copies, and repair from whichever copy proves itself.
//! It works on records that are not running, and does not know audit.

pub mod backup;
pub mod repair;
