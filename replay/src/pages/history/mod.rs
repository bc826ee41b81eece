//! The older postings of each account: how they are packed into chunks, where those lie in the store, and how they are walked
//! forward and back. Chunks are only ever put, never changed. Not here: what is still in memory, which is in `postings`.

mod chunk;
mod keys;
mod sums;
mod walk;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use keys::{Chunks, Found};
pub(crate) use walk::ChunkWalk;
pub(crate) use write::History;
