//! What keeps strangers out of the record: whoever may say a kind nowhere is turned away before anything is recorded. Whether he may
//! say it of what it concerns is for the fold.

use super::entitled::says;
use crate::event::KindTag;
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
        new && !kind.is_of_oneself() && !says(state, principal, *kind, on)
    })?;
    let roles = state.rights().map_or(&[][..], |rights| &rights.roles);
    let roles = roles.iter().map(|role| role.code.clone()).filter(|code| state.role_says(code, kind));
    let holds = |grant: &&Grant| grant.role == SECURITY && grant.holds(on);
    let grantors = state.grants.iter().map(|(_, grant)| grant).filter(holds);
    let grantors = grantors.map(|grant| state.principals.get(grant.principal)).filter(|row| !row.ended);
    let grantors = grantors.map(|row| row.name.clone()).take(NAMED);
    Some(NoRight { kind, roles: roles.collect(), grantors: grantors.collect() })
}
