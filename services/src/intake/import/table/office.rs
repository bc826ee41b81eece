//! The office whose numbers a file names where no cell says whose they are. What is made of number and office is said in `ids`.

use super::columns::Col;
use super::layout::Layout;
use std::cell::Cell;

/// The office named for all rows of a file, if one was, and whether a row went by it.
#[derive(Clone, Default)]
pub(crate) struct Office {
    number: Option<String>,
    used: Cell<bool>,
}

impl Office {
    /// The one with this number.
    pub(crate) fn numbered(number: Option<String>) -> Self {
        Self { number, used: Cell::default() }
    }

    /// Its number, by which a row goes from now on.
    pub(super) fn go_by(&self) -> Option<&str> {
        self.used.set(self.number.is_some());
        self.number.as_deref()
    }

    /// The column a file lacks that nowhere says whose numbers its rows name.
    pub(crate) fn lacking(&self, layout: &Layout) -> Option<Col> {
        let col = layout.kind.giver().filter(|col| layout.place(*col).is_none())?;
        self.number.is_none().then_some(col)
    }

    /// The office, if a row went by it.
    pub(crate) fn used(&self) -> Option<String> {
        self.number.clone().filter(|_| self.used.get())
    }
}
