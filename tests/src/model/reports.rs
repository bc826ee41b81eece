//! What the model does about reports: always something, never a refusal.

use super::{Model, Org};
use ledger::event::{Kind, OrgRegistered};
use ledger::money::Day;
use uuid::Uuid;

impl Model {
    pub(super) fn report(&mut self, on: Day, event: Uuid, report: &Kind) {
        match report {
            Kind::OrgRegistered(e) if !e.org.is_nil() && !self.is_registered_org(e.org) => self.register(on, e),
            Kind::OrgRenamed(e) => {
                if let Some(org) = self.named(e.org) {
                    org.names.push((on, false, e.name.clone(), e.division));
                }
            }
            Kind::PersonRegistered(e) => {
                self.registered.insert(e.person);
            }
            Kind::StatusChanged(e) => {
                self.named(e.school);
                self.persons.entry(e.person).or_default().push((on, e.school, e.status, event));
            }
            Kind::PersonMerged(e) => {
                let (one, other) = (self.human(e.person), self.human(e.into));
                let merges = !self.merged.contains_key(&e.person) && one.len() + other.len() <= 8;
                if merges && !one.contains(&e.into) {
                    self.merged.insert(e.person, e.into);
                }
            }
            Kind::CardBound(e) => self.cards.entry(e.card).or_default().push((on, true, e.person)),
            Kind::CardReplaced(e) => {
                self.cards.entry(e.old).or_default().push((on, false, e.person));
                self.cards.entry(e.new).or_default().push((on, true, e.person));
            }
            Kind::Surrendered(e) => {
                self.named(e.unit);
                self.paid_over.insert(event, (on, e.unit, e.fen));
            }
            Kind::RecoveryReceived(_) | Kind::RefundPaid(_) => self.tell_debt(on, event, report),
            told => self.hear(on, event, told),
        }
    }

    /// An organisation a report names is one from then on. Without an id it is none.
    pub(super) fn named(&mut self, id: Uuid) -> Option<&mut Org> {
        (!id.is_nil()).then(|| self.orgs.entry(id).or_default())
    }

    fn register(&mut self, on: Day, e: &OrgRegistered) {
        let parent = e.parent.filter(|parent| !parent.is_nil() && self.may_be_above(*parent, e.org));
        if let Some(parent) = parent {
            self.named(parent);
        }
        let Some(org) = self.named(e.org) else { return };
        (org.parent, org.subordination) = (parent, Some(e.subordination));
        org.names.push((on, true, e.name.clone(), e.division));
    }

    /// Not if it is the organisation itself or below it, nor if it stands too deep.
    fn may_be_above(&self, parent: Uuid, org: Uuid) -> bool {
        let (mut at, mut units) = (Some(parent), 0);
        while let Some(unit) = at {
            units += 1;
            if unit == org || units > 16 {
                return false;
            }
            at = self.orgs.get(&unit).and_then(|row| row.parent);
        }
        true
    }
}
