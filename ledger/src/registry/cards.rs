//! Cards and who uses them: bound, replaced. A card may be several persons', as a guardian's is; binding it to another takes it
//! from nobody. Under whichever of his ids it was told, it is told of the human. Reports, never refused.

use super::people::{mentioned, open, unmention};
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched, Wanted};
use crate::entry::Entry;
use crate::event::{CardBound, CardRelation, CardReplaced};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::human::Human;
use crate::state::rows::{Card, CardUse, Person};
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What counts of one card: who may be paid on it is found by going through all of it.
const USES_MAX: usize = 64;

pub(crate) enum CardChange {
    Bind(CardBound),
    /// The new card is to the person what the old one was.
    Replace {
        event: CardReplaced,
        relation: CardRelation,
    },
    /// What an entry told of a card, and of the one it replaced, if it did.
    Gone {
        person: Handle<Person>,
        cards: Vec<Handle<Card>>,
        told_by: Handle<Seen>,
    },
}

pub(crate) fn judge_card_bound(case: &Case<'_>, event: &CardBound) -> Judged<CardChange> {
    let &CardBound { person, card, .. } = event;
    let known = case.state.cards.by_id(card).map(|(_, row)| row);
    if known.is_some_and(|row| row.uses.len() >= USES_MAX) {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, card)));
    }
    let mut change = Change::of(CardChange::Bind(event.clone()));
    change.findings = mentioned(case.state, person);
    // A card nobody used before is nobody else's.
    change.touched.extend(known.map(|_| Touched::Card(card)));
    Ok(change)
}

/// The old card is the person's no longer from that day on, whatever was told of it before.
pub(crate) fn judge_card_replaced(case: &Case<'_>, event: &CardReplaced) -> Judged<CardChange> {
    let (state, &CardReplaced { person, old, new }) = (case.state, event);
    if let Some(full) = [old, new].into_iter().find(|card| is_full(state, *card)) {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, full)));
    }
    let human = human(state, person);
    let known = state.cards.by_id(old).and_then(|(_, card)| card.used_by(&human, case.on()));
    let relation = known.unwrap_or_default();
    let mut change = Change::of(CardChange::Replace { event: event.clone(), relation });
    change.findings = mentioned(state, person);
    change.touched = [Touched::Card(old), Touched::Card(new)].into();
    Ok(change)
}

fn is_full(state: &State, card: Uuid) -> bool {
    state.cards.by_id(card).is_some_and(|(_, card)| card.uses.len() >= USES_MAX)
}

/// All ids of the human whom a report names by one of them; none if nobody named that before.
fn human(state: &State, person: Uuid) -> Human {
    state.persons.find(person).map_or_else(Human::new, |person| state.human(person))
}

/// What a card may call for.
pub(crate) const OF_CARD: [FindingKind; 2] = [FindingKind::CardShared, FindingKind::UnknownSubject];

/// What a card calls for: that two call it their own, and that somebody had another in its place whose it was not.
pub(crate) fn wanted(state: &State, card: &Card) -> Vec<Wanted> {
    let shared = shared_from(state, card).map(|fact| (fact.entry.into(), fact.on));
    let mut wanted: Vec<Wanted> = shared.map(|told| (FindingKind::CardShared, Some(told))).into_iter().collect();
    for (at, ends) in card.uses.iter().enumerate().filter(|(_, fact)| !fact.begins) {
        let human = state.human_root(ends.person);
        let before = |(place, fact): &(usize, &CardUse)| *place < at || (fact.begins && fact.on == ends.on);
        let of_his = |(_, fact): &(usize, &CardUse)| state.human_root(fact.person) == human;
        let last = card.uses.iter().enumerate().filter(before).rfind(of_his);
        if !last.is_some_and(|(_, fact)| fact.begins) {
            wanted.push((FindingKind::UnknownSubject, Some((ends.entry.into(), ends.on))));
        }
    }
    wanted
}

/// From when two humans at one time both call a card their own: somebody should look. A guardian's or a sibling's card may be
/// several's. On one day what ends comes before what begins.
fn shared_from<'a>(state: &State, card: &'a Card) -> Option<&'a CardUse> {
    let mut owners: SmallVec<[Handle<Person>; 2]> = SmallVec::new();
    card.uses.iter().find(|fact| {
        let human = state.human_root(fact.person);
        owners.retain(|owner| *owner != human);
        if fact.begins && fact.relation == CardRelation::Own {
            owners.push(human);
        }
        owners.len() > 1
    })
}

/// The cards that any of these ids shares: whether two humans do changes when ids turn out to be one, and back.
pub(crate) fn shared_by(state: &State, ids: impl IntoIterator<Item = Handle<Person>>) -> BTreeSet<Handle<Card>> {
    ids.into_iter().flat_map(|one| state.shared_cards(one).iter().copied()).collect()
}

/// A binding goes out, or a replacement with both its sides.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<CardChange> {
    let (state, told_by) = (case.state, taken.entry);
    let Some(card) = state.cards.handle(taken.subject) else { return Ok(Change::nothing()) };
    let Some(told) = state.cards.get(card).uses.iter().find(|fact| fact.entry == told_by) else {
        return Ok(Change::nothing());
    };
    taken.on(case, told.on)?;
    let cards: Vec<_> = [Some(card), told.replaces.handle()].into_iter().flatten().collect();
    let touched = cards.iter().map(|card| Touched::Card(state.cards.get(*card).id)).collect();
    Ok(Change { touched, ..Change::of(CardChange::Gone { person: told.person, cards, told_by }) })
}

/// The card, if this person may be paid on it on a day.
pub(crate) fn payable(state: &State, person: Handle<Person>, card: Uuid, on: Day) -> Result<Handle<Card>, Refusal> {
    let (handle, row) = state.cards.by_id(card).ok_or(Refusal::of(Code::UnknownCard, card))?;
    let used = row.used_by(&state.human(person), on);
    used.map(|_| handle).ok_or(Refusal::of(Code::CardNotPayees, card))
}

/// Makes the change; the card it binds, if it binds one.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: CardChange) -> Option<Handle<Card>> {
    let (index, on, told_by) = (entry.index, entry.event.effective, Seen::place(entry));
    match change {
        CardChange::Bind(CardBound { person, card, relation }) => {
            let person = open(state, person, index);
            let fact = CardUse { person, on, entry: told_by, begins: true, relation, replaces: Link::NONE };
            Some(note(state, entry, card, fact))
        }
        CardChange::Replace { event: CardReplaced { person, old, new }, relation } => {
            let person = open(state, person, index);
            let ends = CardUse { person, on, entry: told_by, begins: false, relation, replaces: Link::NONE };
            let replaces = note(state, entry, old, ends).into();
            Some(note(state, entry, new, CardUse { begins: true, replaces, ..ends }))
        }
        CardChange::Gone { person, cards, told_by } => {
            for card in cards {
                let row = state.cards.get_mut(card);
                row.uses.retain(|fact| fact.entry != told_by);
                row.last = index;
            }
            unmention(state, person, told_by);
            None
        }
    }
}

/// Puts a fact in its place among those of its card, which is made if nothing named it before.
fn note(state: &mut State, entry: &Entry<'_>, id: Uuid, fact: CardUse) -> Handle<Card> {
    let (index, told) = (entry.index, entry.event.id);
    let found = state.cards.find(id);
    let card = found.unwrap_or_else(|| state.cards.push(Card { id, uses: Default::default(), last: index }));
    let (row, seen) = (state.cards.get_mut(card), &state.seen);
    // What is alike goes by the ids of the entries, whichever was told first.
    let is_before = |other: &CardUse| match (other.on, other.begins).cmp(&(fact.on, fact.begins)) {
        Ordering::Equal => other.entry < seen.next() && seen.get(other.entry).id < told,
        order => order.is_lt(),
    };
    let at = row.uses.partition_point(is_before);
    row.uses.insert(at, fact);
    row.last = index;
    if row.uses.len() > 1 {
        state.note_sharers(card);
    }
    card
}
