//! Cards that several ids call their own, by id: what merging them or taking that back looks at again. Data only.

use crate::event::CardRelation;
use crate::handle::Handle;
use crate::money::Day;
use crate::state::State;
use crate::state::rows::{Card, Person};
use crate::state::table::Row;
use crate::steps::step;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use uuid::Uuid;

/// Cards kept of one id, so that a merge looks at few: who calls more of them his own besides others is looked at by hand.
const CARDS_MAX: usize = 4;

/// A person whose own card was told to be another id's own as well. Who shares none has no row.
#[derive(Clone, Serialize, Deserialize)]
pub struct CardSharer {
    /// The person's.
    pub id: Uuid,
    /// The cards, as it was told; one stays when it is taken back, as whoever looks asks the card.
    pub cards: Vec<Handle<Card>>,
}

impl Row for CardSharer {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

impl State {
    /// The cards that a person's id shares with others.
    pub(crate) fn shared_cards(&self, person: Handle<Person>) -> &[Handle<Card>] {
        if self.card_sharers.is_empty() {
            return &[];
        }
        self.card_sharers.by_id(self.persons.get(person).id).map_or(&[], |(_, row)| &row.cards)
    }

    /// Notes who shares a card, after something was told of it.
    pub(crate) fn note_sharers(&mut self, card: Handle<Card>) {
        let mut owners: SmallVec<[Handle<Person>; 2]> = SmallVec::new();
        let uses = &self.cards.get(card).uses;
        // Who had another card in its place may be the same human as whose it was, in whichever relation.
        let replaced = uses.iter().any(|fact| !fact.begins);
        for fact in uses.iter().filter(|fact| replaced || fact.relation == CardRelation::Own) {
            if !owners.contains(&fact.person) {
                owners.push(fact.person);
            }
        }
        for owner in owners.iter().filter(|_| owners.len() > 1) {
            let (id, cards) = (self.persons.get(*owner).id, Vec::new());
            let found = self.card_sharers.find(id);
            let at = found.unwrap_or_else(|| self.card_sharers.push(CardSharer { id, cards }));
            let row = self.card_sharers.get_mut(at);
            if !row.cards.contains(&card) && row.cards.len() < CARDS_MAX {
                row.cards.push(card);
            }
        }
    }
}

impl Card {
    /// How these persons, who are one human, may be paid on it on a day, if they may: the last that was told of them and it
    /// until then says so.
    #[must_use]
    pub fn used_by(&self, human: &[Handle<Person>], on: Day) -> Option<CardRelation> {
        let mut told = self.uses.iter().rev().inspect(|_| step());
        let last = told.find(|fact| fact.on <= on && human.contains(&fact.person));
        last.filter(|fact| fact.begins).map(|fact| fact.relation)
    }
}
