//! Everything taken back again: whatever a history told, each entry that can be taken back is, in any order, until nothing more is free,
//! and each set that can be given up is given up. Then nothing stands on any account and no money waits for anybody.

use ledger::account::{Book, Class};
use ledger::event::{EntryWithdrawn, Event, Interest, InterestAdjusted, Kind, KindTag, Reason, SetCancelled, WayBack};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::entry_rows::POSTED;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::desk::{restored, submit, submit_at};
use tests::history::{Chance, History, lending, wild};
use tests::loans::year;
use tests::model::Model;
use uuid::Uuid;

/// Histories of each sort.
const SEEDS: u64 = 40;

/// Events of a history.
const LENGTH: usize = 400;

/// Rounds after which a history that is still not free is at fault: a step back frees what rested on it, a few steps deep.
const ROUNDS: usize = 40;

/// A ledger and all that was told to it.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) state: State,
    said: BTreeMap<Uuid, Event>,
}

impl Told {
    pub(crate) fn tell(&mut self, principal: &str, event: &Event) {
        // Not through the codec, which would turn the wildest away.
        let content = proto::event::encode(event);
        let index = self.state.entries;
        let _ = submit(&mut self.state, principal, &content, event.clone()).expect("the fold goes on");
        // Of one id that is told otherwise too, it is the content that counts.
        if self.state.seen.find(event.id).is_some_and(|found| u64::from(found) == index) {
            self.said.insert(event.id, event.clone());
        }
    }
}

fn awards(seed: u64) -> Told {
    let (mut model, mut history, mut told) = (Model::default(), History::new(seed, LENGTH), Told::default());
    while let Some((principal, event)) = history.next(&model) {
        let _ = model.tell(&principal, &event, &proto::event::encode(&event));
        told.tell(&principal, &event);
    }
    told
}

fn lenders(seed: u64) -> Told {
    let (mut told, mut chance) = (Told::default(), Chance::new(seed));
    for at in 0..LENGTH {
        let event = lending(&mut chance, at, &told.state);
        told.tell(["周", "吴"][at % 2], &event);
    }
    told
}

/// A year of offices, who claim, pay, compensate and reward.
fn offices(seed: u64) -> Told {
    let mut told = Told::default();
    year(seed).into_iter().for_each(|(principal, event)| told.tell(&principal, &event));
    told
}

fn anything(seed: u64) -> Told {
    let (mut told, mut chance) = (Told::default(), Chance::new(seed));
    (0..LENGTH).for_each(|at| told.tell("周", &wild(&mut chance, at)));
    told
}

/// Takes back whatever is free, in rounds of any order.
pub(crate) fn take_back(told: &mut Told, chance: &mut Chance) {
    for _ in 0..ROUNDS {
        let mut free: Vec<Event> = told.said.values().filter_map(|said| back(&told.state, said)).collect();
        let mut done = 0;
        while !free.is_empty() {
            let event = free.swap_remove(chance.below(free.len()));
            let content = proto::event::encode(&event);
            // What was refused in an earlier round is said again by somebody who knows.
            let again = told.state.seen.find(event.id).map(u64::from);
            let outcome =
                submit_at(&mut told.state, (LATE_MS, again), "郑", &content, event).expect("the fold goes on");
            done += usize::from(matches!(outcome, Outcome::Posted { .. }));
        }
        if done == 0 {
            return;
        }
    }
    panic!("after {ROUNDS} rounds there is still something free");
}

/// How what was told is undone, if it counts.
fn back(state: &State, said: &Event) -> Option<Event> {
    let seen = state.seen.by_id(said.id).map(|(_, seen)| seen).filter(|seen| seen.verdict == POSTED)?;
    let kind = match (seen.kind.way_back(), &said.kind) {
        (WayBack::Withdrawn | WayBack::WhileFree, _) => Kind::EntryWithdrawn(EntryWithdrawn {
            entry: said.id,
            content: 0,
            reason: Reason::NeverHappened,
            document: "全撤".into(),
        }),
        (WayBack::Cancelled, Kind::RosterPrepared(set)) => Kind::RosterCancelled(SetCancelled { set: set.roster }),
        (WayBack::Cancelled, Kind::ApplicationPrepared(set)) => {
            Kind::ApplicationCancelled(SetCancelled { set: set.application })
        }
        _ => return None,
    };
    Some(Event::said(said.effective, kind))
}

/// Loans follow what was taken back about many of them at once.
fn follow(told: &mut Told) {
    let cause = told.state.seen.iter().last().map_or(Uuid::nil(), |(_, seen)| seen.id);
    let loans: Vec<_> = told.state.loans.iter().map(|(_, loan)| (loan.id, loan.last, loan.through)).collect();
    for (loan, last, through) in loans {
        let adjusted = InterestAdjusted { loan, last, cause, figure: Interest::default() };
        told.tell("算", &Event::said(through, Kind::InterestAdjusted(adjusted)));
    }
}

/// How many accounts of each class something stands on, how many findings hold money, and the kinds that count still.
pub(crate) fn is_nothing(state: &State, what: &str) {
    for book in Book::ALL {
        assert_eq!(state.trial_balance(book), 0, "{what}");
    }
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    for (_, account) in state.accounts.iter().filter(|(_, account)| account.balance != 0) {
        *classes.entry(account.class).or_default() += 1;
    }
    let items = state.findings.iter().filter(|(_, finding)| finding.open && finding.fen != 0).count();
    let mut standing: BTreeMap<String, usize> = BTreeMap::new();
    let lasting = |kind: KindTag| kind != KindTag::EntryWithdrawn;
    for (_, seen) in state.seen.iter().filter(|(_, seen)| seen.verdict == POSTED && lasting(seen.kind)) {
        *standing.entry(format!("{:?}", seen.kind)).or_default() += 1;
    }
    assert!(classes.is_empty() && items == 0, "{what}: {classes:?}, {items} items; there stand {standing:?}");
}

fn all_taken_back_leave_nothing(told: impl Fn(u64) -> Told) {
    for seed in 0..SEEDS {
        let (mut told, mut chance) = (told(seed), Chance::new(seed));
        take_back(&mut told, &mut chance);
        follow(&mut told);
        is_nothing(&told.state, &format!("seed {seed}"));
        let digest = told.state.digest();
        assert_eq!(restored(&mut told.state).expect("its own pages").digest(), digest, "seed {seed}");
    }
}

#[test]
fn awards_and_payments_leave_nothing() {
    all_taken_back_leave_nothing(awards);
}

#[test]
fn loans_claims_and_funds_leave_nothing() {
    all_taken_back_leave_nothing(lenders);
}

#[test]
fn a_year_of_offices_leaves_nothing() {
    all_taken_back_leave_nothing(offices);
}

#[test]
fn whatever_was_told_leaves_nothing() {
    all_taken_back_leave_nothing(anything);
}
