//! Cards and who uses them: bound, replaced. A card may be several persons', as a guardian's is; binding it to another takes it
//! from nobody. Reports, never refused.

use super::people::{mentioned, open, unmention};
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched};
use crate::entry::Entry;
use crate::event::{CardBound, CardReplaced};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Card, CardUse, Person};
use smallvec::SmallVec;
use uuid::Uuid;

/// What counts of one card: who may be paid on it is found by going through all of it.
const USES_MAX: usize = 64;

pub(crate) enum CardChange {
    Bind {
        person: Uuid,
        card: Uuid,
    },
    Replace {
        person: Uuid,
        old: Uuid,
        new: Uuid,
    },
    /// What an entry told of a card, and of the one it replaced, if it did.
    Gone {
        person: Handle<Person>,
        cards: Vec<Handle<Card>>,
        told_by: Handle<Seen>,
    },
}

pub(crate) fn judge_card_bound(case: &Case<'_>, event: &CardBound) -> Judged<CardChange> {
    let &CardBound { person, card } = event;
    if is_full(case.state, card) {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, card)));
    }
    let mut change = Change::of(CardChange::Bind { person, card });
    change.findings = mentioned(case.state, person);
    change.touched.push(Touched::Card(card));
    Ok(change)
}

/// The old card is the person's no longer from that day on, whatever was told of it before.
pub(crate) fn judge_card_replaced(case: &Case<'_>, event: &CardReplaced) -> Judged<CardChange> {
    let (state, &CardReplaced { person, old, new }) = (case.state, event);
    if let Some(full) = [old, new].into_iter().find(|card| is_full(state, *card)) {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, full)));
    }
    let mut change = Change::of(CardChange::Replace { person, old, new });
    change.findings = mentioned(state, person);
    change.touched = [Touched::Card(old), Touched::Card(new)].into();
    let theirs = state.persons.find(person).zip(state.cards.by_id(old));
    if !theirs.is_some_and(|(person, (_, card))| card.is_used_by(person, case.on())) {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, old));
    }
    Ok(change)
}

fn is_full(state: &State, card: Uuid) -> bool {
    state.cards.by_id(card).is_some_and(|(_, card)| card.uses.len() >= USES_MAX)
}

/// Whether two persons use a card at one time: it may be a guardian's, and somebody should look. On one day what ends comes
/// before what begins.
pub(crate) fn is_shared(card: &Card) -> bool {
    let mut users: SmallVec<[Handle<Person>; 2]> = SmallVec::new();
    card.uses.iter().any(|fact| {
        users.retain(|user| *user != fact.person);
        if fact.begins {
            users.push(fact.person);
        }
        users.len() > 1
    })
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
    if row.is_used_by(person, on) { Ok(handle) } else { Err(Refusal::of(Code::CardNotPayees, card)) }
}

/// Makes the change; the card it binds, if it binds one.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: CardChange) -> Option<Handle<Card>> {
    let (index, on, told_by) = (entry.index, entry.event.effective, state.seen.next());
    match change {
        CardChange::Bind { person, card } => {
            let person = open(state, person, index);
            let fact = CardUse { person, on, entry: told_by, begins: true, replaces: Link::NONE };
            Some(note(state, card, fact, index))
        }
        CardChange::Replace { person, old, new } => {
            let person = open(state, person, index);
            let ends = CardUse { person, on, entry: told_by, begins: false, replaces: Link::NONE };
            let replaces = note(state, old, ends, index).into();
            Some(note(state, new, CardUse { begins: true, replaces, ..ends }, index))
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
fn note(state: &mut State, id: Uuid, fact: CardUse, index: u64) -> Handle<Card> {
    let found = state.cards.find(id);
    let card = found.unwrap_or_else(|| state.cards.push(Card { id, uses: Default::default(), last: index }));
    let row = state.cards.get_mut(card);
    let at = row.uses.partition_point(|other| (other.on, other.begins) <= (fact.on, fact.begins));
    row.uses.insert(at, fact);
    row.last = index;
    card
}
