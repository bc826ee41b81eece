//! Hashes over the record: the RFC 6962 tree over entries, proofs in such trees, the leaf of an outcome, and the tree over balances.
//! Not here: signatures and files, which `replay` keeps.

pub mod balances;
pub mod merkle;
pub mod outcome_leaf;
pub mod proof;
