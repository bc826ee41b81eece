//! The demo: a province's year as its offices would deliver it, played into a ledger, and the report of it.
//! Not here: how files are imported, which it does through the same door as everybody.

pub mod report;
pub mod run;
pub mod year;
