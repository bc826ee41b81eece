//! The record and its jobs over real files, real servers and the real binary, which are damaged, killed and copied.
//! Not here: what a module can show without a process or a server; that is tested next to the module.
//!
//! One program, because linking takes longer than most of these tests. Whatever a test writes is in a directory of its
//! own and every server has a port of its own, so that all of them may run at the same time.

mod backup;
mod corruption;
mod export_tiles;
mod halted;
mod log_conformance;
mod log_faults;
mod log_files;
mod log_kills;
mod nats_process;
mod power;
mod rebuild;
mod repair;
mod repair_kills;
mod repair_random;
mod support;
mod taken_away;
mod times;
mod verify;
mod verify_live;
mod what_if;
