//! Hashes over the record: the RFC 6962 tree over entries, proofs in it, and the chain over outcomes.
//! Not here: signatures and files, which `replay` keeps.

pub mod merkle;
pub mod outcome_chain;
pub mod proof;
