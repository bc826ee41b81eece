//! Money recovered of payments that come back, are accepted on other lines and corrected: what lines have again is a function of what
//! pays now and of the decisions that count. The second model holds it entry by entry.

use crate::histories::live_through;
use crate::whole::{Books, adds_up, books, differences, tell, withdrawn};
use ledger::event::{
    Clearing, Event, Kind, PayoutCredited, RecoveryOrdered, RecoveryReceived, RecoveryWaived, RefundPaid,
    SuspenseCleared,
};
use ledger::money::{Day, Fen};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::debt_rows::{DebtSide, FactPlace};
use ledger::state::rows::Payout;
use std::collections::{BTreeMap, BTreeSet};
use tests::as_of::as_of;
use tests::check::same;
use tests::desk::restored;
use tests::history::{Chance, History};
use uuid::Uuid;

const SEEDS: u64 = 100;
const LENGTH: usize = 900;

/// Whether a payment of which something came in is paid with lines that its application never took.
fn is_paid_otherwise(state: &State) -> bool {
    state.debts.iter().filter(|(_, debt)| debt.is_due() && debt.recovered() > 0).any(|(_, debt)| {
        let payout = debt.payout.handle().map(|payout| state.payouts.get(payout));
        payout.is_some_and(|payout| state.pieces_paid(payout) != state.pieces_of(payout))
    })
}

/// Whether something counts for a decision that was told of an edition of it taken back since.
fn is_inherited(state: &State) -> bool {
    let facts = state.debts.iter().flat_map(|(_, debt)| &debt.facts);
    facts.into_iter().any(|fact| fact.place == FactPlace::Inherited)
}

#[test]
fn what_is_recovered_agrees_with_the_model_at_every_step() {
    let (mut otherwise, mut several, mut inherited) = (0, 0, 0);
    for seed in 0..SEEDS {
        let (mut differs, mut parted, mut inherits) = (false, false, false);
        let _ = live_through(seed, History::settling(seed, LENGTH), |state, model, _, _| {
            same(state, model);
            differs |= is_paid_otherwise(state);
            parted |= orders(state).values().any(|orders| *orders > 1);
            inherits |= is_inherited(state);
        });
        (otherwise, several) = (otherwise + usize::from(differs), several + usize::from(parted));
        inherited += usize::from(inherits);
    }
    assert!(otherwise >= 10 && several >= 20 && inherited >= 10, "{otherwise} {several} {inherited}");
}

/// How many decisions count about each payment of which something came in.
fn orders(state: &State) -> BTreeMap<Uuid, usize> {
    let mut orders = BTreeMap::new();
    for (_, debt) in state.debts.iter().filter(|(_, debt)| debt.is_due()) {
        if let Some(payout) = debt.payout.handle().map(|payout| state.payouts.get(payout))
            && state.recovered_of(payout.id) > 0
        {
            *orders.entry(payout.id).or_default() += 1;
        }
    }
    orders
}

/// Three decisions more about each of a few payments that stand paid, on different days, and what comes in on each.
fn more(state: &State, chance: &mut Chance) -> (Vec<Event>, Vec<Event>) {
    let (mut decisions, mut receipts) = (Vec::new(), Vec::new());
    let paid = state.payouts.iter().map(|(_, payout)| payout).filter(|payout| state.times_paid(payout) > 0);
    let left = |payout: &Payout| {
        let ordered = state.debts.iter().map(|(_, debt)| debt).filter(|debt| debt.owed == DebtSide::ToUnit);
        let of_it = ordered.filter(|debt| debt.payout.handle().is_some_and(|at| state.payouts.get(at).id == payout.id));
        payout.fen - of_it.map(|debt| debt.fen).sum::<Fen>()
    };
    for (payout, left) in paid.map(|payout| (payout, left(payout))).filter(|(_, left)| *left > 100).take(6) {
        for number in 0..3 {
            let (fen, on) = (left / 4, state.latest.plus(-number * 30));
            let (reason, document) = ("误付".to_owned(), format!("再追{number}"));
            let kind = Kind::RecoveryOrdered(RecoveryOrdered { payout: payout.id, fen, reason, document });
            let decided = Event::said(on, kind);
            let unit = state.orgs.get(state.applications.get(payout.application).unit).id;
            let (debt, serial, fen) =
                (decided.id, format!("再回{number}{}", payout.id), fen * (20 + 10 * chance.below(9) as Fen) / 100);
            let received = RecoveryReceived { debt, unit, fen, serial };
            receipts.push(Event::said(on.plus(10), Kind::RecoveryReceived(received)));
            decisions.push(decided);
        }
    }
    (decisions, receipts)
}

fn shuffled(events: &[Event], chance: &mut Chance) -> Vec<Event> {
    let mut events = events.to_vec();
    for at in (1..events.len()).rev() {
        events.swap(at, chance.below(at + 1));
    }
    events
}

fn all_told(state: &mut State, events: &[Event], what: &str) -> Books {
    for event in events {
        let outcome = tell(state, event);
        assert!(matches!(outcome, Outcome::Posted { .. }), "{what}: {event:?} gave {outcome:?}");
        adds_up(state, what);
    }
    books(state, &[])
}

/// Decisions and what comes in on them, in any order; what is taken back leaves what would be without it.
#[test]
fn decisions_in_any_order_and_without_some_end_the_same() {
    let (mut told, mut shifted) = (0, 0);
    for seed in 0..SEEDS {
        let (mut state, _) = live_through(seed, History::settling(seed, LENGTH), |_, _, _, _| {});
        let (what, mut chance) = (format!("seed {seed}"), Chance::new(seed));
        let (decisions, receipts) = more(&state, &mut chance);
        let all = [&decisions[..], &receipts].concat();
        let before = books(&state, &[]);
        let [mut one, mut other, mut without] = [(); 3].map(|()| restored(&mut state).expect("its own pages"));
        let first = all_told(&mut one, &shuffled(&all, &mut chance), &what);
        let second = all_told(&mut other, &shuffled(&all, &mut chance), &what);
        assert!(first == second, "{what}: {}", differences(&first, &second));
        let (back, kept): (Vec<Event>, Vec<Event>) = all.iter().cloned().partition(|_| chance.in_hundred(40));
        let back: Vec<Event> = shuffled(&back, &mut chance).iter().map(withdrawn).collect();
        let (after, never) = (all_told(&mut one, &back, &what), all_told(&mut without, &kept, &what));
        assert!(after == never, "{what}: {}", differences(&after, &never));
        (told, shifted) = (told + decisions.len(), shifted + usize::from(after != first));
        let back: Vec<Event> = shuffled(&kept, &mut chance).iter().map(withdrawn).collect();
        let after = all_told(&mut one, &back, &what);
        assert!(after == before, "{what}: {}", differences(&before, &after));
    }
    assert!(told >= 100 && shifted >= 20, "{told} {shifted}");
}

/// A decision that comes into force on its day after one or two slips of a later day: its editions in their order, by whom it is owed.
struct Corrected {
    unit: Uuid,
    fen: Fen,
    editions: Vec<Event>,
}

/// How long after its right day a slip is of.
const LATER: i32 = 200;

impl Corrected {
    fn new(unit: Uuid, fen: Fen, on: Day, slips: u8, decided: impl Fn(Fen) -> Kind) -> Self {
        let day = |edition| on.plus(if edition == slips { 0 } else { LATER + i32::from(edition) });
        let editions = (0..=slips).map(|edition| Event::said_as(edition, day(edition), decided(fen))).collect();
        Self { unit, fen, editions }
    }

    /// What is told of one of its editions, under the numbers of whoever tells it.
    fn told(&self, number: u64, edition: usize) -> Event {
        let (unit, debt) = (self.unit, self.editions[edition].id);
        let (fen, serial) = (self.fen * (3 + number as Fen) / 40, format!("订{number}{}", self.editions[0].id));
        let kind = match number % 3 {
            0 => Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen: fen * 2, serial }),
            1 => Kind::RefundPaid(RefundPaid { debt, unit, fen, serial }),
            _ => Kind::RecoveryWaived(RecoveryWaived { debt, fen: fen / 4, reason: "困难".into(), document: serial }),
        };
        let right = self.editions[self.editions.len() - 1].effective;
        Event::said(right.plus(number as i32 * 7 - 10), kind)
    }

    /// All that is said: each of the others at its turn, of the edition that stands then.
    fn said(&self, turns: &[usize]) -> Vec<Event> {
        let mut said = Vec::new();
        for (edition, event) in self.editions.iter().enumerate() {
            said.extend(edition.checked_sub(1).map(|before| withdrawn(&self.editions[before])));
            said.push(event.clone());
            let now = (0..).zip(turns).filter(|(_, turn)| **turn == edition);
            said.extend(now.map(|(number, _)| self.told(number, edition)));
        }
        said
    }
}

/// Of a few payments that stand paid: what is to be recovered of them, and what is owed back of money that came twice, which is told before.
fn corrected(state: &State) -> (Vec<Event>, Vec<Corrected>) {
    let on = state.latest.plus(1);
    let (mut twice, mut decided) = (Vec::new(), Vec::new());
    let is_free = |payout: &&Payout| state.times_paid(payout) > 0 && state.recoveries.find(payout.id).is_none();
    let paid = state.payouts.iter().map(|(_, payout)| payout).filter(|payout| payout.fen > 100).filter(is_free);
    for (slips, payout) in [1, 2, 1].into_iter().zip(paid) {
        let (id, fen) = (payout.id, payout.fen);
        let unit = state.orgs.get(state.applications.get(payout.application).unit).id;
        let (reason, document) = ("误付".to_owned(), "订正".to_owned());
        decided.push(Corrected::new(unit, fen, on, slips, |fen| {
            let (reason, document) = (reason.clone(), document.clone());
            Kind::RecoveryOrdered(RecoveryOrdered { payout: id, fen, reason, document })
        }));
        let credited = PayoutCredited { payout: id, fen, serial: "又".into() };
        let credited = Event::said(on, Kind::PayoutCredited(credited));
        let (item, number, how) = (credited.id, 1, Clearing::Recoverable(None));
        decided.push(Corrected::new(unit, fen, on.plus(3), slips, |fen| {
            Kind::SuspenseCleared(SuspenseCleared { item, number, fen, how: how.clone() })
        }));
        twice.push(credited);
    }
    (twice, decided)
}

/// What is found, of what, on which day.
fn found(state: &State) -> BTreeSet<(&'static str, Uuid, Day)> {
    let open = state.findings.iter().filter(|(_, row)| row.open);
    open.map(|(_, row)| (row.kind.name(), row.subject, row.on)).collect()
}

/// What was told of an edition is told of the decision, also as of days before that of this edition.
#[test]
fn as_of_a_day_what_was_told_of_an_edition_of_a_later_day_counts_for_the_one_that_stands() {
    let mut asked = 0;
    for seed in 0..12 {
        let (state, said) = live_through(seed, History::new(seed, LENGTH), |_, _, _, _| {});
        let (twice, decided) = corrected(&state);
        let mut chance = Chance::new(seed);
        let orders = [false, true, true].map(|between| {
            let mut live = state.clone();
            let turns = |of: &Corrected, chance: &mut Chance| -> Vec<usize> {
                let last = of.editions.len() - 1;
                (0..6).map(|_| if between { chance.below(last + 1) } else { last }).collect()
            };
            let told = decided.iter().flat_map(|of| of.said(&turns(of, &mut chance)));
            let mut all = said.clone();
            for event in twice.iter().cloned().chain(told) {
                let outcome = tell(&mut live, &event);
                assert!(matches!(outcome, Outcome::Posted { .. }), "seed {seed}: {event:?} gave {outcome:?}");
                all.push(("郑".to_owned(), event));
            }
            (all, live)
        });
        let right = state.latest.plus(4);
        for after in [0, 8, 30, LATER - 5, LATER, LATER + 5] {
            let on = right.plus(after);
            let states = orders.each_ref().map(|(said, live)| as_of(said, live, on));
            let [first, others @ ..] = &states;
            for other in others {
                let (one, another) = (books(first, &[]), books(other, &[]));
                let what = format!("seed {seed} as of {on}");
                assert!(one.balances() == another.balances(), "{what}: {}", differences(&one, &another));
                assert_eq!(found(first), found(other), "{what}");
                asked += decided.len();
            }
        }
    }
    assert!(asked > 100, "{asked}");
}
