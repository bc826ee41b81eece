//! Exports for strangers' tools: the whole record folded again from its first entry and written out as it goes. Memory is
//! that of the state. Nothing of the ledger is changed, and no person is named.
//!
//! What a journal looks like is in `hledger` and `beancount`, what both have in common in `journal`, tables in `csv`; the
//! tree, which needs no fold, is in `tiles`.

mod beancount;
mod csv;
mod error;
mod folding;
mod hledger;
mod journal;
pub mod names;
mod new_directory;
mod run;
mod tiles;

pub use error::ExportError;
pub use run::{EVERY, Format, Written, export};
pub use tiles::{Until, WrittenTiles, export_tiles};
