//! Places by their division codes: where an award belongs, and which area takes in which. What places are called is not known.

use ledger::state::State;
use ledger::state::rows::Award;

/// Place of the school an award belongs to.
#[must_use]
pub(crate) fn division_of(state: &State, award: &Award) -> u32 {
    state.orgs.get(state.rosters.get(award.roster).school).division()
}

/// Whether a division lies in another: one ending in 0000 takes in its province, in 00 its city; 0 takes in all.
#[must_use]
pub fn lies_in(division: u32, area: u32) -> bool {
    let width = match area {
        0 => return true,
        area if area.is_multiple_of(10_000) => 10_000,
        area if area.is_multiple_of(100) => 100,
        _ => 1,
    };
    division / width == area / width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_take_in_what_lies_below() {
        assert!(lies_in(610_322, 610_000) && lies_in(610_322, 610_300) && lies_in(610_322, 610_322));
        assert!(lies_in(610_322, 0));
        assert!(!lies_in(610_322, 610_400) && !lies_in(610_322, 610_323) && !lies_in(620_322, 610_000));
    }
}
