//! What differs between two states of one record: sums, balances, entities, entries. The states may be of two points in
//! time, or one of them of another policy. Pure: reads two states and nothing else.

mod balances;
mod compare;
mod counted_page;
mod entities;
mod entries;
mod places;

pub use balances::{BalanceDiff, SumDiff};
pub use compare::{Differences, compare, compare_rows};
pub use counted_page::Rows;
pub use entities::{Change, EntityDiff, KindCount};
pub use entries::{EntriesDiff, EntrySides, Few};
