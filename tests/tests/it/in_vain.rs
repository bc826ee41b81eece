//! Decisions about money in suspense that rest on what is so no more, over generated histories: each of them is found, and none beside. The
//! same history is told once more without what came after a decision, and whether its money stands in suspense then is what is held.

use crate::histories::live_through;
use ledger::event::{Clearing, Event, Kind};
use ledger::finding::FindingKind;
use ledger::money::Day;
use ledger::state::State;
use ledger::state::clearing_rows::Cleared;
use ledger::state::entry_rows::POSTED;
use std::collections::{BTreeMap, BTreeSet};
use tests::desk::submit;
use tests::history::{History, whole};
use uuid::Uuid;

/// A result somebody decided about: of which payment, its day, and the day and event of the first decision that stands.
struct Decided {
    payment: Uuid,
    on: Day,
    first: (Day, Uuid),
    /// Whether lines pay for it: a credit of a payment that came back is accepted, and no other.
    accepted: bool,
}

impl Decided {
    /// The last day of what was to be known.
    fn day(&self) -> Day {
        self.first.0.max(self.on)
    }
}

/// The payment a result is told of.
fn payment(event: &Event) -> Option<Uuid> {
    match &event.kind {
        Kind::PayoutCredited(told) => Some(told.payout),
        Kind::PayoutReturned(told) => Some(told.payout),
        Kind::PayoutUnknown(told) => Some(told.payout),
        Kind::RemittanceCleared(told) => Some(told.remittance),
        Kind::RemittanceReturned(told) => Some(told.remittance),
        _ => None,
    }
}

/// What decisions that stand are about: the events of the items of each. Money told anew under its number takes what was decided along.
fn items(state: &State) -> BTreeMap<Uuid, Vec<Uuid>> {
    let of = |row: &Cleared| [Some(row.item), row.other.handle()].into_iter().flatten().map(|at| state.seen.get(at).id);
    state.clearings.iter().filter(|(_, row)| !row.gone).map(|(_, row)| (row.id, of(row).collect())).collect()
}

fn counts(state: &State, event: &Event) -> bool {
    let content = ledger::hash::content(&proto::event::encode(event));
    state.seen.by_id(event.id).is_some_and(|(_, row)| row.verdict == POSTED && row.content == content)
}

/// What stands decided about results that count, by the event of each.
fn decided(state: &State, said: &[(String, Event)], items: &BTreeMap<Uuid, Vec<Uuid>>) -> BTreeMap<Uuid, Decided> {
    let counting: Vec<&Event> = said.iter().map(|(_, event)| event).filter(|event| counts(state, event)).collect();
    let mut all = BTreeMap::new();
    for event in &counting {
        let about = |decision: &&&Event| items.get(&decision.id).is_some_and(|items| items.contains(&event.id));
        let decisions: Vec<_> = counting.iter().filter(about).collect();
        let accepts = |kind: &Kind| match kind {
            Kind::SuspenseCleared(told) => matches!(told.how, Clearing::Accepted(_)),
            _ => false,
        };
        let accepted = decisions.iter().any(|decision| accepts(&decision.kind));
        let first = decisions.iter().map(|decision| (decision.effective, decision.id)).min();
        if let Some((payment, first)) = payment(event).zip(first) {
            all.insert(event.id, Decided { payment, on: event.effective, first, accepted });
        }
    }
    all
}

/// The events of results that open findings are about, and the kinds of these, whether they hold money or say that it was cleared in vain.
fn found(state: &State, in_vain: bool) -> BTreeMap<Uuid, FindingKind> {
    let is =
        |kind: FindingKind, fen: i64| if in_vain { kind == FindingKind::ClearedInVain && fen == 0 } else { fen != 0 };
    let open = state.findings.iter().map(|(_, row)| row).filter(|row| row.open && is(row.kind, row.fen));
    open.map(|row| (state.seen.get(row.fact).id, row.kind)).collect()
}

/// How many decisions are in vain, and how many are not.
fn hold(state: &State, said: &[(String, Event)], what: &str) -> [usize; 2] {
    let items = items(state);
    let (decided, in_vain) = (decided(state, said, &items), found(state, true));
    let strange: Vec<_> = in_vain.keys().filter(|id| !decided.contains_key(*id)).collect();
    assert!(strange.is_empty(), "{what}: nobody decided about {strange:?}");
    // Money of one payment offset with other money of it, where only one of the two should have been: nothing can be told without half of it.
    let half = |items: &&Vec<Uuid>| {
        let vain: BTreeSet<_> = items.iter().map(|item| in_vain.contains_key(item)).collect();
        vain.len() > 1
    };
    let halves: BTreeSet<_> = items.values().filter(half).flatten().collect();
    let unclear: BTreeSet<_> = halves.iter().filter_map(|item| decided.get(*item)).map(|row| row.payment).collect();
    for (id, row) in decided.iter().filter(|(_, row)| !unclear.contains(&row.payment)) {
        // Of the same payment, what was decided before and stands with right stays.
        let aside = |item: &Uuid| {
            let other = decided.get(item);
            other.is_some_and(|other| {
                other.payment == row.payment && (other.first >= row.first || in_vain.contains_key(item))
            })
        };
        // What was taken back leaves nothing, but for its number.
        let later =
            |event: &Event| payment(event) == Some(row.payment) && event.effective > row.day() && counts(state, event);
        let is_aside = |event: &Event| items.get(&event.id).is_some_and(|items| items.iter().any(aside));
        let mut again = State::default();
        for (principal, event) in said.iter().filter(|(_, event)| !is_aside(event) && !later(event)) {
            let _ =
                submit(&mut again, principal, &proto::event::encode(event), event.clone()).expect("the fold goes on");
        }
        let stands = found(&again, false).get(id).is_some_and(|kind| !row.accepted || *kind == FindingKind::LateCredit);
        assert_eq!(stands, !in_vain.contains_key(id), "{what}: decision {:?} about {id}", row.first);
    }
    [in_vain.len(), decided.len() - in_vain.len()]
}

#[test]
fn of_payments_all_is_found_that_was_cleared_in_vain() {
    let (mut in_vain, mut right) = (0, 0);
    for seed in 0..60 {
        let (state, said) = live_through(seed, History::settling(seed, 600), |_, _, _, _| {});
        let [some, others] = hold(&state, &said, &format!("seed {seed}"));
        (in_vain, right) = (in_vain + some, right + others);
    }
    assert!(in_vain >= 10 && right >= 20, "{in_vain} {right}");
}

#[test]
fn so_it_is_of_payments_to_lenders() {
    let (mut in_vain, mut right) = (0, 0);
    for seed in 0..60 {
        let lived = whole(seed, 450);
        let [some, others] = hold(&lived.state, &lived.said, &format!("seed {seed}"));
        (in_vain, right) = (in_vain + some, right + others);
    }
    assert!(in_vain >= 2 && right >= 20, "{in_vain} {right}");
}
