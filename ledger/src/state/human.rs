//! Several ids of one human 合并人员: which persons are one, and their standings as one list. Who merges them is in `registry`.

use crate::event::Status;
use crate::handle::Handle;
use crate::money::Day;
use crate::state::State;
use crate::state::rows::{Merged, Person, SchoolStatus};
use crate::steps::step;
use smallvec::SmallVec;

/// Ids that count as one human's: more than two keys of identity, an old number and a slip make. It bounds the depth of a chain
/// and what an entry about any of them looks at.
pub const IDS_MAX: usize = 8;

/// All ids of one human; of nearly all, one.
pub type Human = SmallVec<[Handle<Person>; IDS_MAX]>;

impl State {
    /// Everybody who is one human with this person, himself among them. It asks nothing of a ledger that merged nobody.
    #[must_use]
    pub fn human(&self, person: Handle<Person>) -> Human {
        match self.merged_row(person) {
            Some(row) => self.merged_below(self.merged_root(row)),
            None => std::iter::once(person).collect(),
        }
    }

    /// Whether somebody registered him, under whichever of his ids.
    pub(crate) fn is_registered(&self, person: Handle<Person>) -> bool {
        let registered = |person| self.persons.get(person).registered_by.is_some();
        registered(person) || (self.merged_row(person).is_some() && self.human(person).into_iter().any(registered))
    }

    /// The id that stands for everybody who is one human with this person.
    pub(crate) fn human_root(&self, person: Handle<Person>) -> Handle<Person> {
        self.merged_row(person).map_or(person, |row| self.merged.get(self.merged_root(row)).person)
    }

    /// His row among the merged, if he ever was.
    pub(crate) fn merged_row(&self, person: Handle<Person>) -> Option<Handle<Merged>> {
        if self.merged.is_empty() { None } else { self.merged.find(self.persons.get(person).id) }
    }

    /// Whom in the end everybody of his was merged into. Nobody is merged into who was merged into him, so it ends.
    fn merged_root(&self, row: Handle<Merged>) -> Handle<Merged> {
        self.merged.chain(row, |merged| merged.into).last().map_or(row, |(root, _)| root)
    }

    /// He and everybody merged into him, and into those.
    pub(crate) fn merged_below(&self, row: Handle<Merged>) -> Human {
        let mut rows: SmallVec<[Handle<Merged>; IDS_MAX]> = std::iter::once(row).collect();
        let mut at = 0;
        while let Some(row) = rows.get(at).copied() {
            step();
            rows.extend(self.merged.get(row).others.iter().copied());
            at += 1;
        }
        rows.into_iter().map(|row| self.merged.get(row).person).collect()
    }

    /// The standings of a human that count, in their order: none after his death.
    pub fn standings(&self, person: Handle<Person>) -> impl Iterator<Item = SchoolStatus> + '_ {
        until_death(self.standings_told(person))
    }

    /// All standings told of a human, under whichever of his ids, in their order.
    pub fn standings_told(&self, person: Handle<Person>) -> impl Iterator<Item = SchoolStatus> + '_ {
        let together = self.standings_together(person);
        let alone = together.is_empty().then(|| self.persons.get(person).statuses.iter().copied());
        alone.into_iter().flatten().chain(together)
    }

    /// The same as a list where there are several ids; empty for everybody else.
    fn standings_together(&self, person: Handle<Person>) -> Vec<SchoolStatus> {
        if self.merged_row(person).is_none() {
            return Vec::new();
        }
        let human = self.human(person);
        let mut all: Vec<_> =
            human.into_iter().flat_map(|one| self.persons.get(one).statuses.iter().copied()).collect();
        // Two ids may have told different things of one day and school, which one never has.
        all.sort_by_key(|standing| (standing.place(self.orgs.get(standing.school).id), standing.status as u8));
        all
    }

    /// A person's standing on a day.
    #[must_use]
    pub fn status_on(&self, person: Handle<Person>, on: Day) -> Option<SchoolStatus> {
        let until = |standing: &SchoolStatus| {
            step();
            standing.on <= on
        };
        // Asked of each payment; nearly nobody has several ids.
        if self.merged_row(person).is_none() {
            return until_death(self.persons.get(person).statuses.iter().copied()).take_while(until).last();
        }
        self.standings(person).take_while(until).last()
    }
}

/// Through a death: nobody studies after it, whatever is told.
fn until_death(told: impl Iterator<Item = SchoolStatus>) -> impl Iterator<Item = SchoolStatus> {
    let mut died = false;
    told.take_while(move |standing| !std::mem::replace(&mut died, standing.status == Status::Deceased))
}
