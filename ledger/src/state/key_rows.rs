//! Keys that were announced, as rows of tables. Data only.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::hash::Hash;
use crate::state::entity::rows;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A public key that may sign checkpoints.
#[derive(Clone, Serialize, Deserialize)]
pub struct AnnouncedKey {
    /// Derived from the rest.
    pub id: Uuid,
    pub key: Hash,
    pub by: Hash,
    pub signature: [Hash; 2],
    pub last: u64,
}

/// The key under which ids of people and cards are made: the one row of its table.
#[derive(Clone, Serialize, Deserialize)]
pub struct IdentityKey {
    /// The first half of the fingerprint.
    pub id: Uuid,
    pub fingerprint: Hash,
    pub document: String,
    pub last: u64,
}

rows! {
    compared {
        AnnouncedKey: id, last, [] [];
        IdentityKey: id, last, [] [];
    }
    uncompared {}
    parts {}
}
