//! The table of roles, and the day from which it holds: a ledger is founded once there are those who can give rights and those who
//! watch them, and from then on is never open again.

use super::change::RightsChange;
use super::door::SECURITY;
use crate::change::{Case, Change, Judged};
use crate::event::{KindTag, Rights, RightsFounded, RoleRow};
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::rights_rows::KindSet;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The role that watches 审计管理员.
const AUDIT: &str = "audit_admin";
/// The role that runs the ledger 系统管理员.
const SYSTEM: &str = "system_admin";

/// What a ledger needs of each before it is founded.
const NEEDED: [(&str, usize, Lack); 3] =
    [(SECURITY, 2, Lack::Security), (AUDIT, 1, Lack::Audit), (SYSTEM, 1, Lack::System)];

/// Kinds without which nobody could be given a right any more.
const TO_GIVE: [KindTag; 4] =
    [KindTag::PrincipalRegistered, KindTag::CredentialBound, KindTag::RoleGranted, KindTag::RoleEnded];

/// What keeps a ledger from being founded: the figure of a refusal `not_foundable`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
enum Lack {
    Table = 1,
    Security = 2,
    Audit = 3,
    System = 4,
    Humans = 5,
}

impl Lack {
    const ALL: [Self; 5] = [Self::Table, Self::Security, Self::Audit, Self::System, Self::Humans];

    /// In Chinese and in English.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Table => (
                "缺权限表，或表中没有三类管理员角色、安全管理员不能授权",
                "a table of roles with the three administrators",
            ),
            Self::Security => {
                ("缺安全管理员：全账岗位、有凭据的须两人", "two security administrators with credentials")
            }
            Self::Audit => ("缺审计管理员：全账岗位、有凭据的须一人", "an audit administrator with a credential"),
            Self::System => ("缺系统管理员：全账岗位、有凭据的须一人", "a system administrator with a credential"),
            Self::Humans => ("两类管理员是同一人", "one human is two administrators"),
        }
    }

    fn refusal(self) -> Refusal {
        Refusal::with(Code::NotFoundable, Uuid::nil(), (self as u8).into())
    }
}

/// What the figure of a refusal `not_foundable` says is lacking, in Chinese and in English.
#[must_use]
pub fn lacking(figure: i64) -> Option<(&'static str, &'static str)> {
    Lack::ALL.into_iter().find(|lack| i64::from(*lack as u8) == figure).map(Lack::words)
}

/// A table only goes forward, names each role once, and leaves somebody who can give rights.
pub(crate) fn judge_rights_adopted(case: &Case<'_>, event: &Rights) -> Judged<RightsChange> {
    if case.state.rights().is_some_and(|rights| event.version <= rights.version) {
        return Err(Refusal::plain(Code::PolicyNotNewer));
    }
    let codes: BTreeSet<&str> = event.roles.iter().map(|role| role.code.as_str()).collect();
    let complete = NEEDED.iter().all(|(code, ..)| codes.contains(code));
    let gives = event.roles.iter().find(|role| role.code == SECURITY).is_some_and(can_give);
    if codes.len() < event.roles.len() || !complete || !gives {
        return Err(Lack::Table.refusal());
    }
    Ok(Change::of(RightsChange::Adopt(event.clone())))
}

fn can_give(role: &RoleRow) -> bool {
    let says = KindSet::named(&role.says);
    TO_GIVE.iter().all(|kind| says.has(*kind))
}

/// Two who give rights, one who watches, one who runs the ledger: four humans, each with something he is known by, all for the
/// whole ledger.
pub(crate) fn judge_rights_founded(case: &Case<'_>, event: &RightsFounded) -> Judged<RightsChange> {
    let state = case.state;
    if state.is_founded() {
        return Err(Refusal::plain(Code::Exists));
    }
    if state.rights().is_none() {
        return Err(Lack::Table.refusal());
    }
    let on = Day::in_beijing(case.entry.recorded_ms);
    let mut humans = BTreeSet::new();
    for (role, count, lack) in NEEDED {
        let holders = holders(state, role, on);
        if holders.len() < count {
            return Err(lack.refusal());
        }
        if holders.iter().any(|human| !humans.insert(*human)) {
            return Err(Lack::Humans.refusal());
        }
    }
    Ok(Change::of(RightsChange::Found(event.clone())))
}

/// The humans who hold a role for the whole ledger and are known by something.
fn holders(state: &State, role: &str, on: Day) -> BTreeSet<Uuid> {
    let mut humans = BTreeSet::new();
    let holding = state.grants.iter().map(|(_, grant)| grant).filter(|grant| grant.role == role && grant.holds(on));
    for grant in holding.filter(|grant| grant.unit.is_none()) {
        let row = state.principals.get(grant.principal);
        let known = row.credentials.iter().any(|at| state.credentials.get(*at).holds(on));
        humans.extend(row.human.filter(|_| known && !row.ended));
    }
    humans
}
