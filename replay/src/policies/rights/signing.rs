//! What of a table of roles counts only once others signed it: a rule for each kind and amount, of which somebody can sign each.

use super::names::Groups;
use super::shape::SigningTable;
use crate::policies::file_text::{FileText, PolicyFileError};
use ledger::event::{RoleRow, SigningRule};
use proto::limits::{MAX_ROLE_DAYS, MAX_SIGNERS};
use std::collections::BTreeSet;

/// The rules, one for each kind that is named.
pub(super) fn signing(
    source: &FileText<'_>,
    groups: &Groups<'_>,
    roles: &[RoleRow],
    written: &[SigningTable],
) -> Result<Vec<SigningRule>, PolicyFileError> {
    let (mut rules, mut seen) = (Vec::new(), BTreeSet::new());
    for table in written {
        check(source, table)?;
        for kind in groups.kinds(source, table.acts.get_ref())? {
            let wrong = |what: String, remedy: &str| source.error(&table.acts.span(), &what, remedy);
            if !seen.insert((kind.clone(), table.from_yuan.0)) {
                return Err(wrong(format!("two rules for `{kind}` from the same amount"), "make one of both"));
            }
            if !roles.iter().any(|role| role.signs.contains(&kind)) {
                return Err(wrong(format!("no role signs `{kind}`"), "put it under `signs` of a role"));
            }
            rules.push(rule(table, kind));
        }
    }
    Ok(rules)
}

fn check(source: &FileText<'_>, table: &SigningTable) -> Result<(), PolicyFileError> {
    let (persons, days) = (*table.persons.get_ref(), *table.days.get_ref());
    if !(1..=MAX_SIGNERS).contains(&persons) || table.units > persons {
        let remedy = format!("write 1 to {MAX_SIGNERS} persons, of no more units");
        return Err(source.error(
            &table.persons.span(),
            &format!("{persons} persons of {} units", table.units),
            &remedy,
        ));
    }
    if !(1..=MAX_ROLE_DAYS).contains(&days) {
        let remedy = format!("write 1 to {MAX_ROLE_DAYS} days");
        return Err(source.error(&table.days.span(), &format!("a signature good for {days} days"), &remedy));
    }
    Ok(())
}

fn rule(table: &SigningTable, kind: String) -> SigningRule {
    SigningRule {
        kind,
        from_fen: table.from_yuan.0,
        count: *table.persons.get_ref(),
        units: table.units,
        other_unit: table.other_unit,
        apart_reviewers: table.apart_reviewers,
        strength: table.strength.into(),
        days: *table.days.get_ref(),
    }
}
