//! Whether whoever says an entry may say it. Asked of every entry of a founded ledger, before its kind is.

use super::State;
use crate::entry::Entry;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::rights;

/// How it is known whether he may.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// By the state, on the day of recording: what may be said hangs on no day told.
    Asked,
    /// The ledger let him: as of a day what his right rested on may be left out, and he had it all the same.
    Given,
    /// The ledger refused him.
    Denied,
    /// The ledger refused it so: for want of signatures, or because of an objection.
    Unsigned(Code),
}

impl Right {
    pub fn of(self, state: &State, entry: &Entry<'_>) -> Result<(), Refusal> {
        if matches!(self, Self::Given | Self::Unsigned(_)) || !state.is_founded() {
            return Ok(());
        }
        let concern = rights::concern(state, entry.event);
        let on = Day::in_beijing(entry.recorded_ms);
        let asked = self == Self::Asked;
        if asked && rights::entitled(state, entry.principal, entry.event, &concern, on).may() {
            return Ok(());
        }
        Err(Refusal::of(Code::NotEntitled, rights::concern_named(state, &concern)))
    }

    /// Whether what would count has the signatures it needs.
    pub fn signed(self, state: &State, entry: &Entry<'_>) -> Result<(), Refusal> {
        match self {
            Self::Given | Self::Denied => Ok(()),
            Self::Asked => rights::judge_signed(state, entry),
            Self::Unsigned(code) => Err(Refusal::of(code, entry.event.id)),
        }
    }

    /// As the ledger judged the entry, by its verdict there.
    pub fn as_there(verdict: u8) -> Self {
        match Code::try_from(verdict) {
            Ok(Code::NotEntitled) => Self::Denied,
            Ok(code @ (Code::SignaturesMissing | Code::UnderObjection)) => Self::Unsigned(code),
            _ => Self::Given,
        }
    }
}
