//! When pages are kept: every so many entries, and at the end. How they are stored stands in `store`.

use ledger::outcome::Outcome;
use ledger::state::State;

use crate::drive::{DriveError, Options};

/// Keeps pages of the state and of the projections, or nothing.
pub struct Keeper {}

impl Keeper {
    /// Keeps nothing.
    pub(crate) fn none() -> Self {
        Self {}
    }

    pub(crate) fn open(_options: &Options) -> Result<(Self, State), DriveError> {
        Ok((Self {}, State::default()))
    }

    pub(crate) fn note(&self, _index: u64, _outcome: &Outcome) {}

    pub(crate) fn keep_sometimes(&self, _state: &mut State) -> Result<(), DriveError> {
        Ok(())
    }

    pub(crate) fn keep_now(&self, _state: &mut State) -> Result<(), DriveError> {
        Ok(())
    }
}
