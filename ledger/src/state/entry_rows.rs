//! What the ledger remembers of each entry, as rows of tables: how it was judged and how it stands. Data only.

use crate::outcome::{Code, Now, Refusal};
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of an entry, by its index.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seen {
    /// The event id.
    pub id: Uuid,
    /// 64-bit hash of the event bytes.
    pub content: u64,
    /// 0 posted, 255 duplicate, 254 withheld, 253 posted and reversed since, else the refusal's code.
    pub verdict: u8,
}

impl Seen {
    /// How the statement stands.
    #[must_use]
    pub fn now(&self) -> Now {
        match Code::try_from(self.verdict) {
            Ok(code) => Now::Refused(code),
            Err(()) if self.verdict == WITHDRAWN => Now::Withdrawn,
            Err(()) => Now::Counts,
        }
    }
}

/// `Seen::verdict` of an entry that repeated an earlier one.
pub const DUPLICATE: u8 = 255;

/// `Seen::verdict` of an entry that was left out; see `State::withhold`.
pub const WITHHELD: u8 = 254;

/// `Seen::verdict` of an entry that was posted and reversed later.
pub const WITHDRAWN: u8 = 253;

// The list of codes may grow up to these and not into them.
const _: () = assert!(Code::ALL.len() < WITHDRAWN as usize);

/// A refused entry.
#[derive(Clone, Serialize, Deserialize)]
pub struct Refused {
    /// Its index.
    pub index: u64,
    /// Why.
    pub refusal: Refusal,
}

impl Row for Seen {
    /// What was left out has not been said, so saying it again repeats nothing.
    fn id(&self) -> Option<Uuid> {
        (self.verdict != WITHHELD).then_some(self.id)
    }

    /// A statement that is judged anew is found by its latest attempt. What only repeats, or says something else under the id of
    /// what counts, was not judged.
    fn succeeds(&self, _: &Self) -> bool {
        self.verdict != DUPLICATE && self.verdict != Code::IdReused as u8
    }
}

impl Row for Refused {
    fn id(&self) -> Option<Uuid> {
        None
    }
}
