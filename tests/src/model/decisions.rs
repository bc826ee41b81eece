//! What the model does about decisions. `None` means refused, and every function checks all before it changes anything.

use super::{Application, Award, Model, Payout, Result, Roster, Set, rule, sure};
use ledger::event::policy::{Policy, Rule};
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, AwardCancelled, BatchSent, RosterLineAdded, RosterPrepared, SetDecided,
    SetSealed,
};
use ledger::money::{Day, Fen};
use ledger::set::link;
use ledger::state::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Set {
    fn begun(principal: &str) -> Self {
        Self { stage: Stage::Open, count: 0, fen: 0, hash: [0; 32], preparer: principal.to_owned() }
    }

    fn takes(&self, number: u32, fen: Fen) -> Option<()> {
        sure(self.stage == Stage::Open && number == self.count + 1 && fen > 0)
    }

    fn add(&mut self, fen: Fen, content: &[u8]) {
        (self.count, self.fen, self.hash) = (self.count + 1, self.fen + fen, link(&self.hash, content));
    }

    fn can_seal(&self, e: &SetSealed) -> bool {
        let same = (e.count, e.fen, e.hash) == (self.count, self.fen, self.hash);
        self.stage == Stage::Open && self.count > 0 && same
    }

    pub(super) fn seal(&mut self, e: &SetSealed) -> Option<()> {
        self.can_seal(e).then(|| self.stage = Stage::Sealed)
    }

    pub(super) fn step(&mut self, principal: &str, e: &SetDecided, from: Stage, to: Stage) -> Option<()> {
        let may = self.stage == from && e.hash == self.hash && principal != self.preparer;
        may.then(|| self.stage = to)
    }
}

impl Model {
    pub(super) fn adopt(&mut self, on: Day, policy: &Policy, event: Uuid) -> Option<()> {
        let same =
            |(_, old, _): &(Day, Policy, Uuid)| (&old.programme, old.version) == (&policy.programme, policy.version);
        sure(!self.policies.iter().any(same))?;
        self.policies.push((on, policy.clone(), event));
        Some(())
    }

    /// Nothing later is judged by a policy that is taken back; what was judged stays.
    pub(super) fn unadopt(&mut self, on: Day, entry: Uuid) -> Option<()> {
        sure(self.policies.iter().any(|row| row.2 == entry && row.0 == on))?;
        self.policies.retain(|row| row.2 != entry);
        self.withdrawn.insert(entry);
        Some(())
    }

    pub(super) fn prepare_roster(&mut self, on: Day, principal: &str, e: &RosterPrepared) -> Option<()> {
        let due = &e.due;
        sure(!due.is_empty() && due.len() <= 12 && due.windows(2).all(|days| days[0] < days[1]))?;
        sure(!self.rosters.contains_key(&e.roster) && self.is_registered_org(e.school))?;
        let cancelled = |id: Uuid| self.rosters.get(&id).is_some_and(|row| row.set.stage == Stage::Cancelled);
        sure(e.replaces.is_none_or(cancelled))?;
        self.policy(&e.programme, on)?;
        let (programme, set) = (e.programme.clone(), Set::begun(principal));
        let roster = Roster { school: e.school, programme, year: e.academic_year, due: due.clone(), set };
        self.rosters.insert(e.roster, roster);
        Some(())
    }

    pub(super) fn add_award(&mut self, on: Day, e: &RosterLineAdded, content: &[u8]) -> Option<()> {
        let roster = self.rosters.get(&e.roster)?;
        let held = self.awards.get(&e.award).map(|award| self.rosters[&award.roster].set.stage);
        sure(held.is_none_or(|stage| stage == Stage::Cancelled) && self.is_registered(e.person))?;
        roster.set.takes(e.number, e.fen)?;
        sure(e.fen >= i64::try_from(roster.due.len()).ok()?)?;
        let policy = self.policy(&roster.programme, on)?;
        let band = policy.bands.iter().find(|band| band.number == e.band);
        rule(policy, Rule::Band, band.is_some_and(|band| band.min_fen <= e.fen && e.fen <= band.max_fen))?;
        rule(policy, Rule::Enrolled, self.enrolled(e.person, on))?;
        let human = self.human(e.person);
        for held in self.awards.values().filter(|award| human.contains(&award.person)) {
            let other = &self.rosters[&held.roster];
            if other.set.stage == Stage::Cancelled || other.year != roster.year {
                continue;
            }
            sure(other.programme != roster.programme)?;
            let excluded = policy.exclusions.iter().any(|exclusion| exclusion.programme == other.programme);
            rule(policy, Rule::Exclusive, !excluded)?;
        }
        self.awards.insert(e.award, Award { roster: e.roster, person: e.person, fen: e.fen });
        self.rosters.get_mut(&e.roster)?.set.add(e.fen, content);
        Some(())
    }

    /// What of an award is neither paid nor owed, as it ended.
    #[must_use]
    pub fn ended_unpaid(&self, award: Uuid) -> Fen {
        self.ended.get(&award).map_or(0, |(from, ..)| self.unpaid(award, *from))
    }

    fn unpaid(&self, id: Uuid, from: u32) -> Fen {
        let award = &self.awards[&id];
        let parts = self.rosters[&award.roster].due.len() as u32;
        let (each, rest) = (award.fen / Fen::from(parts), award.fen % Fen::from(parts));
        let paid = |at: u32| self.standing(id, at).is_some_and(|row| row.result == Result::Credited);
        (from..=parts).filter(|at| !paid(*at)).map(|at| each + if at == parts { rest } else { 0 }).sum()
    }

    pub(super) fn end_award(&mut self, event: Uuid, on: Day, e: &AwardCancelled) -> Option<()> {
        let roster = &self.rosters[&self.awards.get(&e.award)?.roster];
        sure(roster.set.stage == Stage::Approved && !self.ended.contains_key(&e.award))?;
        let (from, parts) = (e.from_instalment, roster.due.len() as u32);
        sure((1..=parts).contains(&from) && self.unpaid(e.award, from) > 0)?;
        let ordered = |row: &Payout| matches!(row.result, Result::Ordered | Result::Unknown);
        sure(!(from..=parts).any(|at| self.standing(e.award, at).is_some_and(ordered)))?;
        self.ended.insert(e.award, (from, on, event));
        Some(())
    }

    pub(super) fn unend_award(&mut self, on: Day, entry: Uuid) -> Option<()> {
        let (award, told) = self.ended.iter().find(|(_, row)| row.2 == entry).map(|(award, row)| (*award, row.1))?;
        sure(told == on)?;
        self.ended.remove(&award);
        self.withdrawn.insert(entry);
        Some(())
    }

    pub(super) fn prepare_application(&mut self, on: Day, principal: &str, e: &ApplicationPrepared) -> Option<()> {
        sure(!self.applications.contains_key(&e.application) && self.is_registered_org(e.unit))?;
        let cancelled = |id: Uuid| self.applications.get(&id).is_some_and(|row| row.set.stage == Stage::Cancelled);
        sure(on.year() == e.fiscal_year && e.replaces.is_none_or(cancelled))?;
        let (set, parts) = (Set::begun(principal), BTreeMap::new());
        let row = Application { unit: e.unit, year: e.fiscal_year, on, set, parts };
        self.applications.insert(e.application, row);
        Some(())
    }

    pub(super) fn add_payout(&mut self, on: Day, e: &ApplicationLineAdded, content: &[u8]) -> Option<()> {
        let application = self.applications.get(&e.application)?;
        sure(on.year() == application.year && self.payout(e.payout).is_none())?;
        let award = self.awards.get(&e.award)?;
        let roster = &self.rosters[&award.roster];
        sure(roster.set.stage == Stage::Approved)?;
        let due = *roster.due.get(usize::try_from(e.instalment).ok()?.checked_sub(1)?)?;
        let parts = i64::try_from(roster.due.len()).ok()?;
        let last = i64::from(e.instalment) == parts;
        let fen = award.fen / parts + if last { award.fen % parts } else { 0 };
        application.set.takes(e.number, fen)?;
        sure(self.ended.get(&e.award).is_none_or(|row| row.0 > e.instalment))?;
        sure(!self.in_suspense(e.award, e.instalment))?;
        match self.standing(e.award, e.instalment) {
            None => sure(e.reissue_of.is_none())?,
            Some(latest) => sure(latest.result == Result::Returned && e.reissue_of == Some(latest.id))?,
        }
        sure(self.usable(e.card, award.person, on))?;
        let draws = self.draws(application, &roster.programme, fen, e)?;
        let policy = self.policy(&roster.programme, on)?;
        rule(policy, Rule::Enrolled, self.enrolled(award.person, due))?;
        rule(policy, Rule::Due, on >= due)?;
        rule(policy, Rule::Sharing, self.shared(policy, roster.school, fen, &draws))?;
        let (id, award, instalment) = (e.payout, e.award, e.instalment);
        let application = self.applications.get_mut(&e.application)?;
        application.set.add(fen, content);
        for (line, fen) in &draws {
            application.parts.entry(*line).or_default().0 += fen;
        }
        let result = Result::Ordered;
        self.payouts.push(Payout { id, application: e.application, award, instalment, fen, draws, result });
        Some(())
    }

    fn draws(&self, of: &Application, programme: &str, fen: Fen, e: &ApplicationLineAdded) -> Option<Vec<(Uuid, Fen)>> {
        sure((1..=5).contains(&e.draws.len()))?;
        for draw in &e.draws {
            let line = self.lines.get(&draw.line)?;
            sure(draw.fen > 0 && (line.unit, line.year) == (of.unit, of.year) && line.programme == programme)?;
        }
        let lines: BTreeSet<Uuid> = e.draws.iter().map(|draw| draw.line).collect();
        sure(lines.len() == e.draws.len() && e.draws.iter().map(|draw| draw.fen).sum::<Fen>() == fen)?;
        Some(e.draws.iter().map(|draw| (draw.line, draw.fen)).collect())
    }

    fn shared(&self, policy: &Policy, school: Uuid, fen: Fen, draws: &[(Uuid, Fen)]) -> bool {
        let subordination = self.orgs[&school].subordination;
        let Some(sharing) = policy.sharing.iter().find(|sharing| Some(sharing.subordination) == subordination) else {
            return true;
        };
        let central: Fen = draws.iter().filter(|(line, _)| self.lines[line].central).map(|(_, fen)| fen).sum();
        let wanted = i128::from(fen) * i128::from(sharing.central_ppm);
        (i128::from(central) * 1_000_000 - wanted).abs() <= i128::from(policy.sharing_tolerance_fen) * 1_000_000
    }

    pub(super) fn seal_application(&mut self, e: &SetSealed) -> Option<()> {
        let application = self.applications.get_mut(&e.set)?;
        sure(application.set.can_seal(e))?;
        sure(application.parts.iter().all(|(line, (fen, _))| self.lines[line].available >= *fen))?;
        application.set.stage = Stage::Sealed;
        for (line, (fen, _)) in &application.parts {
            let line = self.lines.get_mut(line)?;
            line.available -= fen;
            line.applied += fen;
        }
        Some(())
    }

    pub(super) fn cancel_application(&mut self, set: Uuid) -> Option<()> {
        let application = self.applications.get_mut(&set)?;
        let moved = application.parts.values().any(|(_, cleared)| *cleared > 0);
        sure(!moved && application.set.stage < Stage::Sent)?;
        let applied = application.set.stage >= Stage::Sealed;
        application.set.stage = Stage::Cancelled;
        for (line, (fen, _)) in application.parts.iter().filter(|_| applied) {
            let line = self.lines.get_mut(line)?;
            line.available += fen;
            line.applied -= fen;
        }
        Some(())
    }

    pub(super) fn send(&mut self, on: Day, e: &BatchSent) -> Option<()> {
        let known = self.is_registered_org(e.bank);
        let application = self.applications.get_mut(&e.application)?;
        let set = &mut application.set;
        let cleared: Fen = application.parts.values().map(|(_, cleared)| cleared).sum();
        sure(!self.batches.contains(&e.batch) && known)?;
        sure(set.stage == Stage::Approved && cleared == set.fen && on.year() == application.year)?;
        sure((e.count, e.fen, e.hash) == (set.count, set.fen, set.hash))?;
        set.stage = Stage::Sent;
        self.batches.push(e.batch);
        Some(())
    }
}
