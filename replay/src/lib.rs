//! How the record becomes state, live or later: log, writer, drive, store, projections.
//! Live operation is a replay that does not stop. Absent on purpose: servers, and rules of money.

pub mod backup;
pub mod catch_up;
pub mod checkpoint;
pub mod checkpoints;
pub mod drive;
pub mod error;
pub mod explain;
pub mod export;
pub mod follow;
pub mod generations;
pub mod keys;
pub mod limits;
pub mod log;
pub mod marker;
pub mod nats_server;
pub mod note;
pub mod pages;
pub mod past;
pub mod points;
pub mod policies;
pub mod projections;
pub mod rebuild;
pub mod receipt;
pub mod repair;
pub mod signing;
pub mod store;
pub mod table;
pub mod tally;
pub mod tiles;
pub mod trust;
pub mod what_if;
pub mod witness;
pub mod writer;
