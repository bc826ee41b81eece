//! How the values of an answer are written as JSON: ids and hashes as text, choices by their names. Which fields are shown,
//! and under which keys, is in `build/json.rs`; the generated types are the only callers.

use crate::v1;
use bytes::Bytes;
use ledger::hash::hex;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// An id as people copy it; a dash for none.
#[must_use]
pub fn id(bytes: &[u8]) -> String {
    Uuid::from_slice(bytes).map_or_else(|_| "-".to_owned(), |id| id.to_string())
}

pub(crate) fn as_id<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&id(bytes))
}

pub(crate) fn as_ids<S: Serializer>(ids: &[Bytes], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(ids.iter().map(|bytes| id(bytes)))
}

pub(crate) fn as_hex<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex(bytes))
}

/// A choice by its name; a number that no choice has is unspecified, as everywhere.
pub(crate) fn as_choice<E, S: Serializer>(number: &i32, to: S) -> Result<S::Ok, S::Error>
where
    E: TryFrom<i32> + Default + Serialize,
{
    E::try_from(*number).unwrap_or_default().serialize(to)
}

/// Figures that are absent are nought.
pub(crate) fn or_nought<T: Default + Serialize, S: Serializer>(figures: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    match figures {
        Some(figures) => figures.serialize(to),
        None => T::default().serialize(to),
    }
}

pub(crate) fn as_not<S: Serializer>(said: &bool, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bool(!said)
}

/// Whether there is any text.
pub(crate) fn as_any<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bool(!text.is_empty())
}

/// An account without its book, which the sums beside it name.
pub(crate) fn as_whose<S: Serializer>(account: &Option<v1::Account>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Whose<'a> {
        class: &'a str,
        owner: String,
        owner_name: &'a str,
    }
    let account = account.as_ref();
    let owner = account.map_or_else(|| id(&[]), |account| id(&account.owner));
    let text = |of: fn(&v1::Account) -> &String| account.map_or("", |account| of(account));
    Whose { class: text(|account| &account.class), owner, owner_name: text(|account| &account.owner_name) }
        .serialize(to)
}
