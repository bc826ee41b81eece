//! Grants: given for a role and a time, not to oneself, and never so that one human holds what must be apart 三权分立.

use super::change::RightsChange;
use super::known::active;
use crate::change::{Case, Change, Judged};
use crate::event::{Holders, RoleEnded, RoleGranted, RoleRow};
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::rights_rows::{Grant, Principal, named_id};

/// Grants a principal had or has: nobody has more posts in his life, and no entry looks through more.
const GRANTS: usize = 64;

pub(crate) fn judge_role_granted(case: &Case<'_>, event: &RoleGranted) -> Judged<RightsChange> {
    let state = case.state;
    let id = named_id("grant", &event.grant);
    if state.grants.find(id).is_some() {
        return Err(Refusal::of(Code::Exists, id));
    }
    let principal = active(state, &event.holder)?;
    let role = state.rights().and_then(|rights| rights.roles.iter().find(|role| role.code == event.role));
    let role = role.ok_or(Refusal::of(Code::UnknownRole, id))?;
    let unit: Link<_> = event.unit.map(|unit| state.need_org(unit)).transpose()?.into();
    judge_holder(case, event, principal, role)?;
    let longest = i32::try_from(role.longest_days).unwrap_or(i32::MAX);
    if event.until < event.from || event.until.number() - first_day(case, event).number() >= longest {
        return Err(Refusal::with(Code::TooLong, id, role.longest_days.into()));
    }
    if state.principals.get(principal).grants.len() >= GRANTS {
        return Err(Refusal::of(Code::TooManyRights, state.principals.get(principal).id));
    }
    judge_apart(state, event, principal, role)?;
    Ok(Change::of(RightsChange::Grant { said: event.clone(), principal, unit }))
}

pub(crate) fn judge_role_ended(case: &Case<'_>, event: &RoleEnded) -> Judged<RightsChange> {
    let found = case.state.grant(&event.grant).filter(|(_, row)| !row.ended);
    Ok(Change::of(RightsChange::Revoke(
        found.ok_or(Refusal::of(Code::UnknownGrant, named_id("grant", &event.grant)))?.0,
    )))
}

/// The first day on which it holds.
fn first_day(case: &Case<'_>, event: &RoleGranted) -> Day {
    event.from.max(Day::in_beijing(case.entry.recorded_ms))
}

/// The role is for such as him, and it is not he who gives it, under whichever of his accounts.
fn judge_holder(
    case: &Case<'_>,
    event: &RoleGranted,
    principal: Handle<Principal>,
    role: &RoleRow,
) -> Result<(), Refusal> {
    let state = case.state;
    let row = state.principals.get(principal);
    let fits = match role.holders {
        Holders::Both => true,
        Holders::Persons => row.human.is_some(),
        Holders::Systems => row.human.is_none(),
    };
    if !fits {
        return Err(Refusal::of(Code::UnfitHolder, named_id("grant", &event.grant)));
    }
    let by = state.principal(case.entry.principal).filter(|_| state.is_founded());
    if by.is_some_and(|(by, _)| state.all_accounts_of(principal).contains(&by)) {
        return Err(Refusal::of(Code::ToOneself, named_id("grant", &event.grant)));
    }
    Ok(())
}

/// None of the grants of the same human, of which a day is the same, is of a role that excludes this one, or is excluded by it.
fn judge_apart(
    state: &State,
    event: &RoleGranted,
    principal: Handle<Principal>,
    role: &RoleRow,
) -> Result<(), Refusal> {
    let accounts = state.all_accounts_of(principal);
    let active = accounts.iter().map(|at| state.principals.get(*at)).filter(|row| !row.ended);
    let grants = active.flat_map(|row| &row.grants).map(|at| state.grants.get(*at));
    for grant in grants.filter(|grant| !grant.ended && grant.from <= event.until && event.from <= grant.until) {
        if excludes(state, role, grant) {
            return Err(Refusal::of(Code::RolesExclusive, grant.id));
        }
    }
    Ok(())
}

fn excludes(state: &State, role: &RoleRow, grant: &Grant) -> bool {
    let names = |role: &RoleRow, other: &str| {
        role.code != other && role.excludes.iter().any(|excluded| excluded == other || excluded == "*")
    };
    let roles = state.rights().map_or(&[][..], |rights| &rights.roles);
    let held = roles.iter().find(|role| role.code == grant.role);
    names(role, &grant.role) || held.is_some_and(|held| names(held, &role.code))
}
