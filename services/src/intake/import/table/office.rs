//! The office whose numbers a file names where no cell says whose they are. What is made of number and office is said in `ids`.

use super::columns::Col;
use super::kinds::FileKind;
use super::layout::Layout;
use crate::ids::Numbered;
use crate::intake::import::AskError;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Looks up who has begun something of this kind, number and edition: the numbers of all of them, or why nobody can say.
pub type GiverLookup = dyn Fn(Numbered, &str, u8) -> Result<Vec<String>, AskError> + Send + Sync;

/// The office named for all rows of a file, if one was; and by which offices rows went that named none.
#[derive(Clone, Default)]
pub(crate) struct Office {
    number: Option<String>,
    lookup: Option<Arc<GiverLookup>>,
    used: RefCell<BTreeSet<String>>,
}

impl Office {
    /// The one with this number, where one was named.
    pub(crate) fn number(&mut self, number: Option<String>) {
        self.number = number;
    }

    /// Where to look for whose an opinion is meant for if nobody is named.
    pub(crate) fn look_up(&mut self, lookup: Arc<GiverLookup>) {
        self.lookup = Some(lookup);
    }

    /// Whether one was named for all rows.
    pub(super) fn is_named(&self) -> bool {
        self.number.is_some()
    }

    /// Its number, by which a row goes from now on.
    pub(super) fn go_by(&self) -> Option<&str> {
        let number = self.number.as_deref()?;
        self.went_by(number);
        Some(number)
    }

    /// Everybody who has begun what a row is about, as far as that can be looked up.
    pub(super) fn find(&self, what: Numbered, number: &str, edition: u8) -> Result<Vec<String>, AskError> {
        self.lookup.as_ref().map_or(Ok(Vec::new()), |lookup| lookup(what, number, edition))
    }

    /// A row that named nobody goes by this one.
    pub(super) fn went_by(&self, giver: &str) {
        self.used.borrow_mut().insert(giver.to_owned());
    }

    /// The column a file lacks that nowhere says whose numbers its rows name. Opinions are about what is on record, where it can be
    /// looked up; an event id is nobody's number.
    pub(crate) fn lacking(&self, layout: &Layout) -> Option<Col> {
        let col = layout.kind.giver().filter(|col| layout.place(*col).is_none())?;
        let found = layout.kind == FileKind::Decisions && self.lookup.is_some();
        let by_event = layout.place(Col::EventId).is_some();
        (self.number.is_none() && !found && !by_event).then_some(col)
    }

    /// The offices by which rows went that named none.
    pub(crate) fn used(&self) -> Vec<String> {
        self.used.borrow().iter().cloned().collect()
    }
}
