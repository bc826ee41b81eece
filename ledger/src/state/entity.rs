//! Rows that are told apart in two states, for whoever compares them: each state numbers its rows by itself, so what a row
//! names other rows by must be put into the numbers of the other. Beside the rows, `rows!` says which of their fields these
//! are; `tables!` says in which table they are and what they are called. Nothing is compared here.

use super::table::{Row, Table};
use super::{EntityKind, State};
use crate::handle::{Handle, Link};
use crate::money::Day;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// A row that is told apart from others of its kind.
pub trait Entity: Row + Linked + Clone {
    /// What it is.
    const KIND: EntityKind;
    /// Where it is.
    fn table(state: &State) -> &Table<Self>;
}

/// Whoever goes through the tables of entities; [`EntityKind::each`] leads.
pub trait EachTable {
    /// One of them.
    fn table<T: Entity>(&mut self);
}

/// How another state numbers its rows.
pub trait Numbering {
    /// What it calls this row, or a number that is none of its rows.
    fn call<T: Entity>(&self, row: Handle<T>) -> Handle<T>;
}

/// What holds names of rows.
pub trait Names {
    /// Writes them as another state does.
    fn renumber(&mut self, numbering: &impl Numbering);
}

/// A row among others.
pub trait Linked: Names {
    /// Leaves out what follows from other rows (the row before of the same owner, accounts), or a thing would differ because
    /// another does.
    fn unlink(&mut self);
    /// The last entry that changed it, if it keeps that.
    fn last(&self) -> Option<u64>;
}

/// A field once it is left out.
pub(super) trait Blank {
    /// The same whatever it was.
    const BLANK: Self;
}

impl<T> Blank for Handle<T> {
    const BLANK: Self = Self::new(0);
}

impl<T> Blank for Link<T> {
    const BLANK: Self = Self::NONE;
}

impl<T> Blank for Vec<T> {
    const BLANK: Self = Self::new();
}

impl Blank for u32 {
    const BLANK: Self = 0;
}

impl Blank for u64 {
    const BLANK: Self = 0;
}

impl<T: Entity> Names for Handle<T> {
    fn renumber(&mut self, numbering: &impl Numbering) {
        *self = numbering.call(*self);
    }
}

impl<T: Entity> Names for Link<T> {
    fn renumber(&mut self, numbering: &impl Numbering) {
        *self = self.handle().map(|row| numbering.call(row)).into();
    }
}

impl<N: Names> Names for Vec<N> {
    fn renumber(&mut self, numbering: &impl Numbering) {
        self.iter_mut().for_each(|names| names.renumber(numbering));
    }
}

impl<N: Names> Names for SmallVec<[N; 1]> {
    fn renumber(&mut self, numbering: &impl Numbering) {
        self.iter_mut().for_each(|names| names.renumber(numbering));
    }
}

impl<N: Names> Names for Option<N> {
    fn renumber(&mut self, numbering: &impl Numbering) {
        self.iter_mut().for_each(|names| names.renumber(numbering));
    }
}

/// Sums by a row and something else.
impl<T: Entity, A: Ord, S> Names for BTreeMap<(Handle<T>, A), S> {
    fn renumber(&mut self, numbering: &impl Numbering) {
        let sums = std::mem::take(self).into_iter();
        *self = sums.map(|((row, other), sum)| ((numbering.call(row), other), sum)).collect();
    }
}

/// What held from a day on, of which the last part is a name.
impl<A, N: Names> Names for (Day, A, N) {
    fn renumber(&mut self, numbering: &impl Numbering) {
        self.2.renumber(numbering);
    }
}

/// Says of each row by which id it is found, if by any, the index of which entry it keeps as the last, which fields name
/// other rows, and which follow from them. Rows that are not told apart are only found; what rows hold several of, such as
/// parts, is no row and only names. The list is in the file of the rows it names.
macro_rules! rows {
    (
        compared { $($row:ident: $id:ident, $last:ident, [$($names:ident)*] [$($follows:ident)*];)* }
        uncompared { $($plain:ident)* }
        parts { $($part:ident [$($inner:ident)*])* }
    ) => {
        $(impl $crate::state::table::Row for $row {
            fn id(&self) -> Option<uuid::Uuid> { rows!(@ $id self) }
            fn succeeds(&self, _: &Self) -> bool { rows!(succeeds $id) }
        })*
        $(impl $crate::state::table::Row for $plain {
            fn id(&self) -> Option<uuid::Uuid> { None }
        })*
        $(impl $crate::state::entity::Linked for $row {
            fn unlink(&mut self) { $(self.$follows = $crate::state::entity::Blank::BLANK;)* }
            fn last(&self) -> Option<u64> { rows!(@ $last self) }
        })*
        rows!(names $($row [$($names)*])* $($part [$($inner)*])*);
    };
    (names $($holder:ident [$($names:ident)*])*) => {
        $(impl $crate::state::entity::Names for $holder {
            fn renumber(&mut self, numbering: &impl $crate::state::entity::Numbering) {
                let _ = numbering;
                $(self.$names.renumber(numbering);)*
            }
        })*
    };
    (@ none $row:ident) => { None };
    (@ latest_id $row:ident) => { Some($row.id) };
    (@ $field:ident $row:ident) => { Some($row.$field) };
    (succeeds latest_id) => { true };
    (succeeds $other:ident) => { false };
}
pub(super) use rows;
