//! Histories from a seed: mostly the next sensible step, often a wrong one. Wrong order, wrong hashes, repeats, used
//! ids, reports about anything. `basis` says how a history begins, `steps` what may come next.

mod any;
mod basis;
pub mod chance;
mod corrections;
mod debts;
mod lending;
pub mod rights;
mod settling;
mod steps;
mod vouchers;
mod whole;
mod wild;
mod withdrawing;

pub use basis::{bands, basis};
pub use chance::Chance;
pub use lending::lending;
pub use whole::{Lived, founded, whole};
pub use wild::wild;
pub use withdrawing::withdrawable;

use crate::desk::labelled;
use crate::model::Model;
use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::money::Day;
use uuid::Uuid;

/// Who acts; few enough that preparers meet their own work.
pub const PRINCIPALS: [&str; 3] = ["周", "吴", "郑"];

/// A history being made: it asks the model what would be sensible now.
pub struct History {
    chance: Chance,
    length: usize,
    /// From here on only what becomes of payments is told.
    settles_from: usize,
    made: usize,
    said: Vec<(String, Event)>,
}

impl History {
    /// The history of this seed, of about this many events.
    #[must_use]
    pub fn new(seed: u64, length: usize) -> Self {
        Self { chance: Chance::new(seed), length, settles_from: usize::MAX, made: 0, said: Vec::new() }
    }

    /// The same, but that its last part tells only what becomes of a few payments, much of it taken back.
    #[must_use]
    pub fn settling(seed: u64, length: usize) -> Self {
        Self { settles_from: length * 2 / 3, ..Self::new(seed, length) }
    }

    fn settles(&self) -> bool {
        self.made >= self.settles_from
    }

    /// Who says what next, or nothing more.
    pub fn next(&mut self, model: &Model) -> Option<(String, Event)> {
        if self.made >= self.length {
            return None;
        }
        let said = self.repeat().or_else(|| self.anew(model)).or_else(|| self.back(model));
        let said = said.unwrap_or_else(|| self.fresh(model));
        self.made += 1;
        self.said.push(said.clone());
        Some(said)
    }

    /// Says something again, word for word or with other words.
    fn repeat(&mut self) -> Option<(String, Event)> {
        if self.said.is_empty() || !self.chance.in_hundred(6) {
            return None;
        }
        let at = self.chance.below(self.said.len());
        let (principal, mut event) = self.said[at].clone();
        if self.chance.in_hundred(30) {
            // Of another day: under the same id, unless the day is part of its key.
            event = Event::said(event.effective.plus(1), event.kind);
        } else if self.chance.in_hundred(10) {
            // Mostly the one before was not taken back, so it has not its turn.
            event = Event::said_as(1 + u8::from(self.chance.in_hundred(30)), event.effective, event.kind);
        }
        Some((principal, event))
    }

    /// A bank tells anew, under the same number, what was taken back: of another day or another amount.
    fn anew(&mut self, model: &Model) -> Option<(String, Event)> {
        if !self.settles() || !self.chance.in_hundred(8) {
            return None;
        }
        let numbered = |event: &Event| match &event.kind {
            Kind::PayoutCredited(told) => !told.serial.is_empty(),
            Kind::PayoutReturned(told) => !told.serial.is_empty(),
            _ => false,
        };
        let may_be_told = |event: &&Event| {
            let next = event.edition.checked_add(1).map(|edition| event.id_of_edition(edition));
            numbered(event)
                && model.withdrawn.contains(&event.id)
                && next.is_some_and(|id| !model.reports.contains_key(&id))
        };
        let gone: Vec<&Event> = self.said.iter().map(|(_, event)| event).filter(may_be_told).collect();
        // Mostly of what somebody decided about.
        let decided = |event: &&&Event| model.facts.values().flatten().any(|fact| fact.gone && fact.event == event.id);
        let decided: Vec<&Event> = gone.iter().filter(decided).copied().collect();
        let event = if self.chance.in_hundred(70) {
            self.chance.pick(&decided).or(self.chance.pick(&gone))
        } else {
            self.chance.pick(&gone)
        };
        let mut event = Event::clone(event?);
        if self.chance.in_hundred(30) {
            match &mut event.kind {
                Kind::PayoutCredited(told) => told.fen += 100,
                Kind::PayoutReturned(told) => told.fen += 100,
                _ => {}
            }
        }
        let on = event.effective.plus(self.chance.below(5) as i32 - 2);
        Some((PRINCIPALS[0].to_owned(), Event::said_as(event.edition + 1, on, event.kind)))
    }

    /// Takes a step back that a set took, or what a bank or the treasury reported, mostly on its day.
    fn back(&mut self, model: &Model) -> Option<(String, Event)> {
        if !self.chance.in_hundred(if self.settles() { 20 } else { 4 }) {
            return None;
        }
        let steps = model.steps.iter().map(|(id, step)| (*id, step.on));
        let reports = model.reports.iter().map(|(id, report)| (*id, report.on()));
        let moved = model.moved.iter().map(|(id, moved)| (*id, moved.on));
        let paid = model.paid_over.iter().map(|(id, (on, ..))| (*id, *on));
        let cleared = model.clearings.iter().map(|(id, row)| (*id, row.on));
        // Of a school nobody registered nothing is known but that it was named, and the model forgets no name.
        let told = model.persons.values().flatten().filter(|(_, school, ..)| model.is_registered_org(*school));
        let ended = model.ended.values().map(|(_, on, id)| (*id, *on));
        let standings = told.filter(|_| self.made.is_multiple_of(2)).map(|(on, _, _, id)| (*id, *on));
        let debts = model.debt_facts.iter().map(|(id, fact)| (*id, fact.on));
        let recovered = model.recoveries.iter().map(|(id, order)| (*id, order.on));
        let all = steps.chain(reports).chain(moved).chain(paid).chain(cleared).chain(standings);
        let corrected = model.corrections.iter().map(|(id, row)| (*id, row.on));
        let all = all.chain(debts).chain(recovered).chain(ended).chain(corrected);
        let policies = model.policies.iter().filter(|_| self.made.is_multiple_of(4)).map(|row| (row.2, row.0));
        let all = all.chain(policies);
        let taken: Vec<_> = all.filter(|(id, _)| !model.withdrawn.contains(id)).collect();
        let (entry, on) = *self.chance.pick(&taken)?;
        let on = on.plus(i32::from(self.chance.in_hundred(6)));
        let document = format!("更{}", self.made);
        let withdrawn = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document };
        Some((PRINCIPALS[0].to_owned(), Event::said(on, Kind::EntryWithdrawn(withdrawn))))
    }

    fn fresh(&mut self, model: &Model) -> (String, Event) {
        let begins = basis();
        // Here and there a piece of the basis is missing, but never a policy or a unit.
        let (effective, kind) = match begins.get(self.made) {
            Some((day, kind)) if self.made < 8 || !self.chance.in_hundred(2) => (*day, kind.clone()),
            _ => (self.today(), self.step(model)),
        };
        let principal = PRINCIPALS[self.chance.below(PRINCIPALS.len())].to_owned();
        let event = Event::said(effective, kind);
        // What was taken back is said again as the next edition.
        let edition = (0..).find(|edition| !model.withdrawn.contains(&event.id_of_edition(*edition)));
        (principal, Event::said_as(edition.unwrap_or_default(), effective, event.kind))
    }

    /// The history runs from March 2021 to August 2022, with reports that come late.
    fn today(&mut self) -> Day {
        let days = 540 * self.made / self.length.max(1);
        let late = if self.chance.in_hundred(5) { self.chance.below(400) } else { 0 };
        let from = Day::new(2021, 3, 1).unwrap_or_default();
        from.plus(i32::try_from(days).unwrap_or_default() - i32::try_from(late).unwrap_or_default())
    }

    fn step(&mut self, model: &Model) -> Kind {
        let today = self.today();
        let step = if self.settles() { settling::settling } else { steps::step };
        step(&mut self.chance, model, today, self.made)
    }
}

/// A thing of the small world of histories, by letter and number; number 0 is never registered.
#[must_use]
pub fn thing(letter: &str, number: usize) -> Uuid {
    labelled(&format!("{letter}{number}"))
}
