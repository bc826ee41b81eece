//! Persons and cards between wire and domain. Only opaque ids: there is no field for a name or a number.

use super::check::{Check, Choice, Wire, choice, id_bytes};
use crate::v1;
use ledger::event::{CardBound, CardReplaced, PersonRegistered, Status, StatusChanged};

choice!(Status = Standing { Enrolled Leave FurtherStudy Graduated Withdrawn Deceased IllnessLeave });

impl Wire for v1::PersonRegistered {
    type Domain = PersonRegistered;

    fn write(domain: &PersonRegistered) -> Self {
        Self { person: id_bytes(domain.person), origin: domain.origin }
    }

    fn read(self, check: &mut Check) -> PersonRegistered {
        PersonRegistered { person: check.id("person", &self.person), origin: check.division("origin", self.origin) }
    }
}

impl Wire for v1::StatusChanged {
    type Domain = StatusChanged;

    fn write(domain: &StatusChanged) -> Self {
        Self { person: id_bytes(domain.person), status: domain.status.number(), school: id_bytes(domain.school) }
    }

    fn read(self, check: &mut Check) -> StatusChanged {
        StatusChanged {
            person: check.id("person", &self.person),
            status: check.choice("status", self.status),
            school: check.id("school", &self.school),
        }
    }
}

impl Wire for v1::CardBound {
    type Domain = CardBound;

    fn write(domain: &CardBound) -> Self {
        Self { person: id_bytes(domain.person), card: id_bytes(domain.card) }
    }

    fn read(self, check: &mut Check) -> CardBound {
        CardBound { person: check.id("person", &self.person), card: check.id("card", &self.card) }
    }
}

impl Wire for v1::CardReplaced {
    type Domain = CardReplaced;

    fn write(domain: &CardReplaced) -> Self {
        Self { person: id_bytes(domain.person), old: id_bytes(domain.old), new: id_bytes(domain.new) }
    }

    fn read(self, check: &mut Check) -> CardReplaced {
        CardReplaced {
            person: check.id("person", &self.person),
            old: check.id("old", &self.old),
            new: check.id("new", &self.new),
        }
    }
}
