//! What the model makes of money in suspense: what stands there open, and how decisions end it.

use super::{Item, Model, Report, Result, sure};
use ledger::event::{Clearing, Draw, SuspenseCleared};
use ledger::money::{Day, Fen};
use ledger::state::clearing_rows::Sense;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A decision that ended some of it.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Cleared {
    pub on: Day,
    pub unit: Uuid,
    pub fen: Fen,
    /// The year of the money.
    pub year: u16,
    pub how: Clearing,
    /// What it disposed of: the event, and its sign.
    pub items: Vec<(Uuid, Sense)>,
}

impl Cleared {
    /// Whether somebody owes money because of it.
    pub(super) fn is_owing(&self) -> bool {
        matches!(self.how, Clearing::Recoverable(_) | Clearing::Refundable(_))
    }
}

impl Model {
    pub(super) fn clear(&mut self, event: Uuid, on: Day, e: &SuspenseCleared) -> Option<()> {
        let named = self.latest(e.item);
        let item = self.open_item(named, e.fen)?;
        let mut items = vec![(named, item.sense)];
        sure(match &e.how {
            Clearing::Accepted(_) | Clearing::Recoverable(_) => item.sense != Sense::In,
            Clearing::Refundable(_) | Clearing::Surrendered => item.sense == Sense::In,
            Clearing::Offset(_) => true,
        })?;
        match &e.how {
            Clearing::Accepted(draws) => self.pays(on, &item, e.fen, draws)?,
            Clearing::Recoverable(party) | Clearing::Refundable(party) => {
                sure(party.is_none_or(|id| self.is_known_org(id) || self.registered.contains(&id)))?;
            }
            Clearing::Surrendered => {}
            Clearing::Offset(id) => {
                let id = self.latest(*id);
                let other = self.open_item(id, e.fen)?;
                sure((other.sense == Sense::In) != (item.sense == Sense::In) && other.unit == item.unit)?;
                items.push((id, other.sense));
            }
        }
        let year = item.on.year();
        let cleared = Cleared { on, unit: item.unit, fen: e.fen, year, how: e.how.clone(), items };
        self.dispose(&cleared, 1);
        self.clearings.insert(event, cleared);
        self.decision_keys.insert(event, (e.item, format!("处理{}", e.number)));
        Some(())
    }

    /// The decision is taken back on its day.
    pub(super) fn take_back_cleared(&mut self, on: Day, event: Uuid) -> Option<()> {
        sure(self.clearings.get(&event)?.on == on)?;
        let cleared = self.clearings.remove(&event)?;
        self.dispose(&cleared, -1);
        self.withdrawn.insert(event);
        Some(())
    }

    fn dispose(&mut self, cleared: &Cleared, by: Fen) {
        let draws = if let Clearing::Accepted(draws) = &cleared.how { &draws[..] } else { &[] };
        for draw in draws {
            if let Some(line) = self.lines.get_mut(&draw.line) {
                line.spent += by * draw.fen;
            }
        }
        for (event, sense) in &cleared.items {
            let fen = by * sense.signed(cleared.fen);
            if let Some(voucher) = self.voucher_of(*event).and_then(|id| self.vouchers.get_mut(&id)) {
                voucher.off = voucher.off.by(fen, cleared.unit, by);
            }
            for facts in self.facts.values_mut() {
                for fact in facts.iter_mut().filter(|fact| fact.event == *event) {
                    fact.off = fact.off.by(fen, cleared.unit, by);
                    let draws = draws.iter().map(|draw| (draw.line, draw.fen)).collect::<Vec<_>>();
                    if !draws.is_empty() {
                        fact.accepted = Some(draws).filter(|_| by > 0);
                    }
                }
                facts.retain(|fact| !fact.gone || fact.off.times > 0);
            }
        }
    }

    /// These lines pay for what went out.
    fn pays(&self, on: Day, item: &Item, fen: Fen, draws: &[Draw]) -> Option<()> {
        sure(draws.iter().all(|draw| draw.fen > 0) && draws.iter().map(|draw| draw.fen).sum::<Fen>() == fen)?;
        let mut programmes: Vec<&String> = Vec::new();
        if let Some(voucher) = item.voucher {
            let application = self.applications.get(&self.vouchers[&voucher].application)?;
            programmes.extend(application.parts.keys().map(|line| &self.lines[line].programme));
        } else {
            let paid = self.payout(item.payout?)?;
            programmes.push(&self.rosters[&self.awards[&paid.award].roster].programme);
            if item.sense == Sense::Credited {
                let latest = self.standing(paid.award, paid.instalment)?;
                let came_back = [latest, paid].iter().all(|row| row.result == Result::Returned);
                sure(came_back && paid.fen == fen)?;
            }
        }
        let mut drawn: BTreeMap<Uuid, Fen> = BTreeMap::new();
        for draw in draws {
            let line = self.lines.get(&draw.line)?;
            sure(line.unit == item.unit && line.year <= on.year() && line.year >= item.on.year().min(on.year()))?;
            sure(programmes.contains(&&line.programme))?;
            *drawn.entry(draw.line).or_default() += draw.fen;
        }
        sure(drawn.iter().all(|(line, fen)| self.lines[line].available >= *fen))
    }

    fn open_item(&self, event: Uuid, fen: Fen) -> Option<Item> {
        let voucher = self.voucher_of(event);
        let is = |item: &&Item| if item.voucher.is_some() { item.voucher == voucher } else { item.event == event };
        let item = self.items.iter().find(is)?;
        // Nothing is left of it where more was disposed of than there is.
        sure(item.sense.signed(1) * item.off.fen >= 0 && !self.is_decided_before(event))?;
        // Whose it is must be known.
        sure(!item.unit.is_nil() && fen > 0 && fen <= item.fen && (item.off.times == 0 || item.off.unit == item.unit))?;
        Some(item.clone())
    }

    fn voucher_of(&self, event: Uuid) -> Option<Uuid> {
        match self.reports.get(&event)? {
            Report::Issued { voucher, .. } | Report::Cleared { voucher, .. } => Some(*voucher),
            _ => None,
        }
    }

    fn is_known_org(&self, id: Uuid) -> bool {
        self.orgs.get(&id).is_some_and(|org| org.subordination.is_some())
    }

    /// Whether a credit of this instalment stands in suspense.
    pub(super) fn in_suspense(&self, award: Uuid, instalment: u32) -> bool {
        self.credits().any(|credit| {
            let payout = credit.payout.and_then(|id| self.payout(id));
            payout.is_some_and(|payout| (payout.award, payout.instalment) == (award, instalment))
        })
    }

    /// Credits that stand in suspense.
    pub fn credits(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.sense == Sense::Credited)
    }
}
