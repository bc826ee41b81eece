//! Running a ledger and feeding it, a file for each command; `follower` is what `serve --follow` adds, `access` how it lets
//! callers in. Not here: questions.

mod access;
pub(crate) mod accrue;
pub(crate) mod bench;
pub(crate) mod demo;
mod follower;
pub(crate) mod found;
pub(crate) mod health;
pub(crate) mod import;
mod import_key;
pub(crate) mod provision;
pub(crate) mod serve;
