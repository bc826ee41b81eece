//! Copies of a ledger taken while it runs, and their way back: the record, checkpoints, public keys. A copy that comes
//! back proves itself by its last checkpoint before it is served. Mending a damaged record is `repair`'s business.
//!
//! A copy is laid out like a ledger's own directory, so that `replay verify --data` reads it too. What counts is what its
//! `MANIFEST` names: it is replaced in one step, last of all, so that a run that is cut short leaves the copy as it was.

mod announced;
mod checkpoints_and_keys;
mod error;
mod extent;
mod files;
mod layout;
mod manifest;
mod restore;
mod segments;
mod take;

pub use error::BackupError;
pub use extent::Extent;
pub use layout::MANIFEST;
pub use restore::{Proof, Restore, Restored, restore};
pub use take::{Backup, Taken, backup};
