//! Who was merged into whom 合并人员: a tree of ids, with a row only for whom it concerns. What it finds of grants and loans, and
//! who may merge, is judged in `aid::merge`.

use super::people::{named, unmention};
use crate::entry::Entry;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Merged, Person};
use uuid::Uuid;

pub(crate) enum MergeChange {
    Merge {
        person: Uuid,
        into: Uuid,
    },
    /// Taken back: nobody, if it was left out.
    Split {
        merged: Link<Merged>,
    },
}

/// Makes the change; the row of who was merged into another.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: MergeChange) -> Option<Handle<Merged>> {
    let index = entry.index;
    match change {
        MergeChange::Merge { person, into } => {
            let told_by = Seen::place(entry).into();
            let [person, into] =
                [person, into].map(|id| named(state, id, index)).map(|person| row_of(state, person, index));
            let row = state.merged.get_mut(person);
            (row.into, row.on, row.told_by) = (into.into(), entry.event.effective, told_by);
            state.merged.get_mut(into).others.push(person);
            touch(state, person, index);
            Some(person)
        }
        MergeChange::Split { merged } => {
            if let Some(merged) = merged.handle() {
                touch(state, merged, index);
                split(state, merged);
            }
            None
        }
    }
}

fn row_of(state: &mut State, person: Handle<Person>, last: u64) -> Handle<Merged> {
    state.merged_row(person).unwrap_or_else(|| {
        let (id, into, told_by) = (state.persons.get(person).id, Link::NONE, Link::NONE);
        state.merged.push(Merged { id, person, into, on: Day::default(), told_by, others: Vec::new(), last })
    })
}

fn split(state: &mut State, merged: Handle<Merged>) {
    let row = state.merged.get_mut(merged);
    let (person, told_by) = (row.person, std::mem::replace(&mut row.told_by, Link::NONE));
    let into = std::mem::replace(&mut row.into, Link::NONE);
    row.on = Day::default();
    let into = into.handle().map(|into| {
        let row = state.merged.get_mut(into);
        row.others.retain(|other| *other != merged);
        row.person
    });
    for (person, told_by) in [Some(person), into].into_iter().flatten().zip(std::iter::repeat(told_by)) {
        if let Some(told_by) = told_by.handle() {
            unmention(state, person, told_by);
        }
    }
}

/// Everybody of this human is another from this entry on, and with him his loans: it may be the cause of an adjustment.
fn touch(state: &mut State, merged: Handle<Merged>, index: u64) {
    let person = state.merged.get(merged).person;
    for person in state.human(person) {
        state.persons.get_mut(person).last = index;
        if let Some(row) = state.merged_row(person) {
            state.merged.get_mut(row).last = index;
        }
    }
}
