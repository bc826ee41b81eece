//! Who there is: units, persons, cards. Not here: what they are owed or paid.

pub(crate) mod org;
pub(crate) mod people;
