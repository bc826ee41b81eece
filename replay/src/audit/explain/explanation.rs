//! One entry put in words: what was said, what came of it, and what that rests on, brought together from the state and the
//! record. Each of its parts is made in a file of its own.

use ledger::entry::Proof;
use ledger::handle::Handle;
use ledger::money::Day;
use ledger::outcome::{Code, Now, Refusal};
use ledger::state::State;
use ledger::state::entry_rows::{BESIDE, DUPLICATE, WITHDRAWN};
use ledger::state::rows::Finding;
use uuid::Uuid;

use super::by_index::findings_at;
use super::entry_postings::{self, Moved};
use super::event_fields::{self, SaidField};
use super::facts::Fact;
use super::refusal_figures::{ComparedFigures, compared};
use crate::engine::Recorded;
use crate::pages::posting_row::EntryRow;

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryOutcome {
    /// Done.
    Posted,
    /// Said before.
    Duplicate {
        /// Index of the latest entry known that said it and was judged; a later one if it was said again since.
        first: u64,
        /// How that stands.
        now: Now,
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
    /// How he showed that it is he.
    pub proof: Proof,
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
    pub said: Vec<SaidField>,
    /// What came of it.
    pub outcome: EntryOutcome,
    /// The two figures a refusal compared.
    pub compared: Option<ComparedFigures>,
    /// The facts it rests on.
    pub facts: Vec<Fact>,
    /// What it posted, in order.
    pub moved: Vec<Moved>,
    /// Numbers of the findings it opened.
    pub findings: Vec<Handle<Finding>>,
}

/// Puts an explanation together from the state after the entry and the facts gathered for it.
pub(super) fn of(state: &State, recorded: &Recorded, rows: &[EntryRow], facts: Vec<Fact>) -> Explanation {
    let outcome = outcome_of(state, recorded);
    let compared = match &outcome {
        EntryOutcome::Refused(refusal) => compared(state, &recorded.event, refusal),
        _ => None,
    };
    let facts = match &outcome {
        // What a repetition rests on is said of the entry it repeats.
        EntryOutcome::Duplicate { .. } => Vec::new(),
        EntryOutcome::Refused(refusal) => subject(state, refusal).into_iter().chain(facts).collect(),
        // What does not count rests on nothing; its finding says why.
        EntryOutcome::Posted if does_not_count(state, recorded.index) => Vec::new(),
        EntryOutcome::Posted => facts,
    };
    Explanation {
        index: recorded.index,
        recorded_ms: recorded.recorded_ms,
        principal: recorded.principal.clone(),
        proof: recorded.proof,
        event: recorded.event.id,
        kind: recorded.event.kind.name(),
        kind_zh: recorded.event.kind.name_zh(),
        report: recorded.event.kind.is_report(),
        effective: recorded.event.effective,
        said: event_fields::fields_of(state, recorded),
        outcome,
        compared,
        facts,
        moved: entry_postings::moved(rows),
        findings: findings_of(state, recorded),
    }
}

/// What a refusal is about, by the name people know it by.
fn subject(state: &State, refusal: &Refusal) -> Option<Fact> {
    // Nil is what stands for the unknown, which nobody asked about.
    let name = event_fields::name_of(state, refusal.subject).filter(|_| !refusal.subject.is_nil())?;
    Some(Fact { name: "subject", zh: format!("对象：{name}"), en: format!("it is about {name}") })
}

/// What became of an entry, as the state remembers it.
pub(super) fn outcome_of(state: &State, recorded: &Recorded) -> EntryOutcome {
    let verdict = state.seen_at(recorded.index).map_or(0, |seen| seen.verdict);
    match verdict {
        0 | WITHDRAWN | BESIDE => EntryOutcome::Posted,
        DUPLICATE => {
            let first = state.seen.by_id(recorded.event.id);
            let now = first.map_or(Now::Counts, |(_, seen)| state.now_of(&recorded.event, seen));
            let content = state.seen_at(recorded.index).map_or(0, |seen| seen.content);
            if let Some(first) = state.withdrawn_beside(recorded.event.id, content).filter(|_| first.is_none()) {
                return EntryOutcome::Duplicate { first, now: Now::Withdrawn };
            }
            match beside(state, recorded).filter(|_| now != Now::Withdrawn) {
                Some(first) => EntryOutcome::Duplicate { first, now: Now::Differs },
                None => EntryOutcome::Duplicate { first: first.map_or(0, |(at, _)| at.into()), now },
            }
        }
        code => {
            let at = state.refused.partition_point(|row| row.index < recorded.index);
            let row = state.refused.from(at).next().filter(|(_, row)| row.index == recorded.index);
            let known = row.map(|(_, row)| row.refusal);
            let code = Code::try_from(code).unwrap_or(Code::BadShape);
            EntryOutcome::Refused(known.unwrap_or(Refusal::plain(code)))
        }
    }
}

/// Whether an entry is on record with a finding alone, as the ledger holds other content or it is an edition out of its turn.
fn does_not_count(state: &State, index: u64) -> bool {
    state.seen_at(index).is_some_and(|seen| seen.verdict == BESIDE)
}

/// The findings an entry opened, or the one it falls under where one stands for all further contents of its id.
fn findings_of(state: &State, recorded: &Recorded) -> Vec<Handle<Finding>> {
    let opened: Vec<_> = findings_at(state, recorded.index).collect();
    if !opened.is_empty() || !does_not_count(state, recorded.index) {
        return opened;
    }
    state.disputes.by_id(recorded.event.id).and_then(|(_, row)| row.many.handle()).into_iter().collect()
}

/// The entry that first told the content of this one, if the ledger holds other content under its id.
fn beside(state: &State, recorded: &Recorded) -> Option<u64> {
    let content = state.seen_at(recorded.index)?.content;
    let (_, dispute) = state.disputes.by_id(recorded.event.id)?;
    let told = dispute.versions.iter().find(|version| version.content == content);
    told.map(|version| version.index).filter(|first| *first < recorded.index)
}
