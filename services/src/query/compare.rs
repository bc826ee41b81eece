//! What differs between two points in time, and which entries made it differ. The comparison is `replay`'s; here it takes its
//! wire shape.

use super::QueryError;
use super::asked::Asked;
use super::page::{Cursor, Pager, paged};
use crate::wire;
use ledger::account::AccountNo;
use ledger::money::held;
use ledger::outcome::Code;
use ledger::state::State;
use ledger::state::entry_rows::{BESIDE, DUPLICATE, WITHDRAWN};
use proto::v1;
use replay::audit::diff;
use replay::audit::diff::{BalanceDiff, Change, Differences, EntityDiff, EntrySides, Few, KindCount, Rows, SumDiff};
use replay::engine::Engine;
use replay::engine::past::{Alone, View};
use replay::point::Point;
use std::collections::BTreeSet;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

/// Entries named with each balance and entity: enough to begin looking, balances say how many there are.
const FEW: usize = 5;

/// Rows of a page at most: each may have postings to be read from the disk.
const MOST_ROWS: u32 = 200;

paged!(CompareRequest, MOST_ROWS);

/// What a comparison is asked of.
pub struct Sides {
    /// The first point.
    pub from: Asked,
    /// The second.
    pub to: Asked,
    /// Given back with the states, as each may take the memory of the ledger.
    pub turn: OwnedSemaphorePermit,
}

/// The points a page is of. Where one of them takes in more as time goes by, further pages stay at what the first one knew.
///
/// # Errors
/// The token is none of this question.
pub fn points(request: &v1::CompareRequest) -> Result<[Option<v1::Point>; 2], QueryError> {
    let pager = Pager::open(request, u64::MAX)?;
    let fixed = |at: Option<v1::Point>, entries: Option<u64>| {
        let at = at.unwrap_or_default();
        // A side without entries has none to name, and lies before all that may still come.
        let last = entries.and_then(|entries| entries.checked_sub(1));
        Some(last.map_or(at, |last| v1::Point { at_index: Some(last), recorded_until_ms: 0, ..at }))
    };
    let from = pager.after.map(|cursor| cursor.carry.cast_unsigned());
    Ok([fixed(request.from, from), fixed(request.to, pager.then)])
}

/// Compares two points.
///
/// # Errors
/// A point is not at hand any more, the token is of another question, or pages or files cannot be read.
pub fn compare(sides: &Sides, request: &v1::CompareRequest) -> Result<v1::CompareResponse, QueryError> {
    let Sides { from, to, .. } = sides;
    let engine = &from.engine;
    let pager = Pager::open(request, engine.read().entries)?;
    let rows = Rows { skip: pager.after_key().unwrap_or(0), take: pager.rows };
    let (mut answer, found) = {
        let one = from.state()?;
        let other = to.state_beside(&one)?;
        let found = diff::compare_rows(&one, &other, rows);
        let mut answer = answered(&one, &other, &found);
        (answer.from, answer.to) = (Some(side(&one)), Some(side(&other)));
        answer.as_of = other.entries;
        (answer, found)
    };
    let entries = |side: &Option<v1::ComparedSide>| side.map_or(0, |side| side.entries);
    let (known_from, known_to) = (entries(&answer.from), entries(&answer.to));
    // Pages and files may come from the disk, so the fold is not kept waiting for them.
    let one = Point { entries: Some(known_from), ..from.point() };
    let other = Point { entries: Some(known_to), ..to.point() };
    answer.balances.iter_mut().try_for_each(|row| put_postings(engine, row, &one, &other))?;
    put_naming(engine, &mut answer.entities, &one, &other)?;
    let shown = rows.skip.saturating_add(rows.take as u64);
    if shown < found.balance_count.max(found.entity_count()) {
        answer.next_page_token = pager.token_of(Cursor { key: shown, carry: known_from.cast_signed() }, known_to);
    }
    Ok(answer)
}

fn side(view: &View<'_>) -> v1::ComparedSide {
    let (withheld, changed) = match view {
        View::Now(_) => (0, 0),
        View::Past(past) => (past.withheld, past.changed),
    };
    v1::ComparedSide { entries: view.entries, withheld, changed }
}

fn answered(from: &State, to: &State, found: &Differences) -> v1::CompareResponse {
    v1::CompareResponse {
        sums: found.sums.iter().map(sum).collect(),
        balances: found.balances.iter().map(|row| balance(from, to, row)).collect(),
        balance_count: found.balance_count,
        entities: found.entities.iter().map(entity).collect(),
        entity_counts: found.kinds.iter().map(count).collect(),
        only_from: Some(some(&found.entries.only_from)),
        only_to: Some(some(&found.entries.only_to)),
        judged: Some(some(&found.entries.judged)),
        ..v1::CompareResponse::default()
    }
}

fn sum(sum: &SumDiff) -> v1::SumDifference {
    v1::SumDifference {
        book: sum.class.book().name().to_owned(),
        class: sum.class.name().to_owned(),
        class_zh: sum.class.name_zh().to_owned(),
        from_fen: sum.from.to_string(),
        to_fen: sum.to.to_string(),
    }
}

fn balance(from: &State, to: &State, row: &BalanceDiff) -> v1::BalanceDifference {
    let before = || row.in_from.map(|number| wire::account(from, number));
    v1::BalanceDifference {
        account: row.in_to.map(|number| wire::account(to, number)).or_else(before),
        from_fen: held(row.from),
        to_fen: held(row.to),
        difference_fen: held(row.to - row.from),
        ..v1::BalanceDifference::default()
    }
}

fn entity(row: &EntityDiff) -> v1::EntityDifference {
    let difference = match row.change {
        Change::New => v1::Difference::New,
        Change::Gone => v1::Difference::Gone,
        Change::Changed => v1::Difference::Changed,
    };
    v1::EntityDifference {
        kind: row.kind.name().to_owned(),
        kind_zh: row.kind.name_zh().to_owned(),
        difference: difference.into(),
        id: wire::id(row.id),
        number: row.number,
        name: row.name.clone(),
        last_from: row.last_from,
        last_to: row.last_to,
        ..v1::EntityDifference::default()
    }
}

fn count(kind: &KindCount) -> v1::EntityCount {
    let KindCount { kind, new, gone, changed } = *kind;
    v1::EntityCount { kind: kind.name().to_owned(), kind_zh: kind.name_zh().to_owned(), new, gone, changed }
}

fn some(few: &Few) -> v1::SomeEntries {
    v1::SomeEntries { count: few.count, first: few.first.iter().map(compared).collect() }
}

fn compared(entry: &EntrySides) -> v1::ComparedEntry {
    let (from, from_code) = outcome(entry.from);
    let (to, to_code) = outcome(entry.to);
    v1::ComparedEntry {
        index: entry.index,
        event: wire::id(entry.event),
        from: from.into(),
        to: to.into(),
        from_code,
        to_code,
    }
}

fn outcome(verdict: Option<u8>) -> (v1::Outcome, String) {
    match verdict {
        None => (v1::Outcome::Unspecified, String::new()),
        Some(0 | WITHDRAWN | BESIDE) => (v1::Outcome::Posted, String::new()),
        Some(DUPLICATE) => (v1::Outcome::Duplicate, String::new()),
        Some(code) => (v1::Outcome::Refused, Code::try_from(code).map_or("", Code::name).to_owned()),
    }
}

/// Says which postings made a balance differ. An account may go by another number in a past of a day, so it is found by its
/// owner; postings are kept by the number it has now.
fn put_postings(engine: &Engine, row: &mut v1::BalanceDifference, from: &Point, to: &Point) -> Result<(), QueryError> {
    let Some(number) = row.account.as_ref().and_then(|account| number(&engine.read(), account)) else { return Ok(()) };
    let between = engine.postings_between(number, from, to, FEW)?;
    row.posting_count = between.count;
    row.counted_in_part = between.in_part;
    let state = engine.read();
    row.postings = between.first.iter().map(|alone| posting(&state, alone)).collect();
    Ok(())
}

fn number(state: &State, account: &v1::Account) -> Option<AccountNo> {
    let owner = Uuid::from_slice(&account.owner).unwrap_or_default();
    wire::find_account(state, owner, &account.class)
}

fn posting(state: &State, alone: &Alone) -> v1::CountedPosting {
    let Alone { row, in_to } = alone;
    let event = wire::event_id(state, row.index);
    v1::CountedPosting {
        index: row.index,
        event: wire::id(event),
        booked: row.booked.yyyymmdd(),
        effective: row.effective.yyyymmdd(),
        fen: row.fen,
        in_to: *in_to,
    }
}

/// Says which entries name the entities of a page.
fn put_naming(engine: &Engine, rows: &mut [v1::EntityDifference], from: &Point, to: &Point) -> Result<(), QueryError> {
    let id = |row: &v1::EntityDifference| Uuid::from_slice(&row.id).unwrap_or_default();
    let ids: BTreeSet<Uuid> = rows.iter().map(id).collect();
    let found = engine.naming_between(&ids, from, to, FEW)?;
    for row in rows {
        match &found {
            Some(found) => row.named_by = found.get(&id(row)).cloned().unwrap_or_default(),
            None => row.not_looked_for = true,
        }
    }
    Ok(())
}
