//! Whether somebody may say something: one pure function, which the fold asks of every entry, and admission before it.

use super::concern::Concern;
use crate::event::{Event, Kind, KindTag};
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::state::State;
use crate::state::rights_rows::Grant;
use crate::state::rows::Org;
use uuid::Uuid;

/// Units above each other, at most: more than any tree of offices has, so that a loop of them ends.
const LEVELS: usize = 16;

/// Whether somebody may.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entitled {
    /// The ledger is not founded, or it is a matter of his own.
    Free,
    /// This grant says so.
    By(Handle<Grant>),
    /// No grant of his does.
    No,
}

impl Entitled {
    /// Whether he may, whatever it rests on.
    #[must_use]
    pub fn may(self) -> bool {
        self != Self::No
    }
}

/// Whether `principal` may say `event`, of which the units are those of `concern`, on a day.
///
/// What is taken back is asked as if it were said anew, if it was a report: whoever may report may correct.
#[must_use]
pub fn entitled(state: &State, principal: &str, event: &Event, concern: &Concern, on: Day) -> Entitled {
    if !state.is_founded() || is_his_own(state, principal, event) {
        return Entitled::Free;
    }
    let kind = asked(state, event);
    match concern {
        Concern::All(units) => {
            let of =
                |unit: &Handle<Org>| by_grant(state, principal, kind, on, |grant| covers(state, grant.unit, *unit));
            let each = units.iter().map(of).reduce(|first, next| if next.may() { first } else { Entitled::No });
            each.unwrap_or(Entitled::No)
        }
        _ => by_grant(state, principal, kind, on, |grant| reaches(state, grant, concern)),
    }
}

/// Whether `principal` may say a kind of what concerns these units. What is his own, and that whoever reports may correct, hangs on the
/// event and is not asked here.
#[must_use]
pub fn entitled_at(state: &State, principal: &str, kind: KindTag, at: &Concern, on: Day) -> Entitled {
    if !state.is_founded() {
        return Entitled::Free;
    }
    by_grant(state, principal, kind, on, |grant| reaches(state, grant, at))
}

/// Whether a grant alone reaches what is concerned.
#[must_use]
pub fn reaches(state: &State, grant: &Grant, concern: &Concern) -> bool {
    match concern {
        Concern::Whole => grant.unit.is_none(),
        Concern::Unknown => true,
        Concern::Any(units) => units.iter().any(|unit| covers(state, grant.unit, *unit)),
        Concern::All(units) => units.iter().all(|unit| covers(state, grant.unit, *unit)),
    }
}

/// Whether somebody may sign a kind by a grant that is `at` the units it concerns.
pub(super) fn signs(state: &State, principal: &str, kind: KindTag, on: Day, at: impl Fn(&Grant) -> bool) -> bool {
    let Some((_, row)) = state.principal(principal).filter(|(_, row)| !row.ended) else { return false };
    let mut grants = row.grants.iter().map(|grant| state.grants.get(*grant));
    grants.any(|grant| grant.holds(on) && state.role_signs(&grant.role, kind) && at(grant))
}

/// Whether a grant of his says a kind, wherever that is.
pub(super) fn says(state: &State, principal: &str, kind: KindTag, on: Day) -> bool {
    by_grant(state, principal, kind, on, |_| true).may()
}

/// The first of his grants that holds, says the kind, and is `at` the units concerned.
fn by_grant(state: &State, principal: &str, kind: KindTag, on: Day, at: impl Fn(&Grant) -> bool) -> Entitled {
    let Some((_, row)) = state.principal(principal).filter(|(_, row)| !row.ended) else { return Entitled::No };
    let carries = |grant: &&Handle<Grant>| {
        let grant = state.grants.get(**grant);
        grant.holds(on) && state.role_says(&grant.role, kind) && at(grant)
    };
    row.grants.iter().find(carries).map_or(Entitled::No, |grant| Entitled::By(*grant))
}

/// Whether a grant at `unit` reaches an organisation: it is that unit, or below it.
fn covers(state: &State, unit: Link<Org>, org: Handle<Org>) -> bool {
    let Some(unit) = unit.handle() else { return true };
    let above = |at: &Handle<Org>| state.orgs.get(*at).parent.handle();
    std::iter::successors(Some(org), above).take(LEVELS).any(|at| at == unit)
}

/// The kind whose right is asked.
fn asked(state: &State, event: &Event) -> KindTag {
    let tag = event.kind.tag();
    let Kind::EntryWithdrawn(withdrawn) = &event.kind else { return tag };
    let taken = state.seen.by_id(withdrawn.entry).map(|(_, seen)| seen.kind);
    taken.filter(|kind| kind.is_report()).unwrap_or(tag)
}

/// Whoever fears for his own credential ends it at once, whatever else he may.
fn is_his_own(state: &State, principal: &str, event: &Event) -> bool {
    let ended = match &event.kind {
        Kind::CredentialEnded(ended) => ended,
        // Whether he signs anything is asked where it is judged.
        Kind::Endorsed(_) | Kind::Objected(_) => return true,
        _ => return false,
    };
    let row = state.credential(&ended.fingerprint).map(|(_, row)| row.principal);
    row.is_some_and(|holder| state.principals.get(holder).name == principal)
}

/// The organisation that a refusal for want of a right names: where the right was wanting, as far as that is known.
pub(crate) fn named(state: &State, concern: &Concern) -> Uuid {
    match concern {
        Concern::All(units) | Concern::Any(units) => {
            units.first().map(|unit| state.orgs.get(*unit).id).unwrap_or_default()
        }
        Concern::Whole | Concern::Unknown => Uuid::nil(),
    }
}
