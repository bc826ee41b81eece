//! What lenders told they gave back of claim lines, by the id of the loan: what was told before its line, or before it was
//! overclaimed, waits here. What comes of it is reckoned in `loan`.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::event::ClaimFor;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::claim_rows::ReturnedShare;
use crate::state::clearing_rows::Remaining;
use crate::state::entity::rows;
use crate::state::entry_rows::Seen;
use crate::state::lending_rows::{Claim, ClaimLine};
use crate::state::rows::{Finding, Line, Org};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a lender gave back of a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReturnFact {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    /// Nil where it is of what was claimed before this ledger; then its kind stands in the place of the line.
    pub claim: Uuid,
    pub line: u32,
    /// Whose treasury received it.
    pub unit: Handle<Org>,
    pub on: Day,
    pub fen: Fen,
    /// How much of it the line was overclaimed by; the rest stands in suspense.
    pub counted: Fen,
    /// Whose that is.
    pub shares: Vec<ReturnedShare>,
    /// The finding the rest stands in suspense with.
    pub item: Link<Finding>,
}

/// All that was given back of one loan's lines.
#[derive(Clone, Serialize, Deserialize)]
pub struct Returned {
    /// The loan's, signed or not.
    pub id: Uuid,
    /// By day, then by the id of the entry.
    pub facts: Vec<ReturnFact>,
    pub last: u64,
}

/// What was given back, as it should be after an entry.
pub(crate) struct ReturnsRevision {
    pub id: Uuid,
    pub facts: Vec<ReturnFact>,
    /// What counts at a line.
    pub lines: Vec<(Handle<ClaimLine>, Fen)>,
    pub claims: Vec<(Handle<Claim>, Vec<ReturnedShare>)>,
    /// What of a document line's money came back in a later year, more or less than before.
    pub surrendered: Vec<(Handle<Line>, Fen)>,
    pub ended: Vec<Handle<Finding>>,
    pub restated: Vec<(Handle<Finding>, Fen)>,
}

/// Of what something is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GivenBack {
    Line(Handle<ClaimLine>),
    /// What was claimed before this ledger, of a kind.
    Before(ClaimFor),
}

impl GivenBack {
    /// How facts name it.
    pub fn named(self, state: &State) -> (Uuid, u32) {
        match self {
            Self::Line(line) => {
                let row = state.claim_lines.get(line);
                (state.claims.get(row.claim).id, row.number)
            }
            Self::Before(what) => (Uuid::nil(), what as u32),
        }
    }

    /// The line, if it is one of this ledger.
    pub fn line(self) -> Option<Handle<ClaimLine>> {
        if let Self::Line(line) = self { Some(line) } else { None }
    }
}

/// The same with what was disposed of its money in suspense.
pub(crate) type ReturnTold = Remaining<ReturnFact>;

impl ReturnTold {
    /// What came in by it.
    pub fn came_in(&self) -> Fen {
        if self.gone { 0 } else { self.fen }
    }

    /// What of that may count at a line: what was disposed of otherwise does not.
    pub fn left(&self) -> Fen {
        if self.gone { 0 } else { self.fen + self.off.fen }
    }
}

/// All that was given back of a loan's lines, in order.
pub(crate) fn told(state: &State, loan: Uuid) -> Vec<ReturnTold> {
    let facts = state.returned.by_id(loan).map(|(_, row)| &row.facts[..]).unwrap_or_default();
    facts.iter().map(|fact| Remaining::of(state, fact.entry, fact.clone())).collect()
}

/// How much was given back of a line.
pub(crate) fn sum_of(facts: &[ReturnTold], named: (Uuid, u32)) -> Fen {
    let of_line = facts.iter().filter(|fact| (fact.claim, fact.line) == named);
    of_line.fold(0, |sum: Fen, fact| sum.saturating_add(fact.left()))
}

rows! {
    compared {
        Returned: id, last, [facts] [];
    }
    uncompared {}
    parts { ReturnFact [unit item] }
}
