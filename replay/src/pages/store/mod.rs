//! Pages of the state and chunks of postings on disk: the only folder that says `sled`. Nothing here is the truth: on any
//! doubt the directory is dropped and made again from the record. When to keep pages is not decided here.

mod carry;
mod sealed;
mod stored;

pub use stored::Store;
pub(crate) use stored::{Batch, FORMAT};
