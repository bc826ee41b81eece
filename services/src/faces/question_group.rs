//! Which questions belong together in the table of roles: whoever may ask one of a group may ask all of it. Every method names its groups
//! where it is handed over, so one without does not compile. How much of single persons is shown is not asked here.

use ledger::money::Day;
use ledger::rights::{NoAsking, may_ask};
use replay::engine::Engine;

/// A group of questions, as the table of roles names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuestionGroup {
    /// How the ledger and its server stand.
    Status,
    /// Awards, sets, batches, payments, debts.
    Aid,
    /// Loans, claims, funds, payments to lenders.
    Loans,
    /// Balances, entries of accounts, document lines, totals.
    Books,
    /// What was said and refused, and why.
    Record,
    /// Who may say what.
    Rights,
    /// Checkpoints, paths, receipts.
    Proofs,
    /// Rebuilding and the like.
    Operate,
}

impl QuestionGroup {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Status, Self::Aid, Self::Loans, Self::Books, Self::Record, Self::Rights, Self::Proofs, Self::Operate];

    /// Its name in the table of roles.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Aid => "aid",
            Self::Loans => "loans",
            Self::Books => "books",
            Self::Record => "record",
            Self::Rights => "rights",
            Self::Proofs => "proofs",
            Self::Operate => "operate",
        }
    }
}

/// Why somebody may not ask.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{who} 没有可查该内容的岗位：可查的角色有 {}；岗位由安全管理员授予（{}） {who} has no role that asks this: those that do are {}; security \
     administrators grant them ({})",
    .lacks.roles.join("、"), .lacks.grantors.join("、"), .lacks.roles.join(", "), .lacks.grantors.join(", ")
)]
pub struct MayNotAsk {
    who: String,
    lacks: NoAsking,
}

/// Whether whoever was authenticated may ask a question of one of these groups now.
///
/// # Errors
/// No role of his names any of them.
pub fn asks(engine: &Engine, principal: &str, groups: &[QuestionGroup]) -> Result<(), MayNotAsk> {
    let state = engine.read();
    let names: Vec<&str> = groups.iter().map(|group| group.name()).collect();
    let on = Day::in_beijing(engine.now_ms(&state));
    may_ask(&state, principal, &names, on).map_err(|lacks| MayNotAsk { who: principal.to_owned(), lacks })
}

#[cfg(test)]
mod tests {
    use super::QuestionGroup;
    use ledger::event::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn the_shipped_table_names_these_groups_and_each_is_somebodys() {
        let events = replay::policies::rights::shipped_rights().expect("the shipped table");
        let Kind::RightsAdopted(rights) = &events[0].kind else { panic!("a table of roles") };
        let asked: BTreeSet<&str> = rights.roles.iter().flat_map(|role| &role.asks).map(String::as_str).collect();
        let known: BTreeSet<&str> = QuestionGroup::ALL.iter().map(|group| group.name()).collect();
        assert_eq!(asked, known);
    }
}
