//! Awards that ended before their time. Data only; what that does is in `aid`.

use crate::handle::Handle;
use crate::money::Day;
use crate::state::State;
use crate::state::rows::Award;
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How an award ended. One that was taken back stays here, and the award says that it is not ended.
#[derive(Clone, Serialize, Deserialize)]
pub struct AwardEnd {
    /// The award's.
    pub id: Uuid,
    /// The award.
    pub award: Handle<Award>,
    /// The first instalment that is owed no more, from 1.
    pub from: u8,
    /// The day of the decision.
    pub on: Day,
    /// Why.
    pub reason: String,
    /// Document number of the decision.
    pub document: String,
}

impl Row for AwardEnd {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

impl State {
    /// How an award ended, if it did.
    #[must_use]
    pub fn end_of(&self, award: &Award) -> Option<&AwardEnd> {
        (award.ended != 0).then(|| self.award_ends.by_id(award.id).map(|(_, row)| row))?
    }

    /// Whether an instalment of an award, from 0, is owed no more unless it is paid.
    #[must_use]
    pub fn is_ended(award: &Award, instalment: u8) -> bool {
        award.ended != 0 && instalment + 1 >= award.ended
    }
}
