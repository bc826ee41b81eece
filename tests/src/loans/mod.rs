//! Loans told at random, and a second, simple model of their interest: day by day, in plain code. It shares nothing with
//! the ledger's own computation, so a mistake would have to be made twice.

mod book;
mod check;
mod day;
mod reckon;
mod story;
mod teller;
mod terms;
mod told;

pub use book::{Book, Contract};
pub use check::{agrees, digest};
pub use reckon::{Parts, Reckoning, reckon};
pub use story::{Story, day};
pub use teller::Teller;
pub use terms::{benchmarks, campus, fixings, origin};
pub use told::{Telling, shuffle, telling, world};
