//! Reading ahead. Most of a fold's time goes into waiting for memory: an id is looked up at random among millions, and the row it
//! finds names others as far away. One look-up waits for its own steps, many at once wait together, so what the next entries will
//! look at first is read for all of them before the first is folded. It changes nothing and decides nothing; the fold looks
//! everything up again, and finds it near.

use super::State;
use crate::event::{Event, Kind};
use crate::handle::Handle;
use crate::state::rows::{Award, Payout};
use crate::state::table::{Row, Table};
use smallvec::SmallVec;
use std::hint::black_box;
use uuid::Uuid;

/// How many entries are read ahead: enough that their waits overlap, few enough that what was read is still near when it is used.
pub const AHEAD: usize = 16;

/// Rows found, for what they name to be read next.
type Found<T> = SmallVec<[Handle<T>; AHEAD]>;

impl State {
    /// Reads what folding these events will look up first.
    pub fn read_ahead<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        let (mut payouts, mut awards) = (Found::<Payout>::new(), Found::<Award>::new());
        for event in events {
            read(&self.seen, event.id);
            match &event.kind {
                Kind::PersonRegistered(said) => read(&self.persons, said.person),
                Kind::StatusChanged(said) => read(&self.persons, said.person),
                Kind::CardBound(said) => {
                    read(&self.cards, said.card);
                    read(&self.persons, said.person);
                }
                Kind::RosterLineAdded(said) => {
                    read(&self.awards, said.award);
                    read(&self.persons, said.person);
                }
                Kind::ApplicationLineAdded(said) => {
                    read(&self.payouts, said.payout);
                    awards.extend(self.awards.find(said.award));
                    read(&self.cards, said.card);
                }
                Kind::PayoutCredited(said) => payouts.extend(self.payouts.find(said.payout)),
                Kind::PayoutReturned(said) => payouts.extend(self.payouts.find(said.payout)),
                Kind::LoanDrawn(said) => read(&self.loans, said.loan),
                Kind::LoanRepaid(said) => read(&self.loans, said.loan),
                Kind::InterestAccrued(said) => read(&self.loans, said.loan),
                Kind::ClaimLineAdded(said) => read(&self.loans, said.loan),
                // Kinds that come in thousands a year, not in millions.
                _ => {}
            }
        }
        awards.extend(payouts.into_iter().map(|payout| self.payouts.get(payout).award));
        self.read_awarded(&awards);
    }

    /// A payment asks whose award it is of, and whether he is a student.
    fn read_awarded(&self, awards: &[Handle<Award>]) {
        let persons: SmallVec<[_; AHEAD]> = awards.iter().map(|award| self.awards.get(*award).person).collect();
        for person in persons {
            black_box(self.persons.get(person).last);
        }
    }
}

/// The compiler may not leave it out because nobody asks what was found.
fn read<T: Row>(table: &Table<T>, id: Uuid) {
    black_box(table.find(id));
}
