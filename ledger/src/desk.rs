//! The desk of findings: somebody explains one, another closes it. What a finding says is a matter of the facts and not asked here:
//! one that facts no longer call for is settled by itself, and one that comes up anew is open again, whoever closed it.

use crate::change::{Case, Change, Judged, Taken, Touched};
use crate::entry::Entry;
use crate::event::{FindingClosed, FindingExplained, KindTag};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::case_rows::{CaseNote, FindingCase};
use crate::state::entry_rows::Seen;
use crate::state::rows::Finding;
use uuid::Uuid;

pub(crate) enum DeskChange {
    Explain { finding: Handle<Finding>, reason: String, document: String },
    Close { finding: Handle<Finding>, reason: String, document: String },
    Unexplain(Handle<FindingCase>),
    Reopen(Handle<FindingCase>),
}

pub(crate) fn judge_finding_explained(case: &Case<'_>, event: &FindingExplained) -> Judged<DeskChange> {
    let finding = find(case.state, event.entry, &event.kind, event.subject)?;
    let (reason, document) = (event.reason.clone(), event.document.clone());
    Ok(Change::of(DeskChange::Explain { finding, reason, document }))
}

/// What nobody explained is not closed, nor by whoever explained it, nor while money stands in suspense because of it.
pub(crate) fn judge_finding_closed(case: &Case<'_>, event: &FindingClosed) -> Judged<DeskChange> {
    let state = case.state;
    let finding = find(state, event.entry, &event.kind, event.subject)?;
    let explained = state.case_of(finding).filter(|row| row.closed.is_none()).and_then(|row| row.explained.as_ref());
    let explained = explained.ok_or(Refusal::of(Code::SetNotReady, event.entry))?;
    if state.same_human(&explained.by, case.entry.principal) {
        return Err(Refusal::of(Code::FourEyes, event.entry));
    }
    if state.findings.get(finding).in_suspense() != 0 {
        return Err(Refusal::of(Code::InSuspense, event.entry));
    }
    let (reason, document) = (event.reason.clone(), event.document.clone());
    Ok(Change::of(DeskChange::Close { finding, reason, document }).touching(Some(Touched::Closed(finding))))
}

/// One that is still to be settled.
fn find(state: &State, entry: Uuid, kind: &str, subject: Uuid) -> Result<Handle<Finding>, Refusal> {
    let kind = FindingKind::named(kind).filter(|known| known.name() == kind);
    let found = kind.and_then(|kind| state.finding_named(entry, kind, subject));
    found.filter(|at| state.findings.get(*at).stands()).ok_or(Refusal::of(Code::UnknownFinding, entry))
}

/// What was said of a finding counts no more. An explanation stands while the finding is closed on it.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken, kind: KindTag) -> Judged<DeskChange> {
    let state = case.state;
    let Some(at) = state.finding_cases.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.finding_cases.get(at);
    let told = |note: &&CaseNote| note.entry == taken.entry;
    if let Some(note) = row.closed.as_ref().filter(told) {
        taken.on(case, note.on)?;
        return Ok(Change::of(DeskChange::Reopen(at)));
    }
    // Another explanation may have taken its place since.
    let Some(note) = row.explained.as_ref().filter(told).filter(|_| kind == KindTag::FindingExplained) else {
        return Ok(Change::nothing());
    };
    taken.on(case, note.on)?;
    if state.findings.get(row.finding).closed {
        return Err(Refusal::of(Code::InUse, taken.id));
    }
    Ok(Change::of(DeskChange::Unexplain(at)))
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: DeskChange) -> Handle<FindingCase> {
    let note = |reason, document| {
        let (by, on, entry) = (entry.principal.to_owned(), entry.event.effective, Seen::place(entry));
        Some(CaseNote { by, reason, document, on, entry })
    };
    match change {
        DeskChange::Explain { finding, reason, document } => {
            let (explained, closed) = (note(reason, document), None);
            match state.case_at(finding) {
                Some(at) => {
                    // One that came up anew is told of anew.
                    *state.finding_cases.get_mut(at) = FindingCase { finding, explained, closed, beyond: 0 };
                    at
                }
                None => state.finding_cases.push(FindingCase { finding, explained, closed, beyond: 0 }),
            }
        }
        DeskChange::Close { finding, reason, document } => {
            let closed = note(reason, document);
            state.findings.get_mut(finding).closed = true;
            let row = FindingCase { finding, explained: None, closed: None, beyond: 0 };
            let at = state.case_at(finding).unwrap_or_else(|| state.finding_cases.push(row));
            state.finding_cases.get_mut(at).closed = closed;
            at
        }
        DeskChange::Unexplain(at) => {
            state.finding_cases.get_mut(at).explained = None;
            at
        }
        DeskChange::Reopen(at) => {
            let row = state.finding_cases.get_mut(at);
            row.closed = None;
            let finding = row.finding;
            state.findings.get_mut(finding).closed = false;
            at
        }
    }
}
