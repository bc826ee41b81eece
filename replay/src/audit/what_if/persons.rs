//! Persons for whom something would be otherwise, by opaque id, with what they were awarded and what reached their cards.

use ledger::handle::Handle;
use std::collections::BTreeMap;

use ledger::money::{Fen, FenSum};
use ledger::state::State;
use ledger::state::rows::{Instalment, Person};
use ledger::state::stage::{Progress, Stage};
use uuid::Uuid;

use crate::answers::payments;

/// What one person was awarded and got.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PersonFigures {
    /// Awards of approved rosters.
    pub awarded_fen: FenSum,
    /// Credited, and neither taken back nor recovered since.
    pub credited_fen: FenSum,
    /// Verdict back.
    pub returned_fen: FenSum,
    /// Interest and penalty interest borne by the person by the terms, of loans for which that differs, through the day to which
    /// it is posted as it is.
    pub borne_fen: Fen,
}

/// A person for whom something differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PersonDiff {
    /// The opaque id.
    pub person: Uuid,
    /// Division of the home.
    pub home: u32,
    /// As it is.
    pub before: PersonFigures,
    /// As it would be.
    pub after: PersonFigures,
}

impl PersonDiff {
    /// The largest of the differences in fen, without its sign.
    #[must_use]
    pub(crate) fn size(&self) -> u128 {
        let (one, other) = (self.before, self.after);
        let apart = |of: fn(&PersonFigures) -> FenSum| of(&other).abs_diff(of(&one));
        let differences = [
            apart(|figures| figures.awarded_fen),
            apart(|figures| figures.credited_fen),
            apart(|figures| figures.returned_fen),
            apart(|figures| figures.borne_fen.into()),
        ];
        differences.into_iter().max().unwrap_or(0)
    }
}

/// Persons for whom something differs, the largest difference first; of equal ones by id.
pub(super) fn persons(as_is: &State, changed: &State, borne: &BTreeMap<Uuid, [Fen; 2]>) -> Vec<PersonDiff> {
    let mut all = Vec::new();
    let mut note = |person: Uuid, home: u32, handles: [Option<Handle<Person>>; 2]| {
        let figures =
            |state: &State, handle: Option<Handle<Person>>| handle.map(|at| figures(state, at)).unwrap_or_default();
        let (mut before, mut after) = (figures(as_is, handles[0]), figures(changed, handles[1]));
        [before.borne_fen, after.borne_fen] = borne.get(&person).copied().unwrap_or_default();
        if before != after {
            all.push(PersonDiff { person, home, before, after });
        }
    };
    for (handle, row) in as_is.persons.iter() {
        note(row.id, row.origin, [Some(handle), changed.persons.find(row.id)]);
    }
    for (handle, row) in changed.persons.iter().filter(|(_, row)| as_is.persons.find(row.id).is_none()) {
        note(row.id, row.origin, [None, Some(handle)]);
    }
    all.sort_by(|one, other| other.size().cmp(&one.size()).then(one.person.cmp(&other.person)));
    all
}

fn figures(state: &State, person: Handle<Person>) -> PersonFigures {
    let mut figures = PersonFigures::default();
    for (_, award) in state.awards.chain(state.persons.get(person).last_award, |award| award.before_of_person) {
        let roster = state.rosters.get(award.roster);
        if roster.set.stage != Stage::Approved {
            continue;
        }
        figures.awarded_fen += award.fen;
        for number in (0..).take(roster.due.len()) {
            paid(state, award.instalments.plus(number), &mut figures);
        }
    }
    figures
}

/// What became of the payments of an instalment.
fn paid(state: &State, instalment: Handle<Instalment>, figures: &mut PersonFigures) {
    for (_, payout) in state.payouts.chain(state.instalments.get(instalment).payout, |row| row.reissue_of) {
        match payout.progress {
            Progress::Credited => figures.credited_fen += payments::paid(state, payout) - state.recovered_of(payout.id),
            Progress::Returned => figures.returned_fen += payout.fen,
            Progress::Ordered | Progress::Unknown => {}
        }
    }
}
