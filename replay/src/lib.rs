//! How the record becomes state, live or later. Live operation is a replay that does not stop.
//! Absent on purpose: servers, and rules of money.
//!
//! Its wings, ground up; each names itself and those before it only, but for pairs said not to know each other:
//! [`record`] (the bytes in one order), [`proof`] (what is signed over them), [`pages`] (what is kept on disk and can be
//! thrown away), [`engine`] (the loop that folds), [`answers`] (what the state says; engine and answers do not know each
//! other), [`audit`] (why, what if, what changed) and [`upkeep`] (copies and repair; nor do these two). The jobs are under
//! the binary. Below all wings lie limits, points in time, printing, how a server is
//! reached ([`dial`]), and [`policies`]: policy files, and those shipped.

pub mod answers;
pub mod audit;
pub mod dial;
pub mod engine;
pub mod files;
pub mod kill_points;
pub mod limits;
pub mod pages;
mod pause;
pub mod point;
pub mod policies;
pub mod proof;
pub mod record;
pub mod terminal;
pub mod upkeep;
