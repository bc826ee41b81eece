//! What can be said of units, persons and cards. What it means is in `registry`.

use super::choices::{CardRelation, Level, OrgRole, Status, Subordination};
use uuid::Uuid;

/// An organisation of the budget-unit tree became known (R). Reports may have named it before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrgRegistered {
    /// The organisation.
    pub org: Uuid,
    /// The source's own number, for example a school code.
    pub number: String,
    /// Its name on the effective day.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// What it does.
    pub role: OrgRole,
    /// The budget unit above it, registered before or after; none for the centre.
    pub parent: Option<Uuid>,
    /// Division code (GB/T 2260) of its place, which is another tree.
    pub division: u32,
    /// Central or local.
    pub subordination: Subordination,
}

/// An organisation changed its name or division code; it stays the same organisation (R). The latest day counts, whatever the
/// order of telling.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrgRenamed {
    /// The organisation.
    pub org: Uuid,
    /// The new name.
    pub name: String,
    /// The division code from now on.
    pub division: u32,
}

/// A person became known, under an opaque id (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRegistered {
    /// The person: a keyed hash, made where the identity is kept.
    pub person: Uuid,
    /// Division code of the home.
    pub origin: u32,
}

/// A student's standing changed on the effective day (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusChanged {
    /// The person.
    pub person: Uuid,
    /// From this day on.
    pub status: Status,
    /// The school it concerns.
    pub school: Uuid,
}

/// A card was bound to a person (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardBound {
    /// The person.
    pub person: Uuid,
    /// The card: a keyed hash of its number.
    pub card: Uuid,
    /// Whose it is; his own where nothing is said.
    pub relation: CardRelation,
}

/// A person's card was replaced by another (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardReplaced {
    /// The person.
    pub person: Uuid,
    /// The card no longer to be paid to.
    pub old: Uuid,
    /// The card from now on.
    pub new: Uuid,
}

/// Two ids turned out to be one human's: two keys of identity, a number mistyped, an old number of 15 digits (R). Both ids and
/// what was told of them stay; from now on one follows from the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonMerged {
    /// The id no longer to be used.
    pub person: Uuid,
    /// The id to be used from now on.
    pub into: Uuid,
    /// Who found it: a document number.
    pub document: String,
}
