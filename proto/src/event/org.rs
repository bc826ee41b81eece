//! Organisations between wire and domain. Whether a tree is sound is not asked here.

use super::check::choice;
use super::form::{Division, Id, NAME, OPTIONAL_NUMBER, OneOf, OptionalId, wire};
use ledger::event::{Level, OrgRegistered, OrgRenamed, OrgRole, Subordination};

choice!(Level = Level { Centre Province City County School });
choice!(OrgRole = OrgRole { Finance Education AidCentre School Bank });
choice!(Subordination = Subordination { Central Local });

wire!(OrgRegistered {
    org: Id,
    number: OPTIONAL_NUMBER,
    name: NAME,
    level: OneOf,
    role: OneOf,
    parent: OptionalId,
    division: Division,
    subordination: OneOf,
});

wire!(OrgRenamed { org: Id, name: NAME, division: Division });
