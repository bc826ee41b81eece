//! The ledger a second time, as simply as it can be said: maps of ids, whole scans, no handles, no accounts, no pages.
//! It predicts whether an event is posted, repeated or refused, and where money then stands; reasons are for the stories.

mod budget;
mod corrections;
mod debts;
mod decisions;
mod editions;
mod reports;
mod steps_back;
mod suspense;
mod told;

pub use budget::Moved;
pub use corrections::Corrected;
pub use debts::{DebtTold, Due, Recovered};
pub use steps_back::Step;
pub use suspense::Cleared;
pub use told::{BankFact, Books, Item, Off, Report, Voucher};

use ledger::event::policy::{Policy, Rule, Severity};
use ledger::event::{Event, Kind, Status, Subordination, WayBack};
use ledger::money::{Day, Fen};
use ledger::state::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What becomes of an event, without the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Verdict {
    Posted,
    Refused,
    /// On record with a finding that it does not count.
    Beside,
    Duplicate {
        first: usize,
        refused: bool,
    },
}

/// An organisation that somebody named.
#[derive(Default)]
pub struct Org {
    pub(crate) parent: Option<Uuid>,
    /// Nothing until it is registered.
    pub(crate) subordination: Option<Subordination>,
    /// All names told, with their day, in the order they were told; the registration's is marked.
    pub(crate) names: Vec<(Day, bool, String, u32)>,
}

impl Org {
    /// What it is called and where it lies: of the latest day; of one day the registration gives way to a rename, and a rename
    /// to one told later.
    pub(crate) fn called(&self) -> Option<(&str, u32)> {
        let mut best: Option<&(Day, bool, String, u32)> = None;
        for told in self.names.iter().filter(|_| self.subordination.is_some()) {
            if best.is_none_or(|best| told.0 > best.0 || (told.0 == best.0 && (best.1 || !told.1))) {
                best = Some(told);
            }
        }
        best.map(|(_, _, name, division)| (name.as_str(), *division))
    }
}

/// A budget document line and its money.
#[allow(missing_docs)]
pub struct Line {
    pub unit: Uuid,
    pub year: u16,
    pub programme: String,
    pub central: bool,
    pub parent: Option<Uuid>,
    pub received: Fen,
    pub passed_down: Fen,
    pub available: Fen,
    pub applied: Fen,
    pub spent: Fen,
    pub surrendered: Fen,
    /// Below zero what it lacks, as it was used before it was taken back.
    pub short: Fen,
    /// What lines below lack of it.
    pub withheld: Fen,
    pub moves: Fen,
    pub used: bool,
    pub told: bool,
    pub listed: bool,
}

/// A roster or an application: numbered lines that others decide on.
#[allow(missing_docs)]
pub struct Set {
    pub stage: Stage,
    pub count: u32,
    pub fen: Fen,
    pub hash: [u8; 32],
    pub preparer: String,
}

/// A roster.
#[allow(missing_docs)]
pub struct Roster {
    pub school: Uuid,
    pub programme: String,
    pub year: u16,
    pub due: Vec<Day>,
    pub set: Set,
}

/// An award.
#[allow(missing_docs)]
pub struct Award {
    pub roster: Uuid,
    pub person: Uuid,
    pub fen: Fen,
}

/// A payment application: for each document line what it takes and what has left the treasury.
#[allow(missing_docs)]
pub struct Application {
    pub unit: Uuid,
    pub year: u16,
    pub on: Day,
    pub set: Set,
    pub parts: BTreeMap<Uuid, (Fen, Fen)>,
}

/// How far a payment has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Result {
    Ordered,
    Unknown,
    Credited,
    Returned,
}

/// A payment.
#[allow(missing_docs)]
pub struct Payout {
    pub id: Uuid,
    pub application: Uuid,
    pub award: Uuid,
    /// From 1.
    pub instalment: u32,
    pub fen: Fen,
    pub draws: Vec<(Uuid, Fen)>,
    pub result: Result,
}

/// All the model remembers.
#[derive(Default)]
#[allow(missing_docs)]
pub struct Model {
    pub told: usize,
    pub rules: u32,
    pub seen: BTreeMap<Uuid, (Vec<u8>, usize, bool)>,
    /// Contents told beside what counts, and where.
    pub beside: BTreeMap<Uuid, Vec<(Vec<u8>, usize)>>,
    /// Steps of sets that were taken, by the ids of their events.
    pub steps: BTreeMap<Uuid, Step>,
    /// What was paid over to finance, by entry: the day, the unit, the amount.
    pub paid_over: BTreeMap<Uuid, (Day, Uuid, Fen)>,
    /// What budget entries moved that count.
    pub moved: BTreeMap<Uuid, Moved>,
    /// Events that were taken back.
    pub withdrawn: BTreeSet<Uuid>,
    pub policies: Vec<(Day, Policy, Uuid)>,
    pub orgs: BTreeMap<Uuid, Org>,
    pub lines: BTreeMap<Uuid, Line>,
    /// Who is registered.
    pub registered: BTreeSet<Uuid>,
    /// Everything reported of a person's standing, with the events, in the order it was reported.
    pub persons: BTreeMap<Uuid, Vec<(Day, Uuid, Status, Uuid)>>,
    /// Who was merged into whom.
    pub merged: BTreeMap<Uuid, Uuid>,
    /// From which day on it is whose, or no longer.
    pub cards: BTreeMap<Uuid, Vec<(Day, bool, Uuid)>>,
    pub rosters: BTreeMap<Uuid, Roster>,
    pub awards: BTreeMap<Uuid, Award>,
    /// From which instalment on awards ended, on which day, by which event.
    pub ended: BTreeMap<Uuid, (u32, Day, Uuid)>,
    pub applications: BTreeMap<Uuid, Application>,
    /// In the order they were ordered.
    pub payouts: Vec<Payout>,
    pub vouchers: BTreeMap<Uuid, Voucher>,
    pub batches: Vec<Uuid>,
    /// What banks told of each payment, known or not.
    pub facts: BTreeMap<Uuid, Vec<BankFact>>,
    /// What banks and the treasury reported, by the ids of their events.
    pub reports: BTreeMap<Uuid, Report>,
    pub retold: BTreeMap<Uuid, Uuid>,
    /// What stands in suspense.
    pub items: Vec<Item>,
    /// How some of it ended, by the ids of the events.
    pub clearings: BTreeMap<Uuid, Cleared>,
    /// What was told of money owed back, by the ids of the events.
    pub debt_facts: BTreeMap<Uuid, DebtTold>,
    /// By what each decision that something is owed is known, also those taken back: payment and document, item and number.
    pub decision_keys: BTreeMap<Uuid, (Uuid, String)>,
    /// Payments that are to be recovered, by the ids of the decisions.
    pub recoveries: BTreeMap<Uuid, Recovered>,
    /// Corrections of what applications take from lines, by the ids of the decisions.
    pub corrections: BTreeMap<Uuid, Corrected>,
    /// Where all that was told stood after the last event.
    pub booked: Books,
    pub suspense: BTreeMap<Uuid, Fen>,
}

impl Model {
    /// Takes one event and says what the ledger must make of it.
    pub fn tell(&mut self, principal: &str, event: &Event, content: &[u8]) -> Verdict {
        let now = self.told;
        self.told += 1;
        match self.seen.get(&event.id) {
            Some((before, first, refused)) if before == content => {
                return Verdict::Duplicate { first: *first, refused: *refused };
            }
            // What was taken back stays so, whatever is said under its id.
            Some((_, first, _)) if self.withdrawn.contains(&event.id) => {
                return Verdict::Duplicate { first: *first, refused: false };
            }
            // Nor is what a set that was given up was told, whatever is said of it.
            Some((_, first, false)) if self.is_given_up(event) => {
                return Verdict::Duplicate { first: *first, refused: false };
            }
            // What counts is not changed by saying it otherwise under its id.
            Some((_, _, false)) => return self.beside(event, content, now),
            Some(_) | None => {}
        }
        let in_turn = |before: u8| self.withdrawn.contains(&event.id_of_edition(before));
        if event.edition.checked_sub(1).is_some_and(|before| !in_turn(before)) {
            let verdict = self.beside(event, content, now);
            if verdict == Verdict::Refused {
                self.seen.insert(event.id, (content.to_vec(), now, true));
            }
            return verdict;
        }
        let posted = self.take(principal, event, content).is_some();
        if posted {
            self.note_step(event);
            self.note_report(event);
            self.settle();
            self.reckon_lines();
        }
        self.seen.insert(event.id, (content.to_vec(), now, !posted));
        if posted { Verdict::Posted } else { Verdict::Refused }
    }

    /// Whether it makes up a roster or an application that was cancelled.
    fn is_given_up(&self, event: &Event) -> bool {
        let id = event.subject();
        let stage = self.rosters.get(&id).map(|row| row.set.stage);
        let stage = stage.or_else(|| self.applications.get(&id).map(|row| row.set.stage));
        matches!(event.kind.tag().way_back(), WayBack::Cancelled | WayBack::WhileFree)
            && stage == Some(Stage::Cancelled)
    }

    /// A decision is refused; a report is kept, once for each of its contents.
    fn beside(&mut self, event: &Event, content: &[u8], now: usize) -> Verdict {
        if !event.kind.is_report() {
            return Verdict::Refused;
        }
        let told = self.beside.entry(event.id).or_default();
        if let Some((_, first)) = told.iter().find(|(before, _)| before == content) {
            return Verdict::Duplicate { first: *first, refused: false };
        }
        if told.len() < 16 {
            told.push((content.to_vec(), now));
        }
        Verdict::Beside
    }

    /// Does it, or does nothing and gives `None`.
    fn take(&mut self, principal: &str, event: &Event, content: &[u8]) -> Option<()> {
        let on = event.effective;
        match &event.kind {
            Kind::PolicyAdopted(policy) => self.adopt(on, policy, event.id),
            Kind::RulesAdopted(rules) => (rules.version > self.rules).then(|| self.rules = rules.version),
            Kind::LineIssued(e) => self.issue(event, e),
            Kind::LinePassedDown(e) => self.pass_down(event, e),
            Kind::LineRecalled(e) => self.recall(event, e),
            Kind::LineAdjusted(e) => self.adjust(event, e),
            Kind::RosterPrepared(e) => self.prepare_roster(on, principal, e),
            Kind::RosterLineAdded(e) => self.add_award(on, e, content),
            Kind::RosterSealed(e) => self.rosters.get_mut(&e.set)?.set.seal(e),
            Kind::RosterReviewed(e) => {
                self.rosters.get_mut(&e.set)?.set.step(principal, e, Stage::Sealed, Stage::Reviewed)
            }
            Kind::RosterApproved(e) => {
                self.rosters.get_mut(&e.set)?.set.step(principal, e, Stage::Reviewed, Stage::Approved)
            }
            Kind::RosterCancelled(e) => {
                let set = &mut self.rosters.get_mut(&e.set)?.set;
                (set.stage < Stage::Approved).then(|| set.stage = Stage::Cancelled)
            }
            Kind::ApplicationPrepared(e) => self.prepare_application(on, principal, e),
            Kind::ApplicationLineAdded(e) => self.add_payout(on, e, content),
            Kind::ApplicationSealed(e) => self.seal_application(e),
            Kind::ApplicationApproved(e) => {
                self.applications.get_mut(&e.set)?.set.step(principal, e, Stage::Sealed, Stage::Approved)
            }
            Kind::ApplicationCancelled(e) => self.cancel_application(e.set),
            Kind::BatchSent(e) => self.send(on, e),
            Kind::AwardCancelled(e) => self.end_award(event.id, on, e),
            Kind::SuspenseCleared(e) => self.clear(event.id, on, e),
            Kind::RecoveryWaived(e) => self.waive(on, event.id, e),
            Kind::RecoveryOrdered(e) => self.order_recovery(on, event.id, e),
            Kind::DrawsCorrected(e) => self.correct(event.id, on, e),
            Kind::EntryWithdrawn(e) => self.withdraw(on, e.entry),
            // Reports are never refused.
            report => {
                self.report(on, event.id, report);
                Some(())
            }
        }
    }

    /// Where an instalment stands: by its latest payment whose application was not given up.
    #[must_use]
    pub fn standing(&self, award: Uuid, instalment: u32) -> Option<&Payout> {
        let of_it = |payout: &&Payout| (payout.award, payout.instalment) == (award, instalment);
        let stands = |payout: &&Payout| self.applications[&payout.application].set.stage != Stage::Cancelled;
        let orders: Vec<_> = self.payouts.iter().filter(|payout| of_it(payout) && stands(payout)).collect();
        // A return taken back leaves an earlier payment paid.
        let paid = orders.iter().rfind(|payout| payout.result == Result::Credited);
        paid.or(orders.last()).copied()
    }

    pub(crate) fn payout(&self, id: Uuid) -> Option<&Payout> {
        self.payouts.iter().find(|payout| payout.id == id)
    }

    /// The latest in-force day, then the latest adopted.
    pub(crate) fn policy(&self, programme: &str, on: Day) -> Option<&Policy> {
        let mut best: Option<&(Day, Policy, Uuid)> = None;
        for adopted in self.policies.iter().filter(|(from, policy, _)| *from <= on && policy.programme == programme) {
            if best.is_none_or(|(from, ..)| adopted.0 >= *from) {
                best = Some(adopted);
            }
        }
        best.map(|(_, policy, _)| policy)
    }

    pub(crate) fn is_registered_org(&self, org: Uuid) -> bool {
        self.orgs.get(&org).is_some_and(|org| org.subordination.is_some())
    }

    /// All ids of one human: those that whoever is merged, or was merged into, leads to.
    pub(crate) fn human(&self, person: Uuid) -> BTreeSet<Uuid> {
        let (mut human, mut before) = (BTreeSet::from([person]), 0);
        while human.len() > before {
            before = human.len();
            let links = self.merged.iter().filter(|(one, other)| human.contains(one) || human.contains(other));
            let ids: Vec<Uuid> = links.flat_map(|(one, other)| [*one, *other]).collect();
            human.extend(ids);
        }
        human
    }

    /// Whether any of his ids is registered.
    pub(crate) fn is_registered(&self, person: Uuid) -> bool {
        self.human(person).iter().any(|one| self.registered.contains(one))
    }

    fn enrolled(&self, person: Uuid, on: Day) -> bool {
        let human = self.human(person);
        let told = human.iter().filter_map(|one| self.persons.get(one)).flatten().filter(|(from, ..)| *from <= on);
        // Of one day what begins comes after what ends, then by school; of equals the later told.
        let begins = |status| matches!(status, Status::Enrolled | Status::FurtherStudy | Status::IllnessLeave);
        let last = told.max_by_key(|(from, school, status, _)| (*from, begins(*status), *school, *status as u8));
        last.is_some_and(|(_, _, status, _)| *status == Status::Enrolled)
    }

    /// Whether an instalment of an award stands paid that fell due on a day on which its person was no student.
    #[must_use]
    pub fn paid_after_leaving(&self, award: Uuid) -> bool {
        let due = |payout: &Payout| self.rosters[&self.awards[&award].roster].due[payout.instalment as usize - 1];
        let paid = self.payouts.iter().filter(|row| row.award == award && row.result == Result::Credited);
        paid.map(due).any(|due| !self.enrolled(self.awards[&award].person, due))
    }

    /// Whether a person may be paid on a card on a day: the last that was told of both until then says so.
    #[must_use]
    pub fn usable(&self, card: Uuid, person: Uuid, on: Day) -> bool {
        let told = self.cards.get(&card).into_iter().flatten();
        let human = self.human(person);
        let told = told.filter(|(from, _, whose)| human.contains(whose) && *from <= on);
        told.max_by_key(|(from, begins, _)| (*from, *begins)).is_some_and(|(_, begins, _)| *begins)
    }
}

/// A broken rule stops a decision unless the policy only flags it.
fn rule(policy: &Policy, rule: Rule, kept: bool) -> Option<()> {
    (kept || policy.severity(rule) == Severity::Flag).then_some(())
}

fn sure(condition: bool) -> Option<()> {
    condition.then_some(())
}
