//! Organisations: registered, renamed. The budget-unit tree, which is not the division tree. Reports, never refused.

use crate::change::{Case, Change, Judged, NewFinding};
use crate::entry::Entry;
use crate::event::{OrgRegistered, OrgRenamed};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::state::State;
use crate::state::rows::Org;

pub(crate) enum OrgChange {
    Register { event: OrgRegistered, parent: Link<Org> },
    Rename { org: Handle<Org>, event: OrgRenamed },
}

pub(crate) fn judge_org_registered(case: &Case<'_>, event: &OrgRegistered) -> Judged<OrgChange> {
    let state = case.state;
    if state.orgs.find(event.org).is_some() {
        return Ok(Change::only(NewFinding::about(FindingKind::Repeated, event.org)));
    }
    let parent = event.parent.and_then(|id| state.known_org(id));
    let mut change = Change::of(OrgChange::Register { event: event.clone(), parent: parent.into() });
    if let (Some(id), None) = (event.parent, parent) {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, id));
    }
    Ok(change)
}

pub(crate) fn judge_org_renamed(case: &Case<'_>, event: &OrgRenamed) -> Judged<OrgChange> {
    Ok(match case.state.known_org(event.org) {
        Some(org) => Change::of(OrgChange::Rename { org, event: event.clone() }),
        None => Change::only(NewFinding::about(FindingKind::UnknownSubject, event.org)),
    })
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: OrgChange) {
    match change {
        OrgChange::Register { event, parent } => {
            let accounts = state.open_accounts(state.orgs.next());
            state.orgs.push(Org {
                id: event.org,
                number: event.number,
                name: event.name,
                level: event.level,
                role: event.role,
                parent,
                division: event.division,
                subordination: event.subordination,
                accounts,
                open_from: [Day::default(); 4],
                former: Vec::new(),
                last: entry.index,
            });
        }
        OrgChange::Rename { org, event } => {
            let row = state.orgs.get_mut(org);
            let old = std::mem::replace(&mut row.name, event.name);
            row.former.push((entry.event.effective, old, row.division));
            row.division = event.division;
            row.last = entry.index;
        }
    }
}

/// Whether `below` is under `above` in the budget tree. The tree is five levels deep and has no cycles, as a parent is
/// known before its child.
pub(crate) fn is_below(state: &State, below: Handle<Org>, above: Handle<Org>) -> bool {
    state.orgs.chain(state.orgs.get(below).parent, |unit| unit.parent).any(|(at, _)| at == above)
}
