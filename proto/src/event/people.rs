//! Persons and cards between wire and domain. Only opaque ids: there is no field for a name or a number.

use super::check::choice;
use super::form::{Division, Id, OneOf, wire};
use ledger::event::{CardBound, CardReplaced, PersonRegistered, Status, StatusChanged};

choice!(Status = Standing { Enrolled Leave FurtherStudy Graduated Withdrawn Deceased IllnessLeave });

wire!(PersonRegistered { person: Id, origin: Division });

wire!(StatusChanged { person: Id, status: OneOf, school: Id });

wire!(CardBound { person: Id, card: Id });

wire!(CardReplaced { person: Id, old: Id, new: Id });
