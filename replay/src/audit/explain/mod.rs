//! Why an entry was posted or refused, in words an official understands: what was said, by whom, what came of it, the
//! facts it rests on, and what moved. Nothing is decided here; figures come from the fold, or from its own functions.

mod basis;
mod compared;
mod lending;
mod offline;
mod said;
mod sentences;
pub mod sheet;
mod touched;
mod words;

#[cfg(test)]
mod tests;

pub use basis::Basis;
pub use compared::Compared;
pub use offline::{Wanted, explain_record};
pub use said::Said;
pub use sentences::{finding_en, remedy_zh};
pub use touched::Moved;
pub use words::kind_zh;

use ledger::money::Day;
use ledger::outcome::{Code, Refusal};
use ledger::state::State;
use ledger::state::rows::DUPLICATE;
use ledger::state::table::{Row, Table};
use uuid::Uuid;

use crate::engine::{Engine, EngineError, Recorded};
use crate::pages::posting_row::EntryRow;

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// Done.
    Posted,
    /// Said before.
    Duplicate {
        /// Index of the entry that said it first.
        first: u64,
        /// Why that was refused, if it was.
        refused: Option<Code>,
    },
    /// Turned away.
    Refused(Refusal),
}

/// Everything there is to say about one entry.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Its index.
    pub index: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
    /// Who said it.
    pub principal: String,
    /// Id of the event.
    pub event: Uuid,
    /// Kind of the event, by its stable name.
    pub kind: &'static str,
    /// The same in Chinese.
    pub kind_zh: &'static str,
    /// Whether it reports what happened rather than asks for something.
    pub report: bool,
    /// The day on which it counts.
    pub effective: Day,
    /// What was said, field by field.
    pub said: Vec<Said>,
    /// What came of it.
    pub told: Told,
    /// The two figures a refusal compared.
    pub compared: Option<Compared>,
    /// The facts it rests on.
    pub basis: Vec<Basis>,
    /// What it posted.
    pub moved: Vec<Moved>,
    /// Numbers of the findings it opened.
    pub findings: Vec<u32>,
    /// Entries that were known when the facts were gathered: the index of the entry if it was folded for this, more if
    /// the facts are those of a ledger that has gone on.
    pub known: u64,
}

/// Explains an entry of a ledger in operation; `None` if so many are not folded yet. Facts are those on record when the
/// entry was folded as far as the record tells them apart by entry, and those known now for the rest. Blocks: not for
/// async tasks.
///
/// # Errors
/// The record or the pages cannot be read.
pub fn explain(engine: &Engine, index: u64) -> Result<Option<Explanation>, EngineError> {
    let Some(recorded) = engine.recorded(index)? else { return Ok(None) };
    let posted = matches!(told(&engine.read(), &recorded), Told::Posted);
    let rows = if posted { touched::rows_of(engine, &recorded)? } else { Vec::new() };
    let state = engine.read();
    let (known, facts) = (state.entries, basis::basis(&state, &recorded));
    Ok(Some(of(&state, &recorded, &rows, known, facts)))
}

/// Puts an explanation together from the state after the entry, or a later one, and the facts gathered for it.
fn of(state: &State, recorded: &Recorded, rows: &[EntryRow], known: u64, facts: Vec<Basis>) -> Explanation {
    let told = told(state, recorded);
    let compared = match &told {
        Told::Refused(refusal) => compared::compared(state, &recorded.event, refusal),
        _ => None,
    };
    let basis = match &told {
        // What a repetition rests on stands at the entry it repeats.
        Told::Duplicate { .. } => Vec::new(),
        Told::Refused(refusal) => basis::subject(state, refusal).into_iter().chain(facts).collect(),
        Told::Posted => facts,
    };
    Explanation {
        index: recorded.index,
        recorded_ms: recorded.recorded_ms,
        principal: recorded.principal.clone(),
        event: recorded.event.id,
        kind: recorded.event.kind.name(),
        kind_zh: kind_zh(recorded.event.kind.name()),
        report: recorded.event.kind.is_report(),
        effective: recorded.event.effective,
        said: said::said(state, recorded),
        told,
        compared,
        basis,
        moved: touched::moved(rows),
        findings: findings_at(state, recorded.index).collect(),
        known,
    }
}

/// What became of an entry, as the state remembers it.
fn told(state: &State, recorded: &Recorded) -> Told {
    let seen = u32::try_from(recorded.index).ok().filter(|at| *at < state.seen.next());
    let verdict = seen.map_or(0, |at| state.seen.get(at).verdict);
    let first = state.seen.find(recorded.event.id).unwrap_or_default();
    match verdict {
        0 => Told::Posted,
        DUPLICATE => {
            Told::Duplicate { first: first.into(), refused: Code::try_from(state.seen.get(first).verdict).ok() }
        }
        code => {
            let row = first_at(&state.refused, |row| row.index < recorded.index);
            let row = Some(row).filter(|row| *row < state.refused.next()).map(|row| state.refused.get(row));
            let known = row.filter(|row| row.index == recorded.index).map(|row| row.refusal);
            let code = Code::try_from(code).unwrap_or(Code::BadShape);
            Told::Refused(known.unwrap_or(Refusal::plain(code)))
        }
    }
}

/// Numbers of the findings an entry opened.
fn findings_at(state: &State, index: u64) -> impl Iterator<Item = u32> {
    let begin = first_at(&state.findings, |row| row.index < index);
    (begin..state.findings.next()).take_while(move |number| state.findings.get(*number).index == index)
}

/// The first row that is not before what is looked for, in a table whose rows ascend.
fn first_at<T: Row>(table: &Table<T>, before: impl Fn(&T) -> bool) -> u32 {
    let (mut low, mut high) = (0, table.next());
    while low < high {
        let middle = low + (high - low) / 2;
        if before(table.get(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
