//! What is remembered of each statement by its id: what became of it, and what was told beside it. Who decides is in `fold`.

use crate::handle::{Handle, Link};
use crate::outcome::{Code, Now};
use crate::state::rows::Finding;
use crate::state::table::{Row, rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of an entry, by its index.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seen {
    /// The event id.
    pub id: Uuid,
    /// 64-bit hash of the event bytes.
    pub content: u64,
    /// 0 posted, 255 duplicate, 254 withheld, 253 posted and reversed since, 252 posted with a finding that it does not count,
    /// else the refusal's code.
    pub verdict: u8,
}

impl Seen {
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

/// What was told of one id beside what the ledger holds under it, so that telling it again opens no second finding. There is a
/// row only where anything was.
#[derive(Clone, Serialize, Deserialize)]
pub struct Dispute {
    /// The event id.
    pub id: Uuid,
    /// The contents, as they came; so many at most.
    pub versions: Vec<Version>,
    /// The finding that stands for all further ones.
    pub many: Link<Finding>,
}

/// One content told beside what counts.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Version {
    /// 64-bit hash of the event bytes.
    pub content: u64,
    /// The entry that told it first.
    pub index: u64,
    /// What says so.
    pub finding: Handle<Finding>,
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

rows! {
    with id: Dispute;
    without:
}
