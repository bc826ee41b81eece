//! Running a ledger and feeding it: serve, import, accrue, demo, bench, health. Not here: questions.

pub(crate) mod accrue;
pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod follower;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod serve;
