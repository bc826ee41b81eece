//! Is it true: scenarios, a second model, generated histories and frozen bytes, over the crates as libraries.
//! Not here: servers and processes, which `replay` and `services` test; house rules, which are in `tidy.rs`.

mod all_balances;
mod as_of;
mod budget;
mod chains;
mod claims;
mod corrected;
mod days;
mod diff;
mod early;
mod export;
mod formats;
mod frozen;
mod histories;
mod in_vain;
mod kinds;
mod lenders;
mod loans;
mod merged;
mod named_first;
mod one_day;
mod past;
mod proofs;
mod recovered;
mod remittances;
mod rfc6962;
mod rights;
mod rights_matrix;
mod scenarios;
mod taken_back;
mod two_axes;
mod whole;
