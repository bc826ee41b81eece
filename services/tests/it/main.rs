//! The faces as callers know them: servers in this process, `mingzhang` as a process of its own, Python and Beancount.
//! Not here: what a module can show without a server; that is tested next to the module.
//!
//! One program, because linking takes longer than most of these tests. Whatever a test writes is in a directory of its
//! own and every server has a port of its own, so that all of them may run at the same time.

mod accrue_race;
mod as_of;
mod balance_receipts;
mod balance_vectors;
mod brief;
mod cleared;
mod cli;
mod cosigned;
mod crowds;
mod damaged;
mod deaths;
mod demo_exports;
mod diff;
mod doors;
mod explain;
mod floods;
mod followers;
mod founding;
mod full;
mod fuzz;
mod health;
mod hostile;
mod identity_key;
mod import_again;
mod keys;
mod kill_campaign;
mod lending;
mod loans;
mod loans_cli;
mod nats_face;
mod opinions;
mod owed_back;
mod points;
mod process;
mod python_client;
mod readme;
mod receipt_vectors;
mod receipts;
mod receipts_today;
mod recovered;
mod remedies;
mod server;
mod stories;
mod stranger;
mod support;
#[path = "../../../tests/tests/it/export/tools.rs"]
#[allow(dead_code)] // The test of the exports uses the rest.
mod tools;
mod unseen;
mod who;
mod whose_number;
mod withdrawals;
