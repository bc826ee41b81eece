//! What the model makes of money owed back: decisions that somebody owes it, and what was told of each since, kept as told.

use super::told::Books;
use super::{Model, Result, sure};
use ledger::account::Class;
use ledger::event::{Clearing, Kind, RecoveryOrdered, RecoveryWaived};
use ledger::money::{Day, Fen};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was told of a debt.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct DebtTold {
    pub debt: Uuid,
    pub unit: Uuid,
    pub on: Day,
    /// What came in, below zero what was paid out.
    pub cash: Fen,
    pub waived: Fen,
    /// The number of its receipt, or the document that waives.
    pub receipt: String,
    /// The how manieth event told it.
    pub told: usize,
}

/// A payment that is to be recovered.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Recovered {
    pub on: Day,
    pub payout: Uuid,
    pub fen: Fen,
}

/// What is owed, above zero to the unit.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Due {
    pub unit: Uuid,
    pub fen: Fen,
    pub year: u16,
    pub draws: Vec<(Uuid, Fen)>,
    /// Whether lines paid it.
    pub of_lines: bool,
}

impl Model {
    pub(super) fn tell_debt(&mut self, on: Day, event: Uuid, kind: &Kind) {
        let (debt, unit, cash, receipt) = match kind {
            Kind::RecoveryReceived(e) => (e.debt, e.unit, e.fen, e.serial.clone()),
            Kind::RefundPaid(e) => (e.debt, e.unit, -e.fen, e.serial.clone()),
            _ => return,
        };
        self.named(unit);
        self.debt_facts.insert(event, DebtTold { debt, unit, on, cash, waived: 0, receipt, told: self.told });
    }

    pub(super) fn waive(&mut self, on: Day, event: Uuid, e: &RecoveryWaived) -> Option<()> {
        let meant = self.meant(e.debt);
        let due = self.due(meant)?;
        sure(due.fen > 0 && e.fen > 0 && e.fen <= self.open(meant, &due))?;
        let (receipt, told) = (e.document.clone(), self.told);
        let waived = DebtTold { debt: e.debt, unit: due.unit, on, cash: 0, waived: e.fen, receipt, told };
        self.debt_facts.insert(event, waived);
        Some(())
    }

    pub(super) fn order_recovery(&mut self, on: Day, event: Uuid, e: &RecoveryOrdered) -> Option<()> {
        let payout = self.payout(e.payout)?;
        let orders = self.recoveries.values().filter(|order| order.payout == e.payout);
        let ordered: Fen = orders.map(|order| order.fen).sum();
        sure(payout.result == Result::Credited && e.fen > 0 && e.fen <= payout.fen - ordered)?;
        self.recoveries.insert(event, Recovered { on, payout: e.payout, fen: e.fen });
        self.decision_keys.insert(event, (e.payout, e.document.clone()));
        Some(())
    }

    /// What was told of a debt, or that a payment be recovered, is taken back on its day.
    pub(super) fn take_back_debt(&mut self, on: Day, event: Uuid) -> Option<()> {
        let fact = self.debt_facts.get(&event).map(|fact| fact.on);
        let order = self.recoveries.get(&event).map(|order| order.on);
        sure(fact.or(order)? == on)?;
        self.debt_facts.remove(&event);
        self.recoveries.remove(&event);
        self.withdrawn.insert(event);
        Some(())
    }

    /// What is owed because of a decision, if anything is.
    #[must_use]
    pub fn due(&self, decision: Uuid) -> Option<Due> {
        self.due_in(decision, &self.booked)
    }

    fn due_in(&self, decision: Uuid, books: &Books) -> Option<Due> {
        if let Some(order) = self.recoveries.get(&decision) {
            let payout = self.payout(order.payout).filter(|payout| books.is_paid(payout.id))?;
            let unit = self.applications[&payout.application].unit;
            return Some(Due {
                unit,
                fen: order.fen,
                year: 0,
                draws: self.recovered_of(decision, order, books),
                of_lines: true,
            });
        }
        let cleared = self.clearings.get(&decision)?;
        let fen = match cleared.how {
            Clearing::Recoverable(_) => cleared.fen,
            Clearing::Refundable(_) => -cleared.fen,
            _ => return None,
        };
        Some(Due { unit: cleared.unit, fen, year: cleared.year, draws: Vec::new(), of_lines: false })
    }

    /// What is recovered of a payment is of the lines that pay it now: after as much as the decisions before it have of them.
    fn recovered_of(&self, decision: Uuid, order: &Recovered, books: &Books) -> Vec<(Uuid, Fen)> {
        let place = (order.on, decision);
        let orders = self.recoveries.iter().filter(|(_, other)| other.payout == order.payout);
        let before: Fen = orders.filter(|(id, other)| (other.on, **id) < place).map(|(_, other)| other.fen).sum();
        let within = |at: Fen| at.clamp(before, before + order.fen);
        let mut at = 0;
        let part = |(line, fen): &(Uuid, Fen)| {
            let from = at;
            at += fen;
            (*line, within(from + fen) - within(from))
        };
        books.paid_with(order.payout).iter().map(part).collect()
    }

    /// Which decision somebody means who names one: of several editions the one that stands.
    fn meant(&self, debt: Uuid) -> Uuid {
        let key = self.decision_keys.get(&debt);
        let same = |other: &&Uuid| key.is_some() && self.decision_keys.get(*other) == key;
        let owing = self.clearings.iter().filter(|(_, row)| row.is_owing()).map(|(id, _)| id);
        self.recoveries.keys().chain(owing).find(same).copied().unwrap_or(debt)
    }

    fn told_of_debt(&self, debt: Uuid) -> impl Iterator<Item = &DebtTold> {
        self.debt_facts.values().filter(move |fact| self.meant(fact.debt) == debt && !self.is_again(fact))
    }

    /// What is waived of what a unit is owed, at most all of it.
    fn waived(&self, debt: Uuid, due: &Due) -> Fen {
        let told = self.told_of_debt(debt).filter(|fact| fact.unit == due.unit);
        told.map(|fact| fact.waived).sum::<Fen>().min(due.fen.max(0))
    }

    /// What came in of what a unit is owed, less what was paid.
    fn cash(&self, debt: Uuid, unit: Uuid) -> Fen {
        self.told_of_debt(debt).filter(|fact| fact.unit == unit).map(|fact| fact.cash).sum()
    }

    /// What is still owed.
    fn open(&self, debt: Uuid, due: &Due) -> Fen {
        due.fen - self.cash(debt, due.unit) - self.waived(debt, due)
    }

    /// Whether something was told before under its number: by the same unit, or of a waiver, of the same decision.
    fn is_again(&self, fact: &DebtTold) -> bool {
        let decision = |fact: &DebtTold| if fact.waived > 0 { self.decision_keys.get(&fact.debt) } else { None };
        let number = |fact: &DebtTold| (fact.unit, fact.cash < 0, fact.waived > 0, fact.receipt.clone());
        let same = |other: &DebtTold| number(other) == number(fact) && decision(other) == decision(fact);
        !fact.receipt.is_empty() && self.debt_facts.values().any(|other| other.told < fact.told && same(other))
    }

    /// What stands on the accounts of each unit.
    #[must_use]
    pub fn debts(&self) -> BTreeMap<(Uuid, Class), Fen> {
        let (mut sums, mut beside) = (BTreeMap::new(), BTreeMap::<(Uuid, Uuid), Fen>::new());
        let decisions = self.recoveries.keys().chain(self.clearings.keys());
        for (id, due) in decisions.filter_map(|id| Some((*id, self.due(*id)?))) {
            let class = if due.fen > 0 { Class::Receivable } else { Class::Refundable };
            *sums.entry((due.unit, class)).or_default() += self.open(id, &due);
        }
        for fact in self.debt_facts.values().filter(|fact| !self.is_again(fact)) {
            let meant = self.meant(fact.debt);
            if self.due(meant).is_none_or(|due| due.unit != fact.unit) {
                *beside.entry((meant, fact.unit)).or_default() += fact.cash;
            }
        }
        for ((_, unit), cash) in beside {
            let class = if cash > 0 { Class::Receivable } else { Class::Refundable };
            *sums.entry((unit, class)).or_default() -= cash;
        }
        sums.retain(|_, fen| *fen != 0);
        sums
    }

    /// What came in stays as far as it was owed, the earliest first; lines have it back in their year.
    pub(super) fn restore_recovered(&self, books: &mut Books) {
        let decisions = self.recoveries.keys().chain(self.clearings.keys());
        let owed = decisions.filter_map(|id| Some((*id, self.due_in(*id, books)?)));
        let owed: Vec<(Uuid, Due)> = owed.filter(|(_, due)| due.fen > 0).collect();
        for (id, due) in owed {
            let mut rest = self.cash(id, due.unit).min(due.fen - self.waived(id, &due));
            let mut came: Vec<_> =
                self.told_of_debt(id).filter(|fact| fact.unit == due.unit && fact.cash > 0).collect();
            came.sort_by_key(|fact| fact.on);
            let mut lines = due.draws.clone();
            for fact in came {
                let mut fen = fact.cash.min(rest).max(0);
                rest -= fen;
                for (line, left) in &mut lines {
                    let part = fen.min(*left);
                    (fen, *left) = (fen - part, *left - part);
                    self.restore(fact.on, *line, part, books);
                }
                if !due.of_lines && fact.on.year() > due.year {
                    books.late(due.unit, fen);
                }
            }
        }
    }
}
