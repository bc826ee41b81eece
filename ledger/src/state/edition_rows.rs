//! Editions of what a bank, the treasury or a lender told under one number: a decision about that money is about the number, whichever
//! wording of it counts. Data only.

use crate::event::{Event, Kind, KindTag};
use crate::handle::{Handle, Link};
use crate::money::Fen;
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::Finding;
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Money told anew under its number, once the edition before was taken back. There is a row only where that happened.
#[derive(Clone, Serialize, Deserialize)]
pub struct Retold {
    /// The event id of the edition before.
    pub id: Uuid,
    /// The entry that told the next one.
    pub next: Handle<Seen>,
}

impl Row for Retold {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// The edition before, by the entry of each next one. It follows from the rows.
#[derive(Clone, Default)]
pub(super) struct EditionsBefore(BTreeMap<Handle<Seen>, Handle<Seen>>);

impl EditionsBefore {
    pub fn of(state: &State) -> Self {
        let before = |row: &Retold| Some((row.next, state.seen.find(row.id)?));
        Self(state.retold.iter().filter_map(|(_, row)| before(row)).collect())
    }
}

/// How much an event says came or went, of what is known by a bank's, the treasury's or a lender's number.
fn fen_of(kind: &Kind) -> Option<Fen> {
    match kind {
        Kind::PayoutCredited(told) => Some(told.fen),
        Kind::PayoutReturned(told) => Some(told.fen),
        Kind::RemittanceCleared(told) => Some(told.fen),
        Kind::RemittanceReturned(told) => Some(told.fen),
        Kind::OverclaimReturned(told) => Some(told.fen),
        _ => None,
    }
}

impl State {
    /// The entry that tells last what an event told, under the same number.
    #[must_use]
    pub fn latest_edition(&self, id: Uuid) -> Option<Handle<Seen>> {
        let mut at = self.seen.find(id)?;
        while let Some((_, row)) = self.retold.by_id(self.seen.get(at).id) {
            at = row.next;
        }
        Some(at)
    }

    /// The decision that stands about an earlier edition of what an entry told: it holds the same money.
    pub(crate) fn cleared_before(&self, entry: Handle<Seen>) -> Option<Uuid> {
        let before = |at: &Handle<Seen>| self.cleared_by_item.before.0.get(at).copied();
        let (_, id) = std::iter::successors(before(&entry), before).find_map(|at| self.first_cleared(at))?;
        Some(id)
    }

    /// The entry of the earlier edition from which this one takes over what was decided: the same amount under the same number is the
    /// same money, of another day or in other words. Of another amount, or of a year of which the lines that pay for it are not, what was
    /// decided may be no more so.
    pub(crate) fn takes_over(&self, event: &Event) -> Option<Handle<Seen>> {
        let fen = fen_of(&event.kind).filter(|_| event.edition > 0)?;
        let cleared = |at: &Handle<Seen>| self.first_cleared(*at).is_some();
        let before = self.told_under(event).find(cleared)?;
        let stays = match &event.kind {
            Kind::OverclaimReturned(told) => self.orgs.find(told.unit) == Some(self.off(before).at),
            _ => true,
        };
        let same = self.held_by(before).is_some_and(|(told, _)| told == fen);
        (stays && same && self.pays_in(before, event.effective.year())).then_some(before)
    }

    /// The entries of earlier editions that are on record, the latest first.
    fn told_under(&self, event: &Event) -> impl Iterator<Item = Handle<Seen>> {
        (0..event.edition).rev().filter_map(|edition| self.seen.find(event.id_of_edition(edition)))
    }

    /// Keeps that an event told anew what another told, and lets what was decided about that stand about this one.
    pub(crate) fn retell(&mut self, event: &Event, entry: Handle<Seen>, over: Option<Handle<Seen>>) {
        let tells_anew = event.edition > 0 && fen_of(&event.kind).is_some();
        if let Some(before) = tells_anew.then(|| self.told_under(event).next()).flatten() {
            let id = self.seen.get(before).id;
            self.retold.push(Retold { id, next: entry });
            self.cleared_by_item.before.0.insert(entry, before);
        }
        // Where too much was told to keep it, what was decided stays about what is kept.
        if let Some(before) = over.filter(|before| self.held_by(*before).is_none()) {
            self.decided_about(before, entry);
        }
    }

    /// How much an entry told of money, and the finding that is open of it; nothing where its fact is not kept.
    pub(crate) fn held_by(&self, entry: Handle<Seen>) -> Option<(Fen, Link<Finding>)> {
        let seen = self.seen.get(entry);
        match seen.kind {
            KindTag::RemittanceCleared | KindTag::RemittanceReturned => {
                let facts = &self.remitted.get(self.remitted.handle(seen.subject)?).facts;
                facts.iter().find(|fact| fact.entry == entry).map(|fact| (fact.fen, fact.item))
            }
            KindTag::OverclaimReturned => {
                let facts = &self.returned.get(self.returned.handle(seen.subject)?).facts;
                facts.iter().find(|fact| fact.entry == entry).map(|fact| (fact.fen, fact.item))
            }
            kind if kind.tells_result() => {
                let (_, row) = self.results.by_id(self.payment_told_of(seen.subject)?)?;
                row.facts.iter().find(|fact| fact.entry == entry).map(|fact| (fact.fen, fact.item))
            }
            _ => None,
        }
    }
}
