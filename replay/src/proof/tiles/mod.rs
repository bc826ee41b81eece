//! The tree of the record as hash tiles (C2SP tlog-tiles) of 256 hashes each, which give the hash of any complete subtree. A
//! cache like the pages: it can be deleted and is made again from the record. What is signed over the tree is not known here.

mod error;
#[cfg(test)]
mod tests;
mod tile_files;
mod tree;

pub use error::TileError;
pub(crate) use tile_files::tile_name;
pub use tree::Tiles;
