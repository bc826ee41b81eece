//! Money recovered of payments that come back, are accepted on other lines and corrected: what lines have again is a function of what
//! pays now and of the decisions that count. The second model holds it entry by entry.

use crate::histories::live_through;
use crate::whole::{Books, adds_up, books, differences, tell, withdrawn};
use ledger::event::{Event, Kind, RecoveryOrdered, RecoveryReceived};
use ledger::money::Fen;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::debt_rows::{DebtSide, FactPlace};
use ledger::state::rows::Payout;
use std::collections::BTreeMap;
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
