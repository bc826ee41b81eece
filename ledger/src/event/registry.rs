//! What can be said of units, persons and cards. What it means is in `registry`.

use super::choices::{Level, OrgRole, Status, Subordination};
use uuid::Uuid;

/// An organisation of the budget-unit tree became known (R).
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
    /// The budget unit above it; none for the centre.
    pub parent: Option<Uuid>,
    /// Division code (GB/T 2260) of its place, which is another tree.
    pub division: u32,
    /// Central or local.
    pub subordination: Subordination,
}

/// An organisation changed its name or division code; it stays the same organisation (R).
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
