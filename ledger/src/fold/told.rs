//! Whether what an entry says was said before under its id, and what a second saying comes to. What counts under an id is what
//! was said first; other content opens a finding and moves nothing, however often it is told. Not here: what an event means.

use super::State;
use crate::entry::Entry;
use crate::event::Event;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::outcome::{Code, Now, Refusal};
use crate::state::disputes::{Dispute, Version};
use crate::state::rows::Finding;
use uuid::Uuid;

/// Contents kept apart under one id; of further ones nobody can tell whether they were told before.
const VERSIONS_MAX: usize = 16;

/// What the id of an entry says about it, before anything else is asked.
pub(super) enum Told {
    /// It is to be judged.
    New,
    /// It says again what an earlier entry said, and how that stands.
    Repeated { first: u64, now: Now },
    /// A report that does not count: the ledger holds other content under its id, or the edition before stands yet. It is on record
    /// with this finding.
    Beside(FindingKind),
    /// A decision that does not count for the same reason.
    Refused(Refusal),
}

/// Looks an id up. What was refused is judged anew if it says something else, or if whoever says it names that very entry and
/// the reason may pass. What was withdrawn, or told of a set cancelled since, stays so whatever is said under its id: an old file
/// never raises the dead.
pub(super) fn told(state: &State, entry: &Entry<'_>, content: u64) -> Told {
    let event = &entry.event;
    if let Some((latest, seen)) = state.seen.by_id(event.id) {
        let (first, same) = (u64::from(latest), seen.content == content);
        match state.now_of(event, seen) {
            Now::Refused(code) if !same || (entry.again == Some(first) && !code.is_permanent()) => {}
            Now::Counts if !same => return beside(state, event, content, Some(first)),
            now => return Told::Repeated { first, now },
        }
    }
    // Only a correction costs a hash here.
    if event.edition == 0 {
        return Told::New;
    }
    if let Some(first) = state.withdrawn_beside(event.id, content) {
        return Told::Repeated { first, now: Now::Withdrawn };
    }
    if state.is_in_turn(event) { Told::New } else { beside(state, event, content, None) }
}

/// Told otherwise than `other` told it, or out of its turn if there is none.
fn beside(state: &State, event: &Event, content: u64, other: Option<u64>) -> Told {
    if !event.kind.is_report() {
        let code = if other.is_some() { Code::ToldOtherwise } else { Code::Edition };
        let figure = other.map_or(i64::from(event.edition), |first| i64::try_from(first).unwrap_or(i64::MAX));
        return Told::Refused(Refusal::with(code, event.id, figure));
    }
    let dispute = state.disputes.by_id(event.id).map(|(_, row)| row);
    let said = dispute.and_then(|row| row.versions.iter().find(|version| version.content == content));
    match said {
        Some(version) => Told::Repeated { first: version.index, now: Now::Differs },
        None if dispute.is_some_and(|row| row.versions.len() >= VERSIONS_MAX) => {
            Told::Beside(FindingKind::ManyVersions)
        }
        None if other.is_some() => Told::Beside(FindingKind::ToldOtherwise),
        None => Told::Beside(FindingKind::EditionOutOfOrder),
    }
}

/// Keeps what was told beside the ledger, with the finding that says so; `open` opens one. Beyond so many contents of one id one
/// finding stands for all further ones.
pub(super) fn note(
    state: &mut State,
    entry: &Entry<'_>,
    content: u64,
    kind: FindingKind,
    open: impl FnOnce(&mut State) -> Handle<Finding>,
) -> Handle<Finding> {
    let id = entry.event.id;
    let (versions, many, withdrawn) = (Vec::new(), Link::NONE, false);
    let new = Dispute { id, versions, many, withdrawn };
    let at = state.disputes.find(id).unwrap_or_else(|| state.disputes.push(new));
    if kind == FindingKind::ManyVersions {
        let finding = state.disputes.get(at).many.handle().unwrap_or_else(|| open(state));
        state.disputes.get_mut(at).many = finding.into();
        return finding;
    }
    let finding = open(state);
    state.disputes.get_mut(at).versions.push(Version { content, index: entry.index, finding });
    finding
}

/// An entry was taken back: its number holds nothing any more that others could differ from. What is right is said as the next
/// edition; until then whoever says again what he said is told that it was withdrawn. The same holds where it stood beside only.
pub(super) fn withdrawn(state: &mut State, id: Uuid) {
    close_its_own(state, id);
    let Some(at) = state.disputes.find(id) else { return };
    let row = state.disputes.get_mut(at);
    row.withdrawn = true;
    let findings: Vec<_> = row.versions.iter().map(|version| version.finding).chain(row.many.handle()).collect();
    for finding in findings {
        state.findings.get_mut(finding).open = false;
    }
}

/// That an entry named nobody is found of it alone, as nobody is ever registered.
fn close_its_own(state: &mut State, id: Uuid) {
    let opened = state.seen.find(id).into_iter().flat_map(|at| state.findings_of(at.into()));
    let unknown = opened.filter(|(_, row)| row.kind == FindingKind::UnknownSubject);
    let own = unknown.filter(|(_, row)| row.subject.is_nil());
    let own: Vec<_> = own.map(|(at, _)| at).collect();
    for finding in own {
        state.findings.get_mut(finding).open = false;
    }
}

/// An edition was posted: it answers what was told otherwise of the one before, and what was told of itself too early.
pub(super) fn settle(state: &mut State, event: &Event) {
    let Some(before) = event.edition.checked_sub(1) else { return };
    for (id, own) in [(event.id_of_edition(before), false), (event.id, true)] {
        let Some(at) = state.disputes.find(id) else { continue };
        let row = state.disputes.get(at);
        let findings: Vec<_> = row.versions.iter().map(|version| version.finding).chain(row.many.handle()).collect();
        for finding in findings {
            state.findings.get_mut(finding).open = false;
        }
        if own {
            // From now on the ledger holds content under this id, and other content is told otherwise.
            let row = state.disputes.get_mut(at);
            (row.versions, row.many) = (Vec::new(), Link::NONE);
        }
    }
}
