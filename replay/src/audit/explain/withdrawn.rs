//! What an entry took back, or by which it was taken back itself, put in words. Asked of a ledger in operation, which knows both.

use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::money::Day;
use ledger::outcome::Now;
use ledger::state::State;
use uuid::Uuid;

use super::event_fields::fields_of;
use super::facts::Fact;
use crate::engine::{Engine, EngineError, Recorded};

/// The fact that an entry does not count any more, or which entry it took back; none of others.
pub(super) fn withdrawal_of(engine: &Engine, recorded: &Recorded) -> Result<Option<Fact>, EngineError> {
    if let Kind::EntryWithdrawn(withdrawn) = &recorded.event.kind {
        let taken = engine.read().seen.find(withdrawn.entry).map(u64::from);
        return taken.map_or(Ok(None), |taken| takes_back(engine, recorded.index, taken));
    }
    let by = {
        let state = engine.read();
        let withdrawn = state.seen_at(recorded.index).is_some_and(|seen| seen.now() == Now::Withdrawn);
        if withdrawn { state.seen.find(id_of_withdrawal(recorded.event.id)).map(u64::from) } else { None }
    };
    let Some(by) = by.map(|by| engine.recorded(by)).transpose()?.flatten() else { return Ok(None) };
    let fields = fields_of(&engine.read(), &by);
    let field = |name| fields.iter().find(|field| field.name == name).map_or("", |field| field.value.as_str());
    let (index, reason, document) = (by.index, field("reason"), field("document"));
    Ok(Some(Fact {
        name: "withdrawn",
        zh: format!("已由第 {index} 号记录撤销，不再计入；理由：{reason}；文号：{document}"),
        en: format!("taken back by entry {index} and counts no more; reason: {reason}; document: {document}"),
    }))
}

/// Which entry a withdrawal took back, if it was posted.
fn takes_back(engine: &Engine, index: u64, taken: u64) -> Result<Option<Fact>, EngineError> {
    let posted = |state: &State| state.seen_at(index).is_some_and(|seen| seen.verdict == 0);
    let Some(taken) = engine.recorded(taken)?.filter(|_| posted(&engine.read())) else { return Ok(None) };
    let (zh, kind, day) = (taken.event.kind.name_zh(), taken.event.kind.name(), taken.event.effective);
    Ok(Some(Fact {
        name: "takes_back",
        zh: format!("撤销第 {} 号记录：{day} {zh}", taken.index),
        en: format!("takes back entry {}: {kind} of {day}", taken.index),
    }))
}

/// The id of the entry that takes another back: its key is the id of that one, and it has no second edition.
fn id_of_withdrawal(entry: Uuid) -> Uuid {
    let (reason, document) = (Reason::Mistyped, String::new());
    Event::said(Day::default(), Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason, document })).id
}
