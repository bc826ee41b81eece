//! How money in suspense was cleared, by decision, so that each can be taken back whole, and what of a fact's money that disposed of.
//! Data only: what it moves is in `suspense`.

use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::edition_rows::EditionsBefore;
use crate::state::entry_rows::{Seen, WITHDRAWN};
use crate::state::rows::{Application, Drawn, Org};
use crate::state::table::Row;
use crate::state::{State, UNKNOWN_ORG};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use uuid::Uuid;

/// Which way the money went that stands in suspense.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Sense {
    /// A bank credited it to a card; no voucher paid it.
    Credited,
    /// It left the treasury, and nobody was to have it.
    Out,
    /// It came into the treasury, and nobody paid it.
    In,
}

impl Sense {
    /// An amount with the sign it has in suspense.
    #[must_use]
    pub fn signed(self, fen: Fen) -> Fen {
        if self == Self::Out { fen } else { -fen }
    }
}

/// How money in suspense ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)] // As the event says.
pub enum Way {
    Accepted,
    Recoverable,
    Refundable,
    Surrendered,
    Offset,
}

/// One decision that cleared money in suspense.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cleared {
    /// The entry's event id; what is owed back because of it goes by that.
    pub id: Uuid,
    /// The entry whose fact stood in suspense.
    pub item: Handle<Seen>,
    /// What it was offset with.
    pub other: Link<Seen>,
    /// In whose suspense it stood.
    pub unit: Handle<Org>,
    /// Whose payees had it, or gave it.
    pub application: Handle<Application>,
    /// Which way it went.
    pub sense: Sense,
    /// Which way what it was offset with went.
    pub other_sense: Sense,
    /// How it ended.
    pub way: Way,
    /// How much.
    pub fen: Fen,
    /// Who owes it back or gets it back; without an id the payee.
    pub party: Uuid,
    /// What it was accepted with: the first draw and how many.
    pub draws: Link<Drawn>,
    /// How many.
    pub draw_count: u8,
    /// Whether it was taken back.
    pub gone: bool,
    /// The day.
    pub on: Day,
}

/// What one decision disposes of one item of suspense, or gives back to it.
pub(crate) struct Disposal {
    pub entry: Handle<Seen>,
    /// With the sign it has in suspense.
    pub fen: Fen,
    pub unit: Handle<Org>,
    /// One decision more, or one less.
    pub clearings: i16,
    /// The draws it is accepted with, none where it no longer is; another decision leaves them.
    pub accepted: Option<Vec<Drawn>>,
}

/// What decisions disposed of the money that a fact about lenders holds in suspense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Off {
    /// With the sign it has there.
    pub fen: Fen,
    /// In whose suspense it stood.
    pub at: Handle<Org>,
    /// By how many of them.
    pub clearings: u16,
}

impl Off {
    const NONE: Self = Self { fen: 0, at: UNKNOWN_ORG, clearings: 0 };

    /// With one decision more, or one less.
    pub fn by(self, disposal: &Disposal) -> Self {
        let clearings = self.clearings.saturating_add_signed(disposal.clearings);
        if clearings == 0 { Self::NONE } else { Self { fen: self.fen + disposal.fen, at: disposal.unit, clearings } }
    }

    /// What an item of so much is found as, which else is of this kind: more was disposed of than there is, as what was told changed since.
    pub fn called(self, kind: FindingKind, fen: Fen) -> FindingKind {
        if fen.signum() == -self.fen.signum() && fen != 0 { FindingKind::ClearedInVain } else { kind }
    }

    /// Whether nothing was.
    pub fn is_none(self) -> bool {
        self.clearings == 0
    }
}

/// A fact about lenders, with what was disposed of its money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Remaining<F> {
    pub fact: F,
    pub off: Off,
    /// It was taken back, and somebody had disposed of its money before.
    pub gone: bool,
}

impl<F> Remaining<F> {
    /// Whether anybody disposed of money of these.
    pub fn is_cleared(facts: &[Self]) -> bool {
        facts.iter().any(|fact| !fact.off.is_none())
    }

    /// Told just now.
    pub fn whole(fact: F) -> Self {
        Self { fact, off: Off::NONE, gone: false }
    }

    /// The same, where it may tell anew what an entry told that somebody decided about: that leaves these facts then.
    pub fn anew(state: &State, over: Option<Handle<Seen>>, fact: F) -> Self {
        Self { off: over.map_or(Off::NONE, |over| state.off(over)), ..Self::whole(fact) }
    }

    /// As an entry told it.
    pub fn of(state: &State, entry: Handle<Seen>, fact: F) -> Self {
        // What an entry tells is looked at before the entry itself is in.
        let gone = entry < state.seen.next() && state.seen.get(entry).verdict == WITHDRAWN;
        Self { fact, off: state.off(entry), gone }
    }

    /// The facts if so much of them is disposed of, or no longer; one that was taken back leaves with the last decision about it.
    pub fn disposed(mut facts: Vec<Self>, disposals: &[&Disposal], entry: impl Fn(&F) -> Handle<Seen>) -> Vec<Self> {
        for disposal in disposals {
            if let Some(of_it) = facts.iter_mut().find(|fact| entry(fact) == disposal.entry) {
                of_it.off = of_it.off.by(disposal);
            }
        }
        facts.retain(|fact| !fact.gone || !fact.off.is_none());
        facts
    }

    /// It is taken back; whether nothing is left of it: what somebody disposed of is open until that is taken back too.
    pub fn leaves(&mut self) -> bool {
        self.gone = true;
        self.off.is_none()
    }
}

impl<F> Deref for Remaining<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.fact
    }
}

impl<F> DerefMut for Remaining<F> {
    fn deref_mut(&mut self) -> &mut F {
        &mut self.fact
    }
}

/// Decisions by the entries whose money they disposed of, and the entries that told the same money before. It follows from their rows.
#[derive(Clone, Default)]
pub(super) struct ClearedByItem {
    decisions: BTreeMap<Handle<Seen>, Vec<Handle<Cleared>>>,
    pub before: EditionsBefore,
}

impl ClearedByItem {
    pub fn of(state: &State) -> Self {
        let mut all = Self { decisions: BTreeMap::new(), before: EditionsBefore::of(state) };
        state.clearings.iter().for_each(|(at, row)| all.add(at, row));
        all
    }

    fn add(&mut self, at: Handle<Cleared>, row: &Cleared) {
        for entry in [Some(row.item), row.other.handle()].into_iter().flatten() {
            self.decisions.entry(entry).or_default().push(at);
        }
    }

    fn off(&self, state: &State, entry: Handle<Seen>) -> Off {
        let rows = self.decisions.get(&entry).into_iter().flatten().map(|at| state.clearings.get(*at));
        rows.filter(|row| !row.gone).fold(Off::NONE, |off, row| {
            let sense = if row.item == entry { row.sense } else { row.other_sense };
            Off { fen: off.fen + sense.signed(row.fen), at: row.unit, clearings: off.clearings + 1 }
        })
    }
}

impl State {
    /// What decisions disposed of the money that an entry's fact holds in suspense.
    pub(crate) fn off(&self, entry: Handle<Seen>) -> Off {
        self.cleared_by_item.off(self, entry)
    }

    /// The decisions that stand about the money of an entry's fact.
    pub(crate) fn clearings_of(&self, entry: Handle<Seen>) -> impl Iterator<Item = &Cleared> {
        let rows = self.cleared_by_item.decisions.get(&entry).into_iter().flatten().map(|at| self.clearings.get(*at));
        rows.filter(|row| !row.gone)
    }

    /// The first of them: its day, and its event.
    pub(crate) fn first_cleared(&self, entry: Handle<Seen>) -> Option<(Day, Uuid)> {
        self.clearings_of(entry).map(|row| (row.on, row.id)).min()
    }

    /// Whether the lines that pay what was accepted of an entry's money may pay for it in this year too: none is of a year before.
    pub(super) fn pays_in(&self, entry: Handle<Seen>, year: u16) -> bool {
        let of_before = |row: &Cleared| {
            let draws = row.draws.handle().into_iter().flat_map(|first| first.run(u32::from(row.draw_count)));
            let mut lines = draws.map(|at| self.lines.get(self.draws.get(at).line));
            lines.any(|line| line.fiscal_year < year.min(row.on.year()))
        };
        !self.clearings_of(entry).any(of_before)
    }

    /// What was decided about the money of one entry's fact is about that of another now, which told it anew.
    pub(crate) fn decided_about(&mut self, before: Handle<Seen>, now: Handle<Seen>) {
        let (stood, stands): (Vec<_>, Vec<_>) = self
            .cleared_by_item
            .decisions
            .remove(&before)
            .into_iter()
            .flatten()
            .partition(|at| self.clearings.get(*at).gone);
        for at in &stands {
            let row = self.clearings.get_mut(*at);
            let about = |entry: Handle<Seen>| if entry == before { now } else { entry };
            (row.item, row.other) = (about(row.item), row.other.handle().map(about).into());
        }
        // Those that were taken back stay about what they were about.
        self.cleared_by_item.decisions.insert(before, stood);
        self.cleared_by_item.decisions.entry(now).or_default().extend(stands);
    }

    /// Keeps a decision about money in suspense.
    pub(crate) fn add_clearing(&mut self, row: Cleared) -> Handle<Cleared> {
        let at = self.clearings.next();
        self.cleared_by_item.add(at, &row);
        self.clearings.push(row)
    }
}

impl Row for Cleared {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}
