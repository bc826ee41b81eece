//! Persons and cards between wire and domain. Only opaque ids: there is no field for a name or a number.

use super::check::choice;
use super::form::{DOCUMENT, Division, Id, OneOf, wire};
use ledger::event::{CardBound, CardRelation, CardReplaced, PersonMerged, PersonRegistered, Status, StatusChanged};

choice!(Status = Standing { Enrolled Leave FurtherStudy Graduated Withdrawn Deceased IllnessLeave });

choice!(CardRelation = CardRelation unsaid { Own Guardian Sibling });

wire!(PersonRegistered { person: Id, origin: Division });

wire!(StatusChanged { person: Id, status: OneOf, school: Id });

wire!(CardBound { person: Id, card: Id, relation: OneOf });

wire!(CardReplaced { person: Id, old: Id, new: Id });

wire!(PersonMerged { person: Id, into: Id, document: DOCUMENT });
