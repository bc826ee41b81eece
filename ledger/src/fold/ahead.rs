//! Reading ahead. Most of a fold's time goes into waiting for memory: an id is looked up at random among millions. One look-up
//! waits for its own steps, many at once wait together, so what the next entries will look up first is read for all of them before
//! the first is folded. It changes nothing and decides nothing; the fold looks everything up again, and finds it near.

use super::State;
use crate::event::{Event, Kind};
use crate::state::table::{Row, Table};
use std::hint::black_box;
use uuid::Uuid;

/// How many entries are read ahead: enough that their waits overlap, few enough that what was read is still near when it is used.
pub const AHEAD: usize = 16;

impl State {
    /// Reads what folding these events will look up first.
    pub fn read_ahead<'a>(&self, events: impl Iterator<Item = &'a Event>) {
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
                    read(&self.awards, said.award);
                    read(&self.cards, said.card);
                }
                Kind::PayoutCredited(said) => read(&self.payouts, said.payout),
                Kind::PayoutReturned(said) => read(&self.payouts, said.payout),
                Kind::LoanDrawn(said) => read(&self.loans, said.loan),
                Kind::LoanRepaid(said) => read(&self.loans, said.loan),
                Kind::InterestAccrued(said) => read(&self.loans, said.loan),
                Kind::ClaimLineAdded(said) => read(&self.loans, said.loan),
                // Kinds that come in thousands a year, not in millions.
                _ => {}
            }
        }
    }
}

/// The compiler may not leave it out because nobody asks what was found.
fn read<T: Row>(table: &Table<T>, id: Uuid) {
    black_box(table.find(id));
}
