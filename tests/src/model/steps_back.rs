//! What the model does about steps of rosters and applications taken back.

use super::{Model, sure};
use ledger::event::{Event, Kind, Status};
use ledger::money::Day;
use ledger::state::stage::Stage;
use uuid::Uuid;

/// A step that was taken.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Step {
    pub set: Uuid,
    pub stage: Stage,
    pub on: Day,
    pub of_roster: bool,
}

impl Model {
    /// Remembers a step that was just taken.
    pub(super) fn note_step(&mut self, event: &Event) {
        let (set, stage, of_roster) = match &event.kind {
            Kind::RosterSealed(e) => (e.set, Stage::Sealed, true),
            Kind::RosterReviewed(e) => (e.set, Stage::Reviewed, true),
            Kind::RosterApproved(e) => (e.set, Stage::Approved, true),
            Kind::ApplicationSealed(e) => (e.set, Stage::Sealed, false),
            Kind::ApplicationApproved(e) => (e.set, Stage::Approved, false),
            _ => return,
        };
        self.steps.insert(event.id, Step { set, stage, on: event.effective, of_roster });
    }

    /// Whose standing an event told, and the day, while it counts.
    pub(super) fn told_standing(&self, entry: Uuid) -> Option<(Uuid, Day)> {
        let told = |all: &Vec<(Day, Uuid, Status, Uuid)>| all.iter().find(|row| row.3 == entry).map(|row| row.0);
        self.persons.iter().find_map(|(person, all)| Some((*person, told(all)?)))
    }

    pub(super) fn take_back_standing(&mut self, on: Day, entry: Uuid) -> Option<()> {
        let (person, told) = self.told_standing(entry)?;
        sure(told == on)?;
        self.persons.get_mut(&person)?.retain(|row| row.3 != entry);
        self.withdrawn.insert(entry);
        Some(())
    }

    /// Takes back whatever an entry told, if that can be.
    pub(super) fn withdraw(&mut self, on: Day, entry: Uuid) -> Option<()> {
        match entry {
            entry if self.debt_facts.contains_key(&entry) => self.take_back_debt(on, entry),
            entry if self.recoveries.contains_key(&entry) => self.take_back_debt(on, entry),
            entry if self.corrections.contains_key(&entry) => self.uncorrect(on, entry),
            entry if self.clearings.contains_key(&entry) => self.take_back_cleared(on, entry),
            entry if self.paid_over.contains_key(&entry) => self.take_back_paid(on, entry),
            entry if self.moved.contains_key(&entry) => self.take_back_moved(on, entry),
            entry if self.reports.contains_key(&entry) => self.unhear(on, entry),
            entry if self.ended.values().any(|row| row.2 == entry) => self.unend_award(on, entry),
            entry if self.told_standing(entry).is_some() => self.take_back_standing(on, entry),
            entry if self.policies.iter().any(|row| row.2 == entry) => self.unadopt(on, entry),
            entry => self.take_back(on, entry),
        }
    }

    /// Takes a step back that is the last its set took, on its day, while nothing rests on it.
    pub(super) fn take_back(&mut self, on: Day, entry: Uuid) -> Option<()> {
        let step = *self.steps.get(&entry)?;
        sure(step.on == on && !self.withdrawn.contains(&entry))?;
        if step.of_roster {
            let ordered = |payout: &super::Payout| {
                self.awards[&payout.award].roster == step.set
                    && self.applications[&payout.application].set.stage != Stage::Cancelled
            };
            sure(step.stage != Stage::Approved || !self.payouts.iter().any(ordered))?;
            let ends = self.ended.keys().any(|award| self.awards[award].roster == step.set);
            sure(step.stage != Stage::Approved || !ends)?;
            let set = &mut self.rosters.get_mut(&step.set)?.set;
            sure(set.stage == step.stage)?;
            set.stage = match step.stage {
                Stage::Approved => Stage::Reviewed,
                Stage::Reviewed => Stage::Sealed,
                _ => Stage::Open,
            };
        } else {
            let vouchered =
                self.vouchers.values().filter(|voucher| voucher.issued.is_some() && voucher.application == step.set);
            let vouchered = vouchered.into_iter().any(|voucher| voucher.facts.is_empty() || voucher.paid() != 0);
            sure(step.stage != Stage::Approved || !vouchered)?;
            sure(step.stage != Stage::Sealed || self.corrections_of(step.set).is_empty())?;
            let application = self.applications.get_mut(&step.set)?;
            sure(application.set.stage == step.stage)?;
            application.set.stage = if step.stage == Stage::Approved { Stage::Sealed } else { Stage::Open };
            if step.stage == Stage::Sealed {
                for (line, (fen, _)) in &application.parts {
                    let line = self.lines.get_mut(line)?;
                    (line.available, line.applied) = (line.available + fen, line.applied - fen);
                }
            }
        }
        self.withdrawn.insert(entry);
        Some(())
    }
}
