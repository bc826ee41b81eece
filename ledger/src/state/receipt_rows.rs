//! What was told of what is owed back, by the number it is known by, and decisions by the first of their editions. It follows from the
//! rows of debts. Data only.

use crate::event::{Event, Kind};
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::debt_rows::{Debt, DebtFact, DebtWord, Recovery};
use crate::state::entry_rows::Seen;
use crate::state::rows::Org;
use crate::steps::step;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// By what a transfer is known, whichever decision it was told of: the bank's or the treasury's number, of those whose treasury has it
/// or paid it. A document may waive much; of one decision it waives once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct DebtNumber {
    unit: Handle<Org>,
    what: u8,
    number: u64,
    of: Uuid,
}

/// One telling of a transfer.
#[derive(Clone, Copy)]
pub(crate) struct Telling {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    /// Of what it was told.
    pub debt: Handle<Debt>,
    pub fen: Fen,
    pub on: Day,
}

/// What was told under each number, by entry, and the editions of each decision.
#[derive(Clone, Default)]
pub(super) struct OwedBack {
    told: BTreeMap<(DebtNumber, Handle<Seen>), Telling>,
    editions: BTreeSet<(Uuid, Handle<Debt>)>,
}

impl OwedBack {
    pub fn of(state: &State) -> Self {
        let mut all = Self::default();
        state.debts.iter().for_each(|(at, debt)| all.add(at, debt));
        all
    }

    fn add(&mut self, at: Handle<Debt>, debt: &Debt) {
        self.editions.insert((debt.family, at));
        for fact in debt.own() {
            let DebtFact { entry, fen, on, .. } = *fact;
            let telling = Telling { entry, debt: at, fen, on };
            self.told.extend(debt.number_of(fact).map(|number| ((number, entry), telling)));
        }
    }

    fn remove(&mut self, at: Handle<Debt>, debt: &Debt) {
        self.editions.remove(&(debt.family, at));
        for (number, entry) in debt.own().filter_map(|fact| Some((debt.number_of(fact)?, fact.entry))) {
            self.told.remove(&(number, entry));
        }
    }
}

impl Debt {
    /// By what something told of it is known, if it has a number.
    pub(crate) fn number_of(&self, fact: &DebtFact) -> Option<DebtNumber> {
        let of = if fact.what == DebtWord::Waived { self.family } else { Uuid::nil() };
        let (unit, what, number) = (fact.unit, fact.what as u8, fact.receipt);
        (number != 0).then_some(DebtNumber { unit, what, number, of })
    }
}

impl State {
    /// What was told under a number, the first first: that one counts.
    pub(crate) fn told_as(&self, number: DebtNumber) -> impl Iterator<Item = &Telling> {
        let all = (number, Handle::new(0))..=(number, Handle::new(u32::MAX));
        self.owed_back.told.range(all).map(|(_, telling)| telling).inspect(|_| step())
    }

    /// All editions of a decision by which something is owed, and what somebody told of, under whose id nobody decided anything yet.
    pub(crate) fn editions_of(&self, debt: &Debt) -> impl Iterator<Item = &Debt> {
        let all = (debt.family, Handle::new(0))..=(debt.family, Handle::new(u32::MAX));
        self.owed_back.editions.range(all).map(|(_, at)| self.debts.get(*at))
    }

    /// Keeps a debt as it is from now on.
    pub(crate) fn keep_debt(&mut self, row: Debt) -> Handle<Debt> {
        let at = match self.debts.find(row.id) {
            Some(at) => {
                self.owed_back.remove(at, self.debts.get(at));
                *self.debts.get_mut(at) = row;
                at
            }
            None => self.debts.push(row),
        };
        self.owed_back.add(at, self.debts.get(at));
        at
    }
    /// Keeps that a debt is one of those decided about a payment.
    pub(crate) fn recover(&mut self, payment: Uuid, debt: Handle<Debt>) {
        let new = Recovery { id: payment, debts: Vec::new() };
        let of_it = self.recoveries.find(payment).unwrap_or_else(|| self.recoveries.push(new));
        let debts = &mut self.recoveries.get_mut(of_it).debts;
        if !debts.contains(&debt) {
            debts.push(debt);
        }
    }

    /// Makes known of which decision an edition is, by a later one: it may be of a day to come, and what was told of it counts for the one
    /// that stands all the same. For asking how a day looked; the ledger itself was told of each edition.
    pub(crate) fn link_edition(&mut self, id: Uuid, later: &Event) {
        let payment = match &later.kind {
            Kind::RecoveryOrdered(decided) => Some(decided.payout),
            Kind::SuspenseCleared(_) => None,
            _ => return,
        };
        let row = self.debts.by_id(id).map_or_else(|| Debt::nobodys(id), |(_, row)| row.clone());
        let at = self.keep_debt(Debt { family: later.id_of_edition(0), ..row });
        if let Some(payment) = payment {
            self.recover(payment, at);
        }
    }
}
