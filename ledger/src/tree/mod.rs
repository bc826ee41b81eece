//! Hashes over the record: the RFC 6962 tree over entries, proofs in such trees, and the leaf of an outcome.
//! Not here: signatures and files, which `replay` keeps.

pub mod merkle;
pub mod outcome_leaf;
pub mod proof;
