//! What the ledger remembers of each entry, as rows of tables: how it was judged and how it stands. Data only.

use crate::entry::Entry;
use crate::event::KindTag;
use crate::handle::Handle;
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
    /// 0 posted, 255 duplicate, 254 withheld, 253 posted and taken back since, 252 posted with a finding that it does not count,
    /// else the refusal's code.
    pub verdict: u8,
    /// Which kind it is.
    pub kind: KindTag,
    /// The row it is about, by its number in the table its kind says, if it was posted and can be taken back by itself.
    pub subject: u32,
}

impl Seen {
    /// Where an entry stands in the record: what it tells is kept with this, so that it can be found again.
    pub(crate) fn place(entry: &Entry<'_>) -> Handle<Self> {
        Handle::new(u32::try_from(entry.index).unwrap_or(u32::MAX))
    }

    /// How the statement stands.
    #[must_use]
    pub fn now(&self) -> Now {
        match Code::try_from(self.verdict) {
            Ok(code) => Now::Refused(code),
            Err(()) if self.verdict == WITHDRAWN => Now::Withdrawn,
            Err(()) if self.verdict == BESIDE => Now::Differs,
            Err(()) => Now::Counts,
        }
    }
}

/// `Seen::verdict` of an entry that was posted and counts.
pub const POSTED: u8 = 0;

/// `Seen::verdict` of an entry that repeated an earlier one.
pub const DUPLICATE: u8 = 255;

/// `Seen::verdict` of an entry that was left out; see `State::withhold`.
pub const WITHHELD: u8 = 254;

/// `Seen::verdict` of an entry that was posted and reversed later.
pub const WITHDRAWN: u8 = 253;

/// `Seen::verdict` of a report that does not count, as the ledger holds other content under its id or it is out of its turn.
pub const BESIDE: u8 = 252;

// The list of codes may grow up to these and not into them.
const _: () = assert!(Code::ALL.len() < BESIDE as usize);

/// A refused entry.
#[derive(Clone, Serialize, Deserialize)]
pub struct Refused {
    /// Its index.
    pub index: u64,
    /// Why.
    pub refusal: Refusal,
}

impl Row for Seen {
    /// What was left out has not been said, so saying it again repeats nothing. Nor does what does not count stand for its id, or
    /// what repeats it.
    fn id(&self) -> Option<Uuid> {
        (![WITHHELD, BESIDE, DUPLICATE].contains(&self.verdict)).then_some(self.id)
    }

    /// A statement that is judged anew is found by its latest attempt. What says something else under the id of what counts was
    /// not judged.
    fn succeeds(&self, _: &Self) -> bool {
        self.verdict != Code::ToldOtherwise as u8
    }
}

impl Row for Refused {
    fn id(&self) -> Option<Uuid> {
        None
    }
}
