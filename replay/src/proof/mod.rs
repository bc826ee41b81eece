//! What is signed over the record: notes, checkpoints, tiles, receipts, keys and who may sign.
//! Not here: pages, and the engine whose entries are signed.

pub mod balance_files;
pub mod balance_note;
pub mod balance_receipt;
pub mod checkpoint;
pub mod checkpoint_files;
pub mod comparing;
pub mod cosignature_error;
pub mod cosigned;
pub mod evidence;
pub mod key_files;
pub mod log_proof;
pub mod notary;
mod note_keys;
pub(crate) mod outcomes;
pub mod receipt;
pub mod signed_note;
pub(crate) mod still_there;
pub mod suffered;
pub mod tally;
pub(crate) mod tiles;
pub mod trees;
pub mod trust;
pub mod witness;
pub mod witnessed;
