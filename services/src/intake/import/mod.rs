//! Files as offices deliver them, made into events. Reads and derives; records nothing, asks the ledger nothing.
//!
//! The same file gives the same events in the same order with the same ids, so a second import says nothing new.
//! Rosters and applications are taken whole or not at all; of other files only the bad rows are left out. Names
//! and numbers of people and cards end here: only keyed hashes go on.
//!
//! Every cell is brought to its one spelling (`proto::text`), and one that says something is read or its row is refused.
//!
//! How a file is read is in [`table`], what each kind of file says in [`files`].

mod asking;
pub(crate) mod files;
mod importer;
mod out;
mod report;
pub mod table;

#[cfg(test)]
mod asking_tests;
#[cfg(test)]
mod debt_tests;
#[cfg(test)]
mod giver_tests;
#[cfg(test)]
mod loan_tests;
#[cfg(test)]
mod rights_tests;
#[cfg(test)]
mod taken_back_tests;
#[cfg(test)]
mod tests;

pub use crate::ids;
pub use asking::AskError;
pub use importer::{Importer, names_people};
pub(crate) use out::{AskingResult, Candidate, Editions, Out, RowResult, Spoken, Statement, TakenBack};
pub use out::{EntryLookup, Said, SealLookup, Sink};
pub use report::{ImportError, MAX_PROBLEMS, MAX_ROWS, Report, Seal, SinkError};
pub use table::kinds::FileKind;
pub use table::row::Problem;
