//! What banks and the treasury told, kept as told; where it stands is worked out from all of it again after each event.

use super::corrections::{Way, spread};
use super::{Model, Result, sure};
use ledger::event::{Event, Kind, VoucherIssued};
use ledger::money::{Day, Fen};
use ledger::state::clearing_rows::Sense;
use ledger::state::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Money that stands in suspense.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Item {
    /// The event that told it, of a payment.
    pub event: Uuid,
    pub payout: Option<Uuid>,
    pub voucher: Option<Uuid>,
    pub unit: Uuid,
    pub sense: Sense,
    /// What is left of it.
    pub fen: Fen,
    pub off: Off,
    pub on: Day,
}

/// What was disposed of it, with its sign in suspense, and in which unit.
#[derive(Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Off {
    pub fen: Fen,
    pub unit: Uuid,
    /// By how many decisions.
    pub times: i64,
}

impl Off {
    pub(super) fn by(self, fen: Fen, unit: Uuid, times: i64) -> Self {
        Self { fen: self.fen + fen, unit, times: self.times + times }
    }
}

/// One thing a bank told of a payment.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct BankFact {
    pub on: Day,
    /// 0 it does not know, 1 credited, 2 returned: the order of one day.
    pub what: u8,
    pub event: Uuid,
    pub fen: Fen,
    /// What was disposed of its money.
    pub off: Off,
    /// The lines it was accepted on.
    pub accepted: Option<Vec<(Uuid, Fen)>>,
    /// It was taken back after that.
    pub gone: bool,
}

/// A voucher: what was told of its issuing and of its clearing, if either.
#[derive(Clone, Default)]
#[allow(missing_docs)]
pub struct Voucher {
    pub application: Uuid,
    pub draws: Vec<(Uuid, Fen)>,
    pub issued: Option<Day>,
    /// What left the treasury and what came back, by day and event; of what left, 0 is the whole.
    pub facts: Vec<(Day, Uuid, Fen, bool)>,
    /// What was disposed of its excess.
    pub off: Off,
}

impl Voucher {
    /// What left the treasury by it less what came back.
    pub(super) fn paid(&self) -> Fen {
        let total: Fen = self.draws.iter().map(|(_, fen)| fen).sum();
        let moved = |(_, _, fen, back): &(Day, Uuid, Fen, bool)| {
            if *back {
                -fen
            } else if *fen == 0 {
                total
            } else {
                *fen
            }
        };
        self.facts.iter().map(moved).sum()
    }
}

/// A report of a bank or the treasury that can be taken back.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub enum Report {
    Result { payment: Uuid, on: Day },
    Issued { voucher: Uuid, on: Day },
    Cleared { voucher: Uuid, on: Day },
    Sent { batch: Uuid, application: Uuid, on: Day },
}

impl Report {
    /// The day it is taken back on.
    #[must_use]
    pub fn on(self) -> Day {
        match self {
            Self::Result { on, .. } | Self::Issued { on, .. } | Self::Cleared { on, .. } | Self::Sent { on, .. } => on,
        }
    }
}

/// Where all that was told stands.
#[derive(Clone, Default)]
pub struct Books {
    /// Of each line: applied, spent, surrendered, as far as this goes.
    lines: BTreeMap<Uuid, [Fen; 3]>,
    suspense: BTreeMap<Uuid, Fen>,
    parts: BTreeMap<(Uuid, Uuid), Fen>,
    /// What vouchers of each application may yet pay on each line, and by which ways elsewhere.
    room: BTreeMap<Uuid, (BTreeMap<Uuid, Fen>, Vec<Way>)>,
    results: BTreeMap<Uuid, Result>,
    /// The lines that pay each payment that stands paid.
    paid_with: BTreeMap<Uuid, Vec<(Uuid, Fen)>>,
    /// Payments whose own money is no longer at the bank: one that only an accepted credit pays leaves it there.
    pub settled: BTreeSet<Uuid>,
    /// What no line had paid and came in after its year, of each unit.
    pub late: BTreeMap<Uuid, Fen>,
    items: Vec<Item>,
}

impl Books {
    fn line(&mut self, line: Uuid, by: [Fen; 3]) {
        let sums = self.lines.entry(line).or_default();
        sums.iter_mut().zip(by).for_each(|(sum, fen)| *sum += fen);
    }

    pub(super) fn late(&mut self, unit: Uuid, fen: Fen) {
        *self.late.entry(unit).or_default() += fen;
    }

    pub(super) fn is_paid(&self, payout: Uuid) -> bool {
        self.paid_with.contains_key(&payout)
    }

    pub(super) fn paid_with(&self, payout: Uuid) -> &[(Uuid, Fen)] {
        self.paid_with.get(&payout).map(|draws| &draws[..]).unwrap_or_default()
    }

    fn suspend(&mut self, item: Item) {
        if item.fen > 0 {
            *self.suspense.entry(item.unit).or_default() += item.sense.signed(item.fen);
            self.items.push(item);
        }
    }
}

impl Model {
    /// Remembers what an event reports; where it stands comes of `settle`.
    pub(super) fn hear(&mut self, on: Day, event: Uuid, kind: &Kind) {
        let (payment, what, fen) = match kind {
            Kind::VoucherIssued(e) => return self.issued(on, event, e),
            Kind::VoucherCleared(e) => return self.moved_by_voucher(e.voucher, (on, event, e.fen, false)),
            Kind::VoucherReturned(e) => return self.moved_by_voucher(e.voucher, (on, event, e.fen, true)),
            Kind::PayoutUnknown(e) => (e.payout, 0, 0),
            Kind::PayoutCredited(e) => (e.payout, 1, e.fen),
            Kind::PayoutReturned(e) => (e.payout, 2, e.fen),
            _ => return,
        };
        let facts = self.facts.entry(payment).or_default();
        if facts.len() < 64 {
            facts.push(BankFact { on, what, event, fen, off: Off::default(), accepted: None, gone: false });
            facts.sort_by_key(|fact| (fact.on, fact.what, fact.event));
        }
        self.reports.insert(event, Report::Result { payment, on });
    }

    fn moved_by_voucher(&mut self, voucher: Uuid, fact: (Day, Uuid, Fen, bool)) {
        let facts = &mut self.vouchers.entry(voucher).or_default().facts;
        if facts.len() < 64 {
            facts.push(fact);
            facts.sort_unstable();
        }
        self.reports.insert(fact.1, Report::Cleared { voucher, on: fact.0 });
    }

    fn issued(&mut self, on: Day, event: Uuid, e: &VoucherIssued) {
        let draws = e.draws.iter().filter(|draw| draw.fen > 0).map(|draw| (draw.line, draw.fen)).collect();
        let voucher = self.vouchers.entry(e.voucher).or_default();
        (voucher.application, voucher.draws, voucher.issued) = (e.application, draws, Some(on));
        self.reports.insert(event, Report::Issued { voucher: e.voucher, on });
    }

    /// Takes a report back on its day; a batch only while no result of it counts.
    pub(super) fn unhear(&mut self, on: Day, entry: Uuid) -> Option<()> {
        let report = *self.reports.get(&entry)?;
        let kept =
            |payment: &Uuid| self.facts.get(payment).is_some_and(|all| all.iter().any(|fact| fact.event == entry));
        // One told beyond what is kept of a payment stands on no day.
        let left_out = matches!(&report, Report::Result { payment, .. } if !kept(payment));
        sure((report.on() == on || left_out) && !self.withdrawn.contains(&entry))?;
        match report {
            Report::Result { payment, .. } => {
                let facts = self.facts.entry(payment).or_default();
                facts.iter_mut().filter(|fact| fact.event == entry).for_each(|fact| fact.gone = true);
                facts.retain(|fact| fact.event != entry || fact.off.times > 0);
            }
            Report::Issued { voucher, .. } => {
                let row = self.vouchers.get_mut(&voucher)?;
                let facts = std::mem::take(&mut row.facts);
                *row = Voucher { facts, off: row.off, ..Voucher::default() };
            }
            Report::Cleared { voucher, .. } => self.vouchers.get_mut(&voucher)?.facts.retain(|fact| fact.1 != entry),
            Report::Sent { batch, application, .. } => {
                let of_it = |payout: &&super::Payout| payout.application == application;
                sure(self.payouts.iter().filter(of_it).all(|payout| payout.result == Result::Ordered))?;
                let row = self.applications.get_mut(&application)?;
                sure(row.set.stage == Stage::Sent)?;
                row.set.stage = Stage::Approved;
                self.batches.retain(|other| *other != batch);
            }
        }
        self.withdrawn.insert(entry);
        Some(())
    }

    /// A batch went out, or money was told anew.
    pub(super) fn note_report(&mut self, event: &Event) {
        self.told_anew(event);
        if let Kind::BatchSent(e) = &event.kind {
            let report = Report::Sent { batch: e.batch, application: e.application, on: event.effective };
            self.reports.insert(event.id, report);
        }
    }

    /// Works out where everything stands, and moves what stands elsewhere than before.
    pub(super) fn settle(&mut self) {
        let now = self.books();
        let mut lines = now.lines.clone();
        for (line, sums) in &self.booked.lines {
            let at = lines.entry(*line).or_default();
            at.iter_mut().zip(sums).for_each(|(sum, before)| *sum -= before);
        }
        for (id, [applied, spent, surrendered]) in lines {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            (line.applied, line.spent) = (line.applied + applied, line.spent + spent);
            line.surrendered += surrendered;
        }
        for (id, application) in &mut self.applications {
            for (line, (_, cleared)) in &mut application.parts {
                *cleared = now.parts.get(&(*id, *line)).copied().unwrap_or_default();
            }
        }
        for payout in &mut self.payouts {
            payout.result = now.results.get(&payout.id).copied().unwrap_or(Result::Ordered);
        }
        self.items.clone_from(&now.items);
        self.suspense.clone_from(&now.suspense);
        self.booked = now;
    }

    fn books(&self) -> Books {
        let mut books = Books::default();
        let mut cleared: Vec<(&Uuid, &Voucher)> = self.vouchers.iter().collect();
        cleared.sort_by_key(|(_, voucher)| voucher.facts.first().map(|fact| (fact.0, fact.1)));
        cleared.into_iter().for_each(|(id, voucher)| self.pay_out(*id, voucher, &mut books));
        self.facts.keys().for_each(|payment| self.payment(*payment, &mut books));
        self.restore_recovered(&mut books);
        books
    }

    fn pay_out(&self, id: Uuid, voucher: &Voucher, books: &mut Books) {
        let application = self.applications.get(&voucher.application);
        let unit = application.map_or(Uuid::nil(), |application| application.unit);
        let mut left = voucher.paid();
        let mut excess = -voucher.off.fen;
        for (line, drawn) in &voucher.draws {
            let fen = &(*drawn).min(left.max(0));
            left -= fen;
            let approved = application.filter(|row| matches!(row.set.stage, Stage::Approved | Stage::Sent));
            let mut taken = 0;
            if let Some(row) = approved.filter(|row| row.parts.contains_key(line)) {
                let room = books.room.entry(voucher.application).or_insert_with(|| {
                    let room = row.parts.iter().map(|(line, (wanted, _))| (*line, *wanted)).collect();
                    (room, self.chunks(voucher.application).1)
                });
                let paid = spread(&mut room.0, &mut room.1, *line, *fen);
                for (line, fen) in paid {
                    *books.parts.entry((voucher.application, line)).or_default() += fen;
                    books.line(line, [-fen, fen, 0]);
                    taken += fen;
                }
            }
            excess += fen - taken;
        }
        excess += left;
        let (on, event) = voucher.facts.first().map(|fact| (fact.0, fact.1)).unwrap_or_default();
        let sense = if excess > 0 { Sense::Out } else { Sense::In };
        let (fen, off) = (excess.abs(), voucher.off);
        books.suspend(Item { event, payout: None, voucher: Some(id), unit, sense, fen, off, on });
    }

    fn payment(&self, id: Uuid, books: &mut Books) {
        let payout = self.payout(id);
        let application = payout.map(|payout| &self.applications[&payout.application]);
        let unit = application.map_or(Uuid::nil(), |application| application.unit);
        let sent = application.is_some_and(|application| application.set.stage == Stage::Sent);
        let due = |fen: Fen| payout.is_some_and(|payout| payout.fen == fen);
        let own = self.draws_now(id);
        let (mut result, mut paid, mut open) = (Result::Ordered, Vec::new(), Vec::<Item>::new());
        for fact in &self.facts[&id] {
            let waits = matches!(result, Result::Ordered | Result::Unknown);
            let whole = fact.off.fen == 0;
            let item = |sense, fen| {
                let (event, payout) = (fact.event, payout.map(|row| row.id));
                Item { event, payout, voucher: None, unit, sense, fen, off: fact.off, on: fact.on }
            };
            let rest = fact.fen.max(0) + fact.off.fen;
            match fact.what {
                _ if fact.gone => {
                    let sense = if fact.off.fen < 0 { Sense::Out } else { Sense::In };
                    books.suspend(item(sense, fact.off.fen.abs()));
                }
                0 if sent && result == Result::Ordered => result = Result::Unknown,
                0 => {}
                1 if fact.accepted.is_some() => {
                    paid.push(fact.accepted.clone().unwrap_or_default());
                    books.suspend(item(Sense::Credited, rest));
                    result = Result::Credited;
                }
                1 if !whole => books.suspend(item(Sense::Credited, rest)),
                1 if waits && sent && due(fact.fen) => {
                    paid.push(own.clone());
                    books.settled.insert(id);
                    result = Result::Credited;
                }
                1 => open.push(item(Sense::Credited, rest)),
                _ => {
                    let undone = open.iter().rposition(|credit| credit.fen == fact.fen && fact.fen > 0);
                    if let Some(at) = undone.filter(|_| whole) {
                        open.remove(at);
                    } else if whole && due(fact.fen) && (result == Result::Credited || (waits && sent)) {
                        if paid.is_empty() {
                            books.settled.insert(id);
                        }
                        let draws = paid.pop().unwrap_or(own.clone());
                        draws.iter().for_each(|(line, fen)| self.restore(fact.on, *line, *fen, books));
                        result = if paid.is_empty() { Result::Returned } else { Result::Credited };
                    } else {
                        books.suspend(item(Sense::In, rest));
                    }
                }
            }
        }
        open.into_iter().for_each(|credit| books.suspend(credit));
        // Of one paid twice the first credit is what is recovered.
        books.paid_with.extend(paid.into_iter().next().map(|draws| (id, draws)));
        books.results.insert(id, result);
    }

    pub(super) fn restore(&self, on: Day, id: Uuid, fen: Fen, books: &mut Books) {
        let same_year = self.lines.get(&id).is_some_and(|line| line.year == on.year());
        books.line(id, if same_year { [0, -fen, 0] } else { [0, -fen, fen] });
    }
}
