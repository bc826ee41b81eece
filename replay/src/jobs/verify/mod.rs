//! `replay verify`: the record read a second way, hashed, folded again from nothing and compared with what was signed.
//!
//! It is independent of the ledger on purpose: whoever verifies must not lean on the reader, the pages or the loop that may
//! be what is wrong. Files are read by a reader of its own (`second_reader`), which shares only the layout of one frame with
//! the ledger's. What an entry means is not written twice: entries are decoded and folded as everywhere. A stream is read by
//! the library, as only the server's client can, and its frames are checked here once more. Nothing is mended: that is for
//! `replay repair`, which looks at copies frame by frame in `upkeep::repair`.

mod asked_service;
mod command;
mod contradiction;
mod evidence;
mod expected;
mod reading;
mod refold;
mod report;
mod second_reader;
mod trusted_keys;
mod witnesses;

pub use command::{VerifyArgs, run};
