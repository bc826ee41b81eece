//! What the model makes of a bank's money told anew under its number: what was decided about it stands where the amount is the same
//! and the lines that pay for it may do so in its year.

use super::{Cleared, Model};
use ledger::event::{Clearing, Event, Kind};
use uuid::Uuid;

impl Model {
    /// A credit or a return was told, perhaps in the place of one that was taken back.
    pub(super) fn told_anew(&mut self, event: &Event) {
        let payment = match &event.kind {
            Kind::PayoutCredited(told) => told.payout,
            Kind::PayoutReturned(told) => told.payout,
            _ => return,
        };
        let under = (0..event.edition).map(|edition| event.id_of_edition(edition));
        let Some(before) = under.rev().find(|id| self.reports.contains_key(id)) else { return };
        self.retold.insert(event.id, before);
        let earlier = self.earlier(event.id);
        let facts = self.facts.entry(payment).or_default();
        let decided = facts.iter().position(|fact| earlier.contains(&fact.event) && fact.off.times > 0);
        let Some((decided, new)) = decided.zip(facts.iter().position(|fact| fact.event == event.id)) else { return };
        let (gone, year) = (facts[decided].event, event.effective.year());
        let is_of = |cleared: &Cleared| cleared.items.iter().any(|(item, _)| *item == gone);
        let pays = |cleared: &Cleared| match &cleared.how {
            Clearing::Accepted(draws) => {
                draws.iter().all(|draw| self.lines[&draw.line].year >= year.min(cleared.on.year()))
            }
            _ => true,
        };
        if facts[decided].fen != facts[new].fen || !self.clearings.values().filter(|one| is_of(one)).all(pays) {
            return;
        }
        (facts[new].off, facts[new].accepted) = (facts[decided].off, facts[decided].accepted.take());
        facts.remove(decided);
        for cleared in self.clearings.values_mut().filter(|cleared| is_of(cleared)) {
            cleared.year = year;
            cleared.items.iter_mut().filter(|(item, _)| *item == gone).for_each(|(item, _)| *item = event.id);
        }
    }

    /// All that was told under the same number before, the latest first.
    fn earlier(&self, event: Uuid) -> Vec<Uuid> {
        std::iter::successors(self.retold.get(&event).copied(), |id| self.retold.get(id).copied()).collect()
    }

    /// What is told last under the number of an event.
    pub(super) fn latest(&self, event: Uuid) -> Uuid {
        let next = |id: &Uuid| self.retold.iter().find(|(_, before)| *before == id).map(|(next, _)| *next);
        std::iter::successors(Some(event), next).last().unwrap_or(event)
    }

    /// Whether somebody decided about the same money when it was told otherwise.
    pub(super) fn is_decided_before(&self, event: Uuid) -> bool {
        let earlier = self.earlier(event);
        self.clearings.values().flat_map(|cleared| &cleared.items).any(|(item, _)| earlier.contains(item))
    }
}
