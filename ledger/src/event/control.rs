//! What can be said of the ledger itself: rules, periods, reversals, keys. What it means is in `control`.

use super::choices::Reason;
use crate::account::Book;
use crate::hash::Hash;
use crate::money::Day;
use uuid::Uuid;

/// From the next entry on the fold decides by this version of its rules (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RulesAdopted {
    /// The version; must be known to this program and above the one in force.
    pub version: u32,
}

/// An organisation closed a book through a day (D). Late facts are booked on the day after, and keep their effective day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeriodClosed {
    /// The organisation.
    pub org: Uuid,
    /// The book.
    pub book: Book,
    /// The last closed day.
    pub through: Day,
}

/// An entry was taken back 撤销 (D), whatever was recorded after it, on the day on which it counted. What is right is then
/// said as an entry of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryWithdrawn {
    /// Event id of the entry.
    pub entry: Uuid,
    /// What it said, by the 64-bit hash of its bytes ([`crate::hash::content`]), so that a slip in a number takes nobody else's
    /// fact back; 0 if whoever takes it back does not say.
    pub content: u64,
    /// Why.
    pub reason: Reason,
    /// Document number of the decision.
    pub document: String,
}

/// Somebody found out why a finding is as it is 疑点说明 (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FindingExplained {
    /// Event id of the fact it is about, or of the entry that opened it.
    pub entry: Uuid,
    /// Stable name of its kind.
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
    /// Why it is as it is.
    pub reason: String,
    /// Document number, empty if there is none.
    pub document: String,
    /// SHA-256 of what shows it, if anything does.
    pub evidence: Option<Hash>,
}

/// A finding needs no more 疑点核结 (D): said by another person than who explained it, once no money stands in suspense because of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FindingClosed {
    /// Event id of the fact it is about, or of the entry that opened it.
    pub entry: Uuid,
    /// Stable name of its kind.
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
    /// Why it needs no more.
    pub reason: String,
    /// Document number, empty if there is none.
    pub document: String,
}

/// A public key that will sign checkpoints of this ledger (D). Whoever trusts the key that vouches for it trusts it once a
/// checkpoint over this entry is signed. Signatures are checked where checkpoints are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyAnnounced {
    /// Ed25519 public key.
    pub key: Hash,
    /// The key that vouches for it.
    pub by: Hash,
    /// Its signature, in two halves.
    pub signature: [Hash; 2],
}

/// The key under which the ids of people and cards are made, by its fingerprint (D). One ledger has one: under another the same
/// people would be others, and nobody could tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdentityKeyAnnounced {
    /// HMAC-SHA256 under the key of the words "mingzhang identity key".
    pub fingerprint: Hash,
    /// Document number of the decision.
    pub document: String,
}
