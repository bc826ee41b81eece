//! Organisations between wire and domain. Whether a tree is sound is not asked here.

use super::check::{Check, Choice, Wire, choice, id_bytes, optional_id_bytes};
use crate::v1;
use ledger::event::{Level, OrgRegistered, OrgRenamed, OrgRole, Subordination};

choice!(Level = Level { Centre Province City County School });
choice!(OrgRole = OrgRole { Finance Education AidCentre School Bank });
choice!(Subordination = Subordination { Central Local });

impl Wire for v1::OrgRegistered {
    type Domain = OrgRegistered;

    fn write(domain: &OrgRegistered) -> Self {
        Self {
            org: id_bytes(domain.org),
            number: domain.number.clone(),
            name: domain.name.clone(),
            level: domain.level.number(),
            role: domain.role.number(),
            parent: optional_id_bytes(domain.parent),
            division: domain.division,
            subordination: domain.subordination.number(),
        }
    }

    fn read(self, check: &mut Check) -> OrgRegistered {
        OrgRegistered {
            org: check.id("org", &self.org),
            number: check.text("number", self.number),
            name: check.name("name", self.name),
            level: check.choice("level", self.level),
            role: check.choice("role", self.role),
            parent: check.optional_id("parent", &self.parent),
            division: check.division("division", self.division),
            subordination: check.choice("subordination", self.subordination),
        }
    }
}

impl Wire for v1::OrgRenamed {
    type Domain = OrgRenamed;

    fn write(domain: &OrgRenamed) -> Self {
        Self { org: id_bytes(domain.org), name: domain.name.clone(), division: domain.division }
    }

    fn read(self, check: &mut Check) -> OrgRenamed {
        OrgRenamed {
            org: check.id("org", &self.org),
            name: check.name("name", self.name),
            division: check.division("division", self.division),
        }
    }
}
