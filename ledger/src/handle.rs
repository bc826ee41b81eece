//! Where a row is in its table: a number that knows which table it is of. It does not know what the rows hold.
//!
//! On pages and in digests both types are the bare number, so a row's bytes do not say how it is typed here.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// What a link that points nowhere is written as.
const NOWHERE: u32 = u32::MAX;

/// The place of a row of kind `T`, counted from 0 in the order of creation. A row keeps it for ever.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Handle<T>(u32, PhantomData<fn() -> T>);

/// The place of a row of kind `T`, or nowhere.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Link<T>(u32, PhantomData<fn() -> T>);

impl<T> Handle<T> {
    /// The handle of a number known to be one: a table answers only for rows it has, and panics at others. Of a number from
    /// outside, ask `Table::handle`.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number, PhantomData)
    }

    /// The bare number, for pages, files and answers.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The row so many places later: rows that were made together follow each other.
    #[must_use]
    pub const fn plus(self, places: u32) -> Self {
        Self::new(self.0.saturating_add(places))
    }

    /// So many rows from this one on.
    pub fn run(self, rows: u32) -> impl Iterator<Item = Self> {
        (self.0..self.0.saturating_add(rows)).map(Self::new)
    }

    /// The place in a list.
    #[must_use]
    pub(crate) const fn at(self) -> usize {
        self.0 as usize
    }
}

impl<T> Link<T> {
    /// Points nowhere.
    pub const NONE: Self = Self(NOWHERE, PhantomData);

    /// The row it points to, if any.
    #[must_use]
    pub fn handle(self) -> Option<Handle<T>> {
        (self.0 != NOWHERE).then_some(Handle::new(self.0))
    }

    /// Whether it points nowhere.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == NOWHERE
    }

    /// Whether it points to a row.
    #[must_use]
    pub fn is_some(self) -> bool {
        self.0 != NOWHERE
    }
}

impl<T> From<Handle<T>> for Link<T> {
    fn from(handle: Handle<T>) -> Self {
        Self(handle.0, PhantomData)
    }
}

impl<T> From<Option<Handle<T>>> for Link<T> {
    fn from(handle: Option<Handle<T>>) -> Self {
        handle.map_or(Self::NONE, Self::from)
    }
}

impl<T> fmt::Display for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Entries are indexed with 64 bits; rows are far fewer.
impl<T> From<Handle<T>> for u64 {
    fn from(handle: Handle<T>) -> Self {
        Self::from(handle.0)
    }
}

// Derived traits would ask the same of `T`, of which nothing is held here.
macro_rules! plain {
    ($($name:ident)*) => {$(
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<T> Eq for $name<T> {}

        impl<T> PartialOrd for $name<T> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl<T> Ord for $name<T> {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.cmp(&other.0)
            }
        }

        impl<T> Hash for $name<T> {
            fn hash<H: Hasher>(&self, hasher: &mut H) {
                self.0.hash(hasher);
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

plain!(Handle Link);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_written_as_the_bare_number() {
        let bytes = |number: u32| postcard::to_allocvec(&number).expect("a number");
        let handle = Handle::<()>::new(300);
        assert_eq!(postcard::to_allocvec(&handle).expect("a handle"), bytes(300));
        assert_eq!(postcard::to_allocvec(&Link::from(handle)).expect("a link"), bytes(300));
        assert_eq!(postcard::to_allocvec(&Link::<()>::NONE).expect("a link"), bytes(u32::MAX));
        assert_eq!(postcard::from_bytes::<Link<()>>(&bytes(300)).expect("a link").handle(), Some(handle));
    }
}
