//! Loans told at random, and a second, simple model of their interest: day by day, in plain code. It shares nothing with
//! the ledger's own computation, so a mistake would have to be made twice.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

mod book;
mod check;
mod claims;
mod day;
mod fund;
mod named_first;
mod reckon;
mod slips;
mod story;
mod teller;
mod terms;
mod told;
mod wrong;
mod year;

pub use book::{Book, Contract, loan_of};
pub use check::{agrees, digest, funds, orgs};
pub use claims::{Claims, claims, right_line};
pub use fund::funds_agree;
pub use named_first::{Registered, named_first};
pub use reckon::{Parts, Reckoning, reckon};
pub use story::{Story, day};
pub use teller::Teller;
pub use terms::{benchmarks, campus, fixings, origin};
pub use told::{Telling, borrowers, shuffle, telling, world};
pub use year::year;
