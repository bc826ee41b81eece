//! Finds what is damaged in the stream and in its archive, and restores the one from the other, whichever proves itself.
//! Nothing is written to the record while it is damaged. Reading a sound record is `log`'s business.
//!
//! `run` is the order in which it is done: `examine` looks at every copy frame by frame, `choose` says which frames are the
//! record, by the chain of roots and the checkpoints, `archive` and `stream` write a copy again.

mod archive;
mod checkpoints;
mod choose;
mod copies;
mod examine;
mod examined;
mod files;
mod held;
mod mark;
mod options;
mod report;
mod run;
mod stream;

pub use options::{Progress, RepairError, RepairOptions};
pub use report::{Copy, Examination, Fault, Finding, Repaired};
pub use run::{examine, repair};
