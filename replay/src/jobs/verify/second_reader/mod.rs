//! A second reader of the record, apart from the ledger's own on purpose: `frames` finds frames in files by their layout
//! alone, `chain` holds each against the one before and against what was signed. What entries mean is not looked at.

mod chain;
mod frames;

pub use chain::Checker;
pub use frames::{FrameWalk, Walked};
