//! Organisations: named, registered, renamed. The budget-unit tree, which is not the division tree. Reports, never refused.
//!
//! One is there from its first mention by a report: facts and money settle on it at once, and registering it fills in what it
//! is and moves nothing. What it is called by day is in `org_names`.

use super::org_names::{call, forget, forget_registered};
use crate::account::{Class, Owner};
use crate::change::{Case, Change, Judged, NewFinding, NewOrg, Taken, UnknownOrgs};
use crate::entry::Entry;
use crate::event::{OrgRegistered, OrgRenamed};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::state::entry_rows::Seen;
use crate::state::rows::{Finding, Org};
use crate::state::stage::Naming;
use crate::state::{State, UNKNOWN_ORG, named_org};
use uuid::Uuid;

/// Units above a unit, at most. The tree is five levels deep; what goes further is a mistake or goes round.
const DEPTH_MAX: usize = 16;

pub(crate) enum OrgChange {
    Register { event: OrgRegistered, parent: Link<Org> },
    Rename { org: Handle<Org>, event: OrgRenamed },
    Unregister(Handle<Org>),
    Unname { org: Handle<Org>, told_by: Handle<Seen> },
}

pub(crate) fn judge_org_registered(case: &Case<'_>, event: &OrgRegistered) -> Judged<OrgChange> {
    let state = case.state;
    let org = state.orgs.find(event.org);
    if org.is_some_and(|org| org == UNKNOWN_ORG || state.orgs.get(org).known) {
        return Ok(Change::only(NewFinding::about(FindingKind::Repeated, event.org)));
    }
    let mut change = Change::nothing();
    let parent = event.parent.and_then(|id| parent(state, event.org, id, &mut change));
    change.act = Some(OrgChange::Register { event: event.clone(), parent: parent.into() });
    Ok(change)
}

/// A name goes out, or a registration: then the organisation is named only, and a finding says so again.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<OrgChange> {
    let (state, told_by) = (case.state, taken.entry);
    let Some(org) = state.orgs.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.orgs.get(org);
    let Some(naming) = row.names.iter().find(|naming| naming.by == told_by) else { return Ok(Change::nothing()) };
    taken.on(case, naming.on)?;
    if !naming.registered {
        return Ok(Change::of(OrgChange::Unname { org, told_by }));
    }
    let mut change = Change::of(OrgChange::Unregister(org));
    if row.early.is_none() && is_named(state, row) {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, row.id));
    }
    Ok(change)
}

/// The unit to put an organisation under, named only if need be. None if there it would be above itself: units are put under
/// others in any order, so what is put may have a tree of its own below it.
fn parent(state: &State, org: Uuid, id: Uuid, change: &mut Change<OrgChange>) -> Option<Handle<Org>> {
    let goes_round = org == id || state.orgs.find(id).is_some_and(|parent| reaches(state, parent, org));
    if goes_round {
        change.findings.push(NewFinding::about(FindingKind::ParentCycle, org));
        return None;
    }
    Some(change.org(state, id).handle).filter(|parent| *parent != UNKNOWN_ORG)
}

/// Whether the way up from a unit comes to this one, or has no end in sight.
fn reaches(state: &State, from: Handle<Org>, org: Uuid) -> bool {
    let mut way = state.orgs.chain(from, |unit| unit.parent);
    way.by_ref().take(DEPTH_MAX).any(|(_, unit)| unit.id == org) || way.next().is_some()
}

pub(crate) fn judge_org_renamed(case: &Case<'_>, event: &OrgRenamed) -> Judged<OrgChange> {
    let mut change = Change::nothing();
    let org = change.org(case.state, event.org).handle;
    if org != UNKNOWN_ORG {
        change.act = Some(OrgChange::Rename { org, event: event.clone() });
    }
    Ok(change)
}

/// Opens the organisations that an entry is the first to name, and notes where it is said of others that nobody registered them.
pub(crate) fn open_unknown(state: &mut State, index: u64, unknown: UnknownOrgs) {
    unknown.named.iter().for_each(|new| open(state, index, new));
    for (org, finding) in unknown.unsaid {
        state.orgs.get_mut(org).early = finding.into();
    }
}

fn open(state: &mut State, index: u64, new: &NewOrg) {
    let accounts = state.open_accounts(state.orgs.next());
    state.orgs.push(Org { early: new.finding.into(), last: index, ..named_org(new.id, accounts) });
}

/// An entry names an organisation. If nobody registered it and the finding that says so was closed, it is open again.
pub(crate) fn mention(state: &mut State, org: Handle<Org>) {
    let row = state.orgs.get_mut(org);
    row.named = row.named.saturating_add(1);
    // The finding of a first mention is yet to be made.
    if let Some(early) = row.early.handle().filter(|early| !row.known && *early < state.findings.next()) {
        state.findings.get_mut(early).come_up();
    }
}

/// An entry that named it does not count any more. If nothing else names it and nobody registered it, nobody waits for it.
pub(crate) fn unmention(state: &mut State, org: Handle<Org>) {
    let row = state.orgs.get_mut(org);
    row.named = row.named.saturating_sub(1);
    let row = state.orgs.get(org);
    if let Some(early) = row.early.handle().filter(|_| !row.known && !is_named(state, row)) {
        state.findings.get_mut(early).open = false;
    }
}

/// Whether an entry that counts names it, or money ran over its accounts.
fn is_named(state: &State, row: &Org) -> bool {
    let moved = |class: &Class| state.accounts.get(State::account_at(row.accounts, *class)).last > 0;
    row.named > 0 || Class::ALL.iter().filter(|class| class.owner() == Owner::Org).any(moved)
}

/// Makes the change; the organisation it is about.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: OrgChange) -> Handle<Org> {
    let (on, by) = (entry.event.effective, Seen::place(entry));
    match change {
        OrgChange::Register { event, parent } => {
            let OrgRegistered { org, number, name, level, role, parent: _, division, subordination } = event;
            let org = state.orgs.find(org).unwrap_or_else(|| {
                let accounts = state.open_accounts(state.orgs.next());
                state.orgs.push(named_org(org, accounts))
            });
            let row = state.orgs.get_mut(org);
            (row.known, row.number, row.level, row.role) = (true, number, level, role);
            (row.parent, row.subordination, row.last) = (parent, subordination, entry.index);
            call(&mut row.names, Naming { on, by, registered: true, name, division });
            if let Some(early) = row.early.handle() {
                state.findings.get_mut(early).open = false;
            }
            org
        }
        OrgChange::Rename { org, event: OrgRenamed { org: _, name, division } } => {
            let row = state.orgs.get_mut(org);
            call(&mut row.names, Naming { on, by, registered: false, name, division });
            row.last = entry.index;
            org
        }
        OrgChange::Unregister(org) => {
            let parent = state.orgs.get(org).parent;
            unregister(state, entry.index, org, state.findings.next());
            if let Some(parent) = parent.handle() {
                unmention(state, parent);
            }
            org
        }
        OrgChange::Unname { org, told_by } => {
            unname(state, entry.index, org, told_by);
            unmention(state, org);
            org
        }
    }
}

/// A rename does not count any more: the organisation is called as without it.
pub(crate) fn unname(state: &mut State, index: u64, org: Handle<Org>, by: Handle<Seen>) {
    let row = state.orgs.get_mut(org);
    forget(&mut row.names, by);
    row.last = index;
}

/// The registration does not count any more: the organisation is named only again. Its accounts, closed periods and renames
/// stay, and it stays above whom it is above. Where anything names it a finding says so: the one of its first mention, or `finding`.
pub(crate) fn unregister(state: &mut State, index: u64, org: Handle<Org>, finding: Handle<Finding>) {
    let is_named = is_named(state, state.orgs.get(org));
    let row = state.orgs.get_mut(org);
    let Org { id, accounts, open_from, named, .. } = *row;
    let closings = std::mem::take(&mut row.closings);
    let mut names = std::mem::take(&mut row.names);
    forget_registered(&mut names);
    let first = row.early.handle();
    let early = first.or(is_named.then_some(finding)).into();
    *row = Org { early, named, names, open_from, closings, last: index, ..named_org(id, accounts) };
    if let Some(first) = first.filter(|_| is_named) {
        state.findings.get_mut(first).come_up();
    }
}

/// Whether `below` is under `above` in the budget tree, as far as it is registered. The tree has no cycles, as nothing is put
/// under what is below it.
pub(crate) fn is_below(state: &State, below: Handle<Org>, above: Handle<Org>) -> bool {
    let way = state.orgs.chain(state.orgs.get(below).parent, |unit| unit.parent);
    way.take(DEPTH_MAX).any(|(at, _)| at == above)
}

#[cfg(test)]
mod tests;
