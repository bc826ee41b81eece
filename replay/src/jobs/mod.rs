//! The jobs, one file each, and what they share: where the record is. The library knows none of them.

pub mod backup;
pub mod explain;
pub mod export;
pub mod fold;
pub mod interrupts;
pub mod live;
pub mod rebuild;
pub mod repair;
pub mod restore;
pub mod source;
pub mod verify;
pub mod what_if;
