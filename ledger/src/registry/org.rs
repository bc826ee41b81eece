//! Organisations: registered, renamed. The budget-unit tree, which is not the division tree. Reports, never refused.

use crate::account::Owner;
use crate::event::{OrgRegistered, OrgRenamed};
use crate::fold::{Act, Change, NewFinding};
use crate::money::Day;
use crate::state::State;
use crate::state::rows::{FindingKind, Org};
use crate::state::table::NONE;

pub(crate) enum OrgChange {
    Register { event: OrgRegistered, parent: u32 },
    Rename { org: u32, event: OrgRenamed },
}

pub(crate) fn judge_registered(state: &State, event: &OrgRegistered) -> Change {
    if state.orgs.find(event.org).is_some() {
        return Change::only(NewFinding::about(FindingKind::Repeated, event.org));
    }
    let parent = event.parent.and_then(|id| state.known_org(id));
    let mut change = Change::of(Act::Org(OrgChange::Register { event: event.clone(), parent: parent.unwrap_or(NONE) }));
    if let (Some(id), None) = (event.parent, parent) {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, id));
    }
    change
}

pub(crate) fn judge_renamed(state: &State, event: &OrgRenamed) -> Change {
    match state.known_org(event.org) {
        Some(org) => Change::of(Act::Org(OrgChange::Rename { org, event: event.clone() })),
        None => Change::only(NewFinding::about(FindingKind::UnknownSubject, event.org)),
    }
}

pub(crate) fn apply(state: &mut State, index: u64, on: Day, change: OrgChange) {
    match change {
        OrgChange::Register { event, parent } => {
            let accounts = state.open_accounts(Owner::Org, state.orgs.next());
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
                last: index,
            });
        }
        OrgChange::Rename { org, event } => {
            let row = state.orgs.get_mut(org);
            let old = std::mem::replace(&mut row.name, event.name);
            row.former.push((on, old, row.division));
            row.division = event.division;
            row.last = index;
        }
    }
}

/// Whether `below` stands under `above` in the budget tree. The tree is five levels deep and has no cycles, as a parent
/// is known before its child.
pub(crate) fn stands_below(state: &State, below: u32, above: u32) -> bool {
    let mut at = state.orgs.get(below).parent;
    while at != NONE {
        if at == above {
            return true;
        }
        at = state.orgs.get(at).parent;
    }
    false
}
