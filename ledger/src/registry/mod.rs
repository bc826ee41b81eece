//! Who there is: units, persons, cards. Not here: what they are owed or paid.

pub(crate) mod cards;
pub(crate) mod merged;
pub(crate) mod org;
mod org_names;
pub(crate) mod people;
