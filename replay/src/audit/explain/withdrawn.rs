//! What an entry took back, or by which it was taken back itself, put in words. A ledger in operation knows both; of a record alone
//! it is read besides, as an entry is explained there with what was known when it was folded.

use std::ops::ControlFlow;

use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::money::Day;
use ledger::outcome::Now;
use ledger::state::State;
use ledger::state::entry_rows::{DUPLICATE, POSTED};
use uuid::Uuid;

use super::event_fields::fields_of;
use super::facts::Fact;
use crate::engine::catch_up::each_entry;
use crate::engine::folded::folded;
use crate::engine::{Engine, EngineError, Options, Recorded};

/// The fact that an entry does not count any more, or which entry it took back; none of others.
pub(super) fn withdrawal_of(engine: &Engine, recorded: &Recorded) -> Result<Option<Fact>, EngineError> {
    if let Some(taken) = taken_by(&engine.read(), recorded) {
        return Ok(engine.recorded(taken)?.map(|taken| takes_back(&taken)));
    }
    let by = by_which(&engine.read(), recorded);
    let Some(by) = by.map(|by| engine.recorded(by)).transpose()?.flatten() else {
        return Ok(with_another(&engine.read(), recorded));
    };
    Ok(Some(taken_back(&engine.read(), &by)))
}

/// The same of a record alone, of an entry that `state` has folded. `later` are entries behind it that may have taken it back.
pub(super) fn withdrawal_on_record(
    options: &Options,
    state: &State,
    recorded: &Recorded,
    later: &[Recorded],
) -> Result<Option<Fact>, EngineError> {
    if let Some(taken) = taken_by(state, recorded) {
        return Ok(read(options, taken)?.map(|taken| takes_back(&taken)));
    }
    let Some(last) = later.last() else { return Ok(None) };
    // Whether one of them was posted is known to whoever has folded them, which is worth while only where there are any.
    let then = folded_with(options, last.index)?;
    let by = by_which(&then, recorded);
    let by = by.and_then(|by| later.iter().find(|later| later.index == by));
    Ok(by.map(|by| taken_back(&then, by)))
}

/// The id of the entry that takes another back: its key is the id of that one, and it has no second edition.
pub(super) fn id_of_withdrawal(entry: Uuid) -> Uuid {
    let (reason, document) = (Reason::Mistyped, String::new());
    Event::said(Day::default(), Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason, document })).id
}

/// The entry that a withdrawal took back, if it was posted.
fn taken_by(state: &State, recorded: &Recorded) -> Option<u64> {
    let Kind::EntryWithdrawn(withdrawn) = &recorded.event.kind else { return None };
    let posted = state.seen_at(recorded.index).is_some_and(|seen| seen.verdict == 0);
    state.seen.find(withdrawn.entry).map(u64::from).filter(|_| posted)
}

/// The entry by which another was taken back, if it was.
fn by_which(state: &State, recorded: &Recorded) -> Option<u64> {
    let withdrawn = state.seen_at(recorded.index).is_some_and(|seen| seen.now() == Now::Withdrawn);
    state.seen.find(id_of_withdrawal(recorded.event.id)).map(u64::from).filter(|_| withdrawn)
}

/// That an entry does not count any more for what it belongs to: its set was cancelled, or it repeats what was taken back.
fn with_another(state: &State, recorded: &Recorded) -> Option<Fact> {
    let seen = state.seen_at(recorded.index)?;
    let fact = |zh: String, en: String| Some(Fact { name: "withdrawn", zh, en });
    match seen.verdict {
        POSTED if state.now_of(&recorded.event, seen) == Now::Withdrawn => {
            let en = "the roster, application or claim it is part of was cancelled, and it counts no more";
            fact("所属花名册、申请或申报已作废，不再计入".to_owned(), en.to_owned())
        }
        DUPLICATE => {
            let first = state.seen.by_id(recorded.event.id);
            let taken = first.filter(|(_, first)| state.now_of(&recorded.event, first) == Now::Withdrawn);
            let first = match (first, taken) {
                (_, Some((first, _))) => u64::from(first),
                (Some(_), None) => return None,
                (None, None) => state.withdrawn_beside(recorded.event.id, seen.content)?,
            };
            let en = format!("it repeats entry {first}, which was taken back and counts no more");
            fact(format!("与第 {first} 号记录重复，该记录已撤销，不再计入"), en)
        }
        _ => None,
    }
}

fn taken_back(state: &State, by: &Recorded) -> Fact {
    let fields = fields_of(state, by);
    let field = |name| fields.iter().find(|field| field.name == name).map_or("", |field| field.value.as_str());
    let (index, reason, document) = (by.index, field("reason"), field("document"));
    Fact {
        name: "withdrawn",
        zh: format!("已由第 {index} 号记录撤销，不再计入；理由：{reason}；文号：{document}"),
        en: format!("taken back by entry {index} and counts no more; reason: {reason}; document: {document}"),
    }
}

fn takes_back(taken: &Recorded) -> Fact {
    let (zh, kind, day) = (taken.event.kind.name_zh(), taken.event.kind.name(), taken.event.effective);
    Fact {
        name: "takes_back",
        zh: format!("撤销第 {} 号记录：{day} {zh}", taken.index),
        en: format!("takes back entry {}: {kind} of {day}", taken.index),
    }
}

/// One entry of a record.
fn read(options: &Options, index: u64) -> Result<Option<Recorded>, EngineError> {
    let mut found = None;
    each_entry(options, &mut |_| {}, &mut |entry| {
        if entry.index < index {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(Recorded::of(&entry));
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// The ledger as it was after an entry of a record.
fn folded_with(options: &Options, index: u64) -> Result<State, EngineError> {
    let mut state = State::default();
    each_entry(options, &mut |_| {}, &mut |entry| {
        let _ = folded(&mut state, &entry)?;
        Ok(if entry.index < index { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(state)
}
