//! What the model does about reports: always something, never a refusal.

use super::{Credit, Model, Org, Result, Voucher};
use ledger::event::{Kind, OrgRegistered, PayoutReturned, VoucherIssued};
use ledger::money::{Day, Fen};
use ledger::state::stage::Stage;
use uuid::Uuid;

impl Model {
    pub(super) fn report(&mut self, on: Day, event: Uuid, report: &Kind) {
        match report {
            Kind::OrgRegistered(e) if !e.org.is_nil() && !self.registered(e.org) => self.register(on, e),
            Kind::OrgRenamed(e) => {
                if let Some(org) = self.named(e.org) {
                    org.names.push((on, false, e.name.clone(), e.division));
                }
            }
            Kind::PersonRegistered(e) => {
                self.registered.insert(e.person);
            }
            Kind::StatusChanged(e) => {
                self.named(e.school);
                self.persons.entry(e.person).or_default().push((on, e.school, e.status));
            }
            Kind::PersonMerged(e) => {
                let (one, other) = (self.human(e.person), self.human(e.into));
                let merges = !self.merged.contains_key(&e.person) && one.len() + other.len() <= 8;
                if merges && !one.contains(&e.into) {
                    self.merged.insert(e.person, e.into);
                }
            }
            Kind::CardBound(e) => self.cards.entry(e.card).or_default().push((on, true, e.person)),
            Kind::CardReplaced(e) => {
                self.cards.entry(e.old).or_default().push((on, false, e.person));
                self.cards.entry(e.new).or_default().push((on, true, e.person));
            }
            Kind::VoucherIssued(e) => self.voucher(e),
            Kind::VoucherCleared(e) => self.clear_voucher(e.voucher),
            Kind::PayoutCredited(e) => self.credit(event, e.payout, e.fen),
            Kind::PayoutReturned(e) => self.give_back(on, e),
            Kind::PayoutUnknown(e) => {
                let sent = self.sent(e.payout);
                let payout = self.payout_mut(e.payout).filter(|payout| sent && payout.result == Result::Ordered);
                if let Some(payout) = payout {
                    payout.result = Result::Unknown;
                }
            }
            _ => {}
        }
    }

    /// An organisation a report names is one from then on. Without an id it is none.
    fn named(&mut self, id: Uuid) -> Option<&mut Org> {
        (!id.is_nil()).then(|| self.orgs.entry(id).or_default())
    }

    fn register(&mut self, on: Day, e: &OrgRegistered) {
        let parent = e.parent.filter(|parent| !parent.is_nil() && self.may_be_above(*parent, e.org));
        if let Some(parent) = parent {
            self.named(parent);
        }
        let Some(org) = self.named(e.org) else { return };
        (org.parent, org.subordination) = (parent, Some(e.subordination));
        org.names.push((on, true, e.name.clone(), e.division));
    }

    /// Not if it is the organisation itself or below it, nor if it stands too deep.
    fn may_be_above(&self, parent: Uuid, org: Uuid) -> bool {
        let (mut at, mut units) = (Some(parent), 0);
        while let Some(unit) = at {
            units += 1;
            if unit == org || units > 16 {
                return false;
            }
            at = self.orgs.get(&unit).and_then(|row| row.parent);
        }
        true
    }

    fn voucher(&mut self, e: &VoucherIssued) {
        if self.vouchers.contains_key(&e.voucher) {
            return;
        }
        let known = e.draws.iter().filter(|draw| draw.fen > 0 && self.lines.contains_key(&draw.line));
        let draws = known.map(|draw| (draw.line, draw.fen)).collect();
        self.vouchers.insert(e.voucher, Voucher { application: e.application, draws, cleared: false });
    }

    fn clear_voucher(&mut self, id: Uuid) {
        let Some(voucher) = self.vouchers.get_mut(&id).filter(|voucher| !voucher.cleared) else { return };
        voucher.cleared = true;
        let mut application = self.applications.get_mut(&voucher.application);
        let unit = application.as_ref().map_or(Uuid::nil(), |application| application.unit);
        for (line, fen) in &voucher.draws {
            let mut taken = 0;
            if let Some(application) = application.as_mut().filter(|row| row.set.stage == Stage::Approved)
                && let Some((wanted, cleared)) = application.parts.get_mut(line)
                && let Some(row) = self.lines.get_mut(line)
            {
                taken = (*fen).min(*wanted - *cleared);
                *cleared += taken;
                row.applied -= taken;
                row.spent += taken;
            }
            *self.suspense.entry(unit).or_default() += fen - taken;
        }
    }

    fn sent(&self, payout: Uuid) -> bool {
        self.payout(payout).is_some_and(|payout| self.applications[&payout.application].set.stage == Stage::Sent)
    }

    fn unit_of(&self, payout: Uuid) -> Uuid {
        self.payout(payout).map_or(Uuid::nil(), |payout| self.applications[&payout.application].unit)
    }

    fn credit(&mut self, event: Uuid, id: Uuid, fen: Fen) {
        let (sent, unit, known) = (self.sent(id), self.unit_of(id), self.payout(id).is_some());
        if let Some(payout) = self.payout_mut(id)
            && matches!(payout.result, Result::Ordered | Result::Unknown)
            && sent
            && payout.fen == fen
        {
            payout.result = Result::Credited;
            return;
        }
        self.credits.push(Credit { event, payout: known.then_some(id), unit, fen, open: true });
        *self.suspense.entry(unit).or_default() -= fen;
    }

    fn give_back(&mut self, on: Day, e: &PayoutReturned) {
        let (sent, unit) = (self.sent(e.payout), self.unit_of(e.payout));
        let credits = self.credits.iter_mut().rev();
        let suspended = |credit: &&mut Credit| credit.open && credit.payout == Some(e.payout) && credit.fen == e.fen;
        if let Some(credit) = credits.filter(|credit| credit.fen > 0).find(suspended) {
            credit.open = false;
            *self.suspense.entry(unit).or_default() += e.fen;
            return;
        }
        let payout = self.payout_mut(e.payout);
        let due = payout.filter(|payout| sent && payout.fen == e.fen && payout.result != Result::Returned);
        let Some(payout) = due else {
            *self.suspense.entry(unit).or_default() -= e.fen;
            return;
        };
        payout.result = Result::Returned;
        for (id, fen) in payout.draws.clone() {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            line.spent -= fen;
            if on.year() == line.year { line.available += fen } else { line.surrendered += fen }
        }
    }

    /// Whether a credit of this instalment stands in suspense.
    pub(super) fn in_suspense(&self, award: Uuid, instalment: u32) -> bool {
        self.credits.iter().filter(|credit| credit.open && credit.fen > 0).any(|credit| {
            let payout = credit.payout.and_then(|id| self.payout(id));
            payout.is_some_and(|payout| (payout.award, payout.instalment) == (award, instalment))
        })
    }
}
