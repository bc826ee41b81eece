//! What a follower holds against its writer: the root and the outcomes it arrived at itself, at the size of each signed
//! checkpoint. Reading the stream is in `record::log`, folding in `engine`, fetching checkpoints with whoever knows the network.

mod claim;
mod difference;
mod marks;

pub(crate) use claim::Claim;
pub use claim::Compared;
pub use difference::{DIFFERS, Difference, forget};
pub(crate) use difference::{keep, refuse};
pub(crate) use marks::Marks;
