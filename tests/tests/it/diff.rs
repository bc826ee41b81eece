//! What is said to differ between two states, against comparing everything with everything.

use ledger::account::{AccountNo, Owner};
use ledger::entry::{Entry, Proof};
use ledger::event::{Event, Kind, LoanKind};
use ledger::loan::portfolio_id;
use ledger::state::entity::{EachTable, Entity};
use ledger::state::entry_rows::WITHHELD;
use ledger::state::entry_rows::{POSTED, WITHDRAWN};
use ledger::state::{EntityKind, State};
use replay::audit::diff::{BalanceDiff, Change, Differences, Rows, compare, compare_rows};
use std::collections::{BTreeMap, BTreeSet};
use tests::history::{Chance, History, thing, wild};
use tests::loans::year;
use tests::model::Model;
use uuid::Uuid;

/// Who said what.
type Said = (String, Event);

/// Rows beyond any list here.
const ALL: usize = 100_000;

/// Events of a history.
const LENGTH: usize = 400;

fn awards(seed: u64) -> Vec<Said> {
    let (mut model, mut history) = (Model::default(), History::new(seed, LENGTH));
    let mut said = Vec::new();
    while let Some((principal, event)) = history.next(&model) {
        let _ = model.tell(&principal, &event, &proto::event::encode(&event));
        said.push((principal, event));
    }
    said
}

fn anything(seed: u64) -> Vec<Said> {
    let mut chance = Chance::new(seed);
    (0..LENGTH).map(|at| ("周".to_owned(), wild(&mut chance, at))).collect()
}

fn histories() -> Vec<Vec<Said>> {
    (0..3).map(awards).chain((0..3).map(anything)).chain([year(1)]).collect()
}

/// Folds events, leaving out those that `leave` names by index.
fn folded(said: &[Said], leave: impl Fn(usize) -> bool) -> State {
    let mut state = State::default();
    for (at, (principal, event)) in said.iter().enumerate() {
        let (index, event, content) = (state.entries, event.clone(), proto::event::encode(event));
        let recorded_ms = proto::samples::LATE_MS;
        let entry =
            Entry { index, recorded_ms, principal, proof: Proof::Named, again: None, content: &content, event: &event };
        if leave(at) {
            state.withhold(&entry).expect("it is the next one");
        } else {
            let _ = state.fold(&entry).expect("the fold goes on");
        }
    }
    state
}

fn prefix(said: &[Said], entries: usize) -> State {
    folded(&said[..entries], |_| false)
}

/// For two states of which one is an earlier one of the other, by kind how many rows are new, and how many are written
/// differently under the same handle.
struct ByHandle<'a> {
    from: &'a State,
    to: &'a State,
    found: BTreeMap<EntityKind, (u64, u64)>,
}

impl EachTable for ByHandle<'_> {
    fn table<T: Entity>(&mut self) {
        // What follows from other rows, such as how many entries name an organisation, is no difference of its own.
        let bytes = |row: &T| {
            let mut row = row.clone();
            row.unlink();
            postcard::to_allocvec(&row).expect("a row can be written")
        };
        let (from, to) = (T::table(self.from), T::table(self.to));
        let changed = from.iter().filter(|(handle, row)| bytes(row) != bytes(to.get(*handle))).count() as u64;
        let new = (to.len() - from.len()) as u64;
        if new + changed > 0 {
            self.found.insert(T::KIND, (new, changed));
        }
    }
}

fn by_handle(from: &State, to: &State) -> BTreeMap<EntityKind, (u64, u64)> {
    let mut all = ByHandle { from, to, found: BTreeMap::new() };
    EntityKind::each(&mut all);
    all.found
}

fn points(said: &[Said]) -> Vec<usize> {
    let third = said.len() / 3;
    vec![0, 1, third, third + 1, 2 * third, said.len()]
}

#[test]
fn every_account_and_every_row_that_differs_is_named() {
    for said in histories() {
        for (at, from) in points(&said).iter().enumerate() {
            for to in &points(&said)[at..] {
                let (from, to) = (prefix(&said, *from), prefix(&said, *to));
                all_is_named(&from, &to);
            }
        }
    }
}

fn all_is_named(from: &State, to: &State) {
    let diff = compare(from, to, ALL);
    let counted: BTreeMap<EntityKind, (u64, u64)> =
        diff.kinds.iter().map(|kind| (kind.kind, (kind.new, kind.changed))).collect();
    assert_eq!(counted, by_handle(from, to));
    assert!(diff.kinds.iter().all(|kind| kind.gone == 0), "nothing goes");
    assert_eq!(diff.entities.len() as u64, diff.entity_count());
    let named: BTreeSet<_> = diff.entities.iter().map(|entity| (entity.kind, entity.id, entity.number)).collect();
    let without_id = |kind| matches!(kind, EntityKind::Programme | EntityKind::LoanRules);
    let distinct = diff.entities.iter().filter(|entity| !without_id(entity.kind)).count();
    assert_eq!(named.iter().filter(|(kind, _, _)| !without_id(*kind)).count(), distinct, "named twice");
    balances_are_named(from, to, &diff);
    // Of what both know, only what was taken back between stands otherwise.
    let both = from.seen.iter().zip(to.seen.iter()).map(|((_, before), (_, after))| (before.verdict, after.verdict));
    let otherwise: Vec<_> = both.filter(|(before, after)| before != after).collect();
    assert!(otherwise.iter().all(|verdicts| *verdicts == (POSTED, WITHDRAWN)), "{otherwise:?}");
    let taken_back = otherwise.len() as u64;
    let entries = (to.entries - from.entries, 0, taken_back);
    assert_eq!((diff.entries.only_to.count, diff.entries.only_from.count, diff.entries.judged.count), entries);
    assert_eq!(diff.is_empty(), from.entries == to.entries);
}

fn balances_are_named(from: &State, to: &State, diff: &Differences) {
    let balance = |state: &State, number: AccountNo| {
        if number < state.accounts.next() { state.accounts.get(number).balance } else { 0 }
    };
    let all = to.accounts.iter().map(|(number, _)| (number, balance(from, number), balance(to, number)));
    let expected: Vec<_> = all.filter(|(_, before, after)| before != after).collect();
    let found: Vec<_> = diff.balances.iter().map(|row| (row.in_to.expect("accounts stay"), row.from, row.to)).collect();
    assert_eq!(found, expected);
    for sum in &diff.sums {
        let of = |state: &State| -> i128 {
            state.accounts.iter().filter(|(_, a)| a.class == sum.class).map(|(_, a)| a.balance).sum()
        };
        assert_eq!((sum.from, sum.to), (of(from), of(to)));
    }
}

#[test]
fn what_changed_names_the_entry_that_changed_it() {
    for said in histories() {
        let (from, to) = (prefix(&said, said.len() / 2), prefix(&said, said.len()));
        let between = from.entries..to.entries;
        for entity in compare(&from, &to, ALL).entities {
            // A finding names the entry that opened it, also once it is closed. A payment does not count it as a change of its
            // own that a credit beyond it came into suspense; nor a lender's fund, on which days its stock changed; nor a claim's
            // line what of it was given back.
            let others = [EntityKind::Finding, EntityKind::Payout, EntityKind::Portfolio, EntityKind::ClaimLine];
            let keeps = !others.contains(&entity.kind);
            if let Some(last) = entity.last_to.filter(|_| entity.change == Change::New || keeps) {
                assert!(between.contains(&last), "{entity:?}");
            }
        }
    }
}

#[test]
fn pages_are_the_whole_list() {
    let said = awards(4);
    let (from, to) = (prefix(&said, 100), prefix(&said, 350));
    let whole = compare(&from, &to, ALL);
    let (mut balances, mut entities, mut skip) = (Vec::new(), Vec::new(), 0);
    while skip < whole.balance_count.max(whole.entity_count()) {
        let page = compare_rows(&from, &to, Rows { skip, take: 7 });
        assert_eq!((page.balance_count, &page.kinds), (whole.balance_count, &whole.kinds));
        balances.extend(page.balances);
        entities.extend(page.entities);
        skip += 7;
    }
    assert_eq!((balances, entities), (whole.balances, whole.entities));
}

#[test]
fn the_other_way_round_new_is_gone() {
    for said in histories() {
        let (from, to) = (prefix(&said, said.len() / 2), prefix(&said, said.len()));
        let (there, back) = (compare(&from, &to, ALL), compare(&to, &from, ALL));
        let turned: Vec<_> = back.kinds.iter().map(|kind| (kind.kind, kind.gone, kind.changed, kind.new)).collect();
        let expected: Vec<_> = there.kinds.iter().map(|kind| (kind.kind, kind.new, kind.changed, kind.gone)).collect();
        assert_eq!(turned, expected);
        assert_eq!(there.balance_count, back.balance_count);
        assert_eq!(there.entries.only_to, turned_round(&back));
    }
}

fn turned_round(diff: &Differences) -> replay::audit::diff::Few {
    let mut few = diff.entries.only_from.clone();
    few.first.iter_mut().for_each(|sides| std::mem::swap(&mut sides.from, &mut sides.to));
    few
}

/// The same events about other things: every id that stands for something gets another first byte.
fn elsewhere(said: &[Said]) -> Vec<Said> {
    let ids = all_ids(said);
    let moved = |(principal, event): &Said| {
        let mut content = proto::event::encode(event);
        for at in 0..content.len().saturating_sub(15) {
            let here = Uuid::from_slice(&content[at..at + 16]).expect("sixteen bytes");
            if ids.contains(&here) {
                content[at] ^= 0xff;
            }
        }
        (principal.clone(), proto::event::decode(&content).expect("ids have no shape to break"))
    };
    said.iter().map(moved).collect()
}

/// Ids of all rows of a state.
struct Ids<'a>(&'a State, BTreeSet<Uuid>);

impl EachTable for Ids<'_> {
    fn table<T: Entity>(&mut self) {
        self.1.extend(T::table(self.0).iter().filter_map(|(_, row)| row.id()));
    }
}

/// The ids that a history names, and some it does not.
fn all_ids(said: &[Said]) -> BTreeSet<Uuid> {
    let state = prefix(said, said.len());
    let kinds = ["org", "line", "person", "card", "roster", "award", "application", "payout", "voucher", "batch"];
    let tried = kinds.iter().flat_map(|kind| (0..LENGTH * 11).map(|number| thing(kind, number)));
    let mut ids = Ids(&state, tried.collect());
    EntityKind::each(&mut ids);
    let Ids(_, mut ids) = ids;
    ids.extend(state.seen.iter().map(|(_, row)| row.id));
    ids.remove(&Uuid::nil());
    ids
}

/// What holds for everybody and not for one thing.
fn is_rule(event: &Event) -> bool {
    let kind = &event.kind;
    let rule = matches!(kind, Kind::PolicyAdopted(_) | Kind::RulesAdopted(_) | Kind::KeyAnnounced(_));
    rule || ["loan_terms_adopted", "rate_published", "waiver_adopted"].contains(&kind.name())
}

/// A ledger that was told of other things first numbers everything differently, and differs by those other things alone.
#[test]
fn numbers_that_moved_are_no_difference() {
    for (said, other) in [(awards(5), awards(6)), (awards(6), awards(5)), (year(2), year(3)), (awards(5), year(3))] {
        let (rules, rest): (Vec<Said>, Vec<Said>) = said.into_iter().partition(|(_, event)| is_rule(event));
        let other: Vec<Said> = elsewhere(&other).into_iter().filter(|(_, event)| !is_rule(event)).collect();
        let others = rules.len()..rules.len() + other.len();
        let all = [rules, other, rest].concat();
        let (without, with) = (folded(&all, |at| others.contains(&at)), folded(&all, |_| false));
        let diff = compare(&without, &with, ALL);
        assert_eq!(diff.entries.only_to.count, others.len() as u64);
        assert_eq!((diff.entries.only_from.count, diff.entries.judged.clone()), (0, Default::default()));
        // What nobody registered is booked to the one unit that stands for all such, and what was lent by nobody knows whom, to its fund.
        let fund = portfolio_id(Uuid::nil(), LoanKind::Origin);
        let old = diff.entities.iter().filter(|entity| entity.change != Change::New);
        let wrong: Vec<_> = old.filter(|entity| !entity.id.is_nil() && entity.id != fund).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let known = diff.balances.iter().filter(|row| row.in_from.is_some());
        let nobodys = |row: &BalanceDiff| {
            let account = with.accounts.get(row.in_to.expect("nothing goes"));
            let owner = with.owner_id(row.in_to.expect("nothing goes"));
            owner == fund || account.owner == 0 && matches!(account.class.owner(), Owner::Org | Owner::Application)
        };
        let strange: Vec<_> = known.filter(|row| !nobodys(row)).collect();
        assert!(strange.is_empty(), "{strange:#?}");
        assert!(without.seen.iter().filter(|(_, seen)| seen.verdict == WITHHELD).count() == others.len());
        let new: u64 = diff.kinds.iter().map(|kind| kind.new).sum();
        assert!(new > 50, "hardly anything moved: {new}");
    }
}

#[test]
fn a_state_does_not_differ_from_itself() {
    for said in histories() {
        let leave = |at: usize| at % 5 == 3;
        let (one, other) = (folded(&said, leave), folded(&said, leave));
        let diff = compare(&one, &other, ALL);
        assert!(diff.is_empty(), "{diff:?}");
        assert!(diff.sums.iter().all(|sum| sum.from == sum.to));
    }
}

#[test]
fn an_entry_left_out_is_found_with_what_it_did() {
    let said = awards(2);
    let live = prefix(&said, said.len());
    let posted = live.seen.iter().filter(|(_, seen)| seen.verdict == 0).map(|(at, _)| at.number() as usize);
    for left in posted.step_by(9) {
        let without = folded(&said, |at| at == left);
        let diff = compare(&live, &without, ALL);
        let first = diff.entries.only_from.first.first().expect("it is missing");
        assert_eq!((first.index, first.from, first.to), (left as u64, Some(0), None));
        let differently = live
            .seen
            .iter()
            .zip(without.seen.iter())
            .filter(|((at, a), (_, b))| at.number() as usize != left && a.verdict != b.verdict);
        assert_eq!(diff.entries.judged.count, differently.count() as u64);
        let sum: i128 = diff.balances.iter().map(|row| row.to - row.from).sum();
        assert_eq!(sum, 0, "each book balances on both sides");
    }
}
