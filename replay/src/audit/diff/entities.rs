//! Entities that differ, table by table: new, gone, or written with other bytes.

use ledger::handle::Handle;
use ledger::state::entity::{EachTable, Entity};
use ledger::state::{EntityKind, State};
use uuid::Uuid;

use super::counted_page::{CountedPage, Rows};
use super::places::{Places, award_of};
use crate::answers::labels::entity_label;

/// How an entity differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// Only in the second state.
    New,
    /// Only in the first.
    Gone,
    /// In both, and not the same.
    Changed,
}

/// An entity that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityDiff {
    /// What it is.
    pub kind: EntityKind,
    /// How it differs.
    pub change: Change,
    /// Its id; of a part (an instalment, a line of a claim) that of the whole; of a finding that of its subject.
    pub id: Uuid,
    /// Number of the part within the whole, or of the finding in its state; else 0.
    pub number: u32,
    /// What people call it, as far as it has a name.
    pub name: String,
    /// The last entry that changed it in the first state; none if it is not there, or its kind does not keep it.
    pub last_from: Option<u64>,
    /// The same in the second.
    pub last_to: Option<u64>,
}

/// How many entities of a kind differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindCount {
    /// The kind.
    pub kind: EntityKind,
    /// Only in the second state.
    pub new: u64,
    /// Only in the first.
    pub gone: u64,
    /// In both, and not the same.
    pub changed: u64,
}

/// What an entity is called: its id, its number within that, its name.
type Called = (Uuid, u32, String);

/// Compares all tables.
pub(super) fn compare(
    from: &State,
    to: &State,
    places: &Places,
    rows: Rows,
) -> (CountedPage<EntityDiff>, Vec<KindCount>) {
    let mut work = Work { from, to, places, agree: places.agree(), listed: CountedPage::new(rows), kinds: Vec::new() };
    EntityKind::each(&mut work);
    (work.listed, work.kinds)
}

struct Work<'a> {
    from: &'a State,
    to: &'a State,
    places: &'a Places,
    /// Rows compare as they are: copying each to translate it would cost most of the time.
    agree: bool,
    listed: CountedPage<EntityDiff>,
    kinds: Vec<KindCount>,
}

impl EachTable for Work<'_> {
    fn table<T: Entity>(&mut self) {
        let (from, to) = (T::table(self.from), T::table(self.to));
        let mut count = KindCount { kind: T::KIND, new: 0, gone: 0, changed: 0 };
        let mut matched = vec![false; from.len()];
        for (handle, row) in to.iter() {
            let before = self.places.place(handle);
            if let Some(before) = before {
                matched[before.number() as usize] = true;
            }
            let before = before.map(|place| from.get(place));
            let change = match before {
                None => Change::New,
                Some(before) if self.same(before, row) => continue,
                Some(_) => Change::Changed,
            };
            count.add(change);
            let state = self.to;
            self.listed.add(|| entity(change, called(state, handle), before, Some(row)));
        }
        for (handle, row) in from.iter().filter(|(handle, _)| !matched[handle.number() as usize]) {
            count.add(Change::Gone);
            let state = self.from;
            self.listed.add(|| entity(Change::Gone, called(state, handle), Some(row), None));
        }
        self.kinds.extend((count.new + count.gone + count.changed > 0).then_some(count));
    }
}

impl Work<'_> {
    fn same<T: Entity>(&self, before: &T, row: &T) -> bool {
        if self.agree && bytes(before) == bytes(row) {
            return true;
        }
        let (mut before, mut row) = (before.clone(), row.clone());
        if !self.agree {
            row.renumber(self.places);
        }
        before.unlink();
        row.unlink();
        bytes(&before) == bytes(&row)
    }
}

/// What an entity is called. One without an id goes by that of the whole it is part of; else by its number, or its name.
fn called<T: Entity>(state: &State, at: Handle<T>) -> Called {
    let number = at.number();
    let (id, number_within) = match T::KIND {
        EntityKind::Programme => (Uuid::nil(), 0),
        EntityKind::Instalment => match award_of(state, Handle::new(number)) {
            Some((award, within)) => (state.awards.get(award).id, within),
            None => (Uuid::nil(), number),
        },
        EntityKind::ClaimLine => {
            let row = state.claim_lines.get(Handle::new(number));
            (state.claims.get(row.claim).id, row.number)
        }
        EntityKind::Finding => (state.findings.get(Handle::new(number)).subject, number),
        _ => T::table(state).get(at).id().map_or((Uuid::nil(), number), |id| (id, 0)),
    };
    (id, number_within, entity_label(state, T::KIND, number))
}

fn bytes<T: Entity>(row: &T) -> Vec<u8> {
    // Writing to memory cannot fail; a row that serde refuses would fail the first pages that are kept.
    postcard::to_allocvec(row).unwrap_or_default()
}

fn entity<T: Entity>(change: Change, called: Called, before: Option<&T>, after: Option<&T>) -> EntityDiff {
    let (kind, (id, number, name)) = (T::KIND, called);
    let (last_from, last_to) = (before.and_then(T::last), after.and_then(T::last));
    EntityDiff { kind, change, id, number, name, last_from, last_to }
}

impl KindCount {
    fn add(&mut self, change: Change) {
        match change {
            Change::New => self.new += 1,
            Change::Gone => self.gone += 1,
            Change::Changed => self.changed += 1,
        }
    }
}
