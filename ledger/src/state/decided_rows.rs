//! Decisions by what they decide about, as far as that may turn out to be of a later day. Data only; who finds it is `fold::early`.

use crate::handle::Handle;
use crate::money::Day;
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was decided about one thing; and if this is a decision, what that is about.
#[derive(Clone, Serialize, Deserialize)]
pub struct DecidedAbout {
    /// The thing, or the decision's event id.
    pub id: Uuid,
    /// By day, then by entry, those taken back among them.
    pub decisions: Vec<DatedDecision>,
    /// What a decision is about.
    pub about: Vec<Uuid>,
}

/// A decision and what of the thing it rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct DatedDecision {
    /// Its day.
    pub on: Day,
    /// The entry that told it.
    pub entry: Handle<Seen>,
    /// What must not be of a later day.
    pub ground: RestsOn,
}

/// What of a thing a decision rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum RestsOn {
    /// A step before it, of this day, which stays while the decision stands.
    Step(Day),
    /// That the document line was issued or passed down.
    Line,
    /// That the payment stands paid.
    Paid,
    /// That the treasury paid the whole of the application.
    Cleared,
    /// That the money came or went which this entry, or a later edition of it, told of.
    Item(Handle<Seen>),
}

impl Row for DecidedAbout {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

impl State {
    /// From now on a decision is kept with what it is about.
    pub(crate) fn decide_about(&mut self, id: Uuid, decision: DatedDecision) {
        let decisions = &mut self.decided_mut(id).decisions;
        if let Err(at) = decisions.binary_search(&decision) {
            decisions.insert(at, decision);
        }
    }

    /// Of a decision, by its event id, what it is about.
    pub(crate) fn is_about(&mut self, decision: Uuid, thing: Uuid) {
        let about = &mut self.decided_mut(decision).about;
        if !about.contains(&thing) {
            about.push(thing);
        }
    }

    fn decided_mut(&mut self, id: Uuid) -> &mut DecidedAbout {
        let new = DecidedAbout { id, decisions: Vec::new(), about: Vec::new() };
        let at = self.decided.find(id).unwrap_or_else(|| self.decided.push(new));
        self.decided.get_mut(at)
    }
}
