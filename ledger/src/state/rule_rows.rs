//! What holds for everybody and everything: policies by programme, and keys. Rows of tables; data only.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::event::policy::Policy;
use crate::hash::Hash;
use crate::money::Day;
use crate::state::table::{Row, rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A policy as adopted: in force from a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdoptedPolicy {
    pub from: Day,
    /// The entry that adopted it.
    pub index: u64,
    pub policy: Policy,
}

/// A programme with the versions of its policy, in order of adoption.
#[derive(Clone, Serialize, Deserialize)]
pub struct Programme {
    pub code: String,
    pub versions: Vec<AdoptedPolicy>,
}

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
    with id: AnnouncedKey, IdentityKey;
    without: Programme
}
