//! Any thing there is of a sort, and now and then none.

use super::{Chance, thing};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How often a sensible value is replaced by any value, in a hundred.
pub(super) const ODD: usize = 6;

/// Mostly one there is.
pub(super) fn any<V>(chance: &mut Chance, of: &BTreeMap<Uuid, V>, letter: &str) -> Uuid {
    let ids: Vec<Uuid> = of.keys().copied().collect();
    match chance.pick(&ids) {
        Some(id) if !chance.in_hundred(ODD) => *id,
        _ => [Uuid::nil(), thing(letter, 0)][chance.below(2)],
    }
}
