//! What keeps strangers out of the record: whoever may say a kind nowhere is turned away before anything is recorded. Whether he may
//! say it of what it concerns is for the fold.

use super::entitled::says;
use crate::event::{KindTag, RoleRow};
use crate::handle::Handle;
use crate::money::Day;
use crate::state::State;
use crate::state::rights_rows::Grant;

/// The role that gives rights 安全管理员.
pub(super) const SECURITY: &str = "security_admin";

/// Who could help whoever may not say a kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoRight {
    /// The kind.
    pub kind: KindTag,
    /// Codes of the roles that may say it, in the order of the table in force.
    pub roles: Vec<String>,
    /// Who may grant them: names of principals, some of them.
    pub grantors: Vec<String>,
}

/// Whether a grant says a kind somewhere, or it is a matter of his own; and whoever may report may take back what he reported.
fn may_somewhere(state: &State, principal: &str, kind: KindTag, on: Day) -> bool {
    let reports = || KindTag::ALL.iter().any(|kind| kind.is_report() && says(state, principal, *kind, on));
    match kind {
        KindTag::EntryWithdrawn => says(state, principal, kind, on) || reports(),
        _ => kind.is_of_oneself() || says(state, principal, kind, on),
    }
}

/// Names given of those who may help.
const NAMED: usize = 3;

/// The first of these kinds that `principal` may say nowhere on a day, if the ledger is founded.
#[must_use]
pub fn no_right(state: &State, principal: &str, kinds: impl IntoIterator<Item = KindTag>, on: Day) -> Option<NoRight> {
    if !state.is_founded() {
        return None;
    }
    let (mut last, mut kinds) = (None, kinds.into_iter());
    let kind = kinds.find(|kind| {
        // Calls hold the same kind over and over.
        let new = last != Some(*kind);
        last = Some(*kind);
        new && !may_somewhere(state, principal, *kind, on)
    })?;
    Some(who_could(state, kind, on))
}

/// Which roles may say a kind, and who may grant them on a day.
#[must_use]
pub fn who_could(state: &State, kind: KindTag, on: Day) -> NoRight {
    let roles = roles(state, |role| state.role_says(&role.code, kind));
    NoRight { kind, roles, grantors: grantors(state, on) }
}

/// Whoever may not ask something, and who could help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoAsking {
    /// Codes of the roles that may, in the order of the table in force.
    pub roles: Vec<String>,
    /// Who may grant them: names of principals, some of them.
    pub grantors: Vec<String>,
}

/// Whether `principal` may ask questions of any of these groups on a day; if the ledger is founded, one of his roles names one.
///
/// # Errors
/// He may not.
pub fn may_ask(state: &State, principal: &str, groups: &[&str], on: Day) -> Result<(), NoAsking> {
    let asks = |role: &RoleRow| role.asks.iter().any(|asked| groups.contains(&asked.as_str()));
    let table = state.rights().map_or(&[][..], |rights| &rights.roles);
    let holds = |at: &Handle<Grant>| {
        let grant = state.grants.get(*at);
        grant.holds(on) && table.iter().any(|role| role.code == grant.role && asks(role))
    };
    let row = state.principal(principal).map(|(_, row)| row).filter(|row| !row.ended);
    if !state.is_founded() || row.is_some_and(|row| row.grants.iter().any(holds)) {
        return Ok(());
    }
    Err(NoAsking { roles: roles(state, asks), grantors: grantors(state, on) })
}

/// Codes of the roles of the table in force that are so.
fn roles(state: &State, is_so: impl Fn(&RoleRow) -> bool) -> Vec<String> {
    let roles = state.rights().map_or(&[][..], |rights| &rights.roles);
    roles.iter().filter(|role| is_so(role)).map(|role| role.code.clone()).collect()
}

/// Some of those who give rights on a day.
fn grantors(state: &State, on: Day) -> Vec<String> {
    let holds = |grant: &&Grant| grant.role == SECURITY && grant.holds(on);
    let grants = state.grants.iter().map(|(_, grant)| grant).filter(holds);
    let holders = grants.map(|grant| state.principals.get(grant.principal)).filter(|row| !row.ended);
    holders.map(|row| row.name.clone()).take(NAMED).collect()
}
