//! The one writer of a ledger: takes submissions into a bounded queue, builds frames of whatever waits, hands them to the log
//! and reports each entry once it is durable in all homes. Folding is not its business, nor what an entry says.

mod build;
mod items;
mod queue;
mod salt;
mod settle;
mod threads;

pub use items::{EncodeEntry, Item, Reported, Settled, Speaker, SubmitError, WriterOptions};
pub use threads::{Submitter, Writer};
