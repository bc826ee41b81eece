//! Organisations registered 机构 and renamed 机构更名.

use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, ids};
use ledger::event::{Kind, Level, OrgRegistered, OrgRenamed, OrgRole, Subordination};
use ledger::money::Day;

const LEVELS: &[(&str, &str, Level)] = &[
    ("中央", "centre", Level::Centre),
    ("省级", "province", Level::Province),
    ("市级", "city", Level::City),
    ("县级", "county", Level::County),
    ("学校", "school", Level::School),
];

const ROLES: &[(&str, &str, OrgRole)] = &[
    ("财政", "finance", OrgRole::Finance),
    ("教育", "education", OrgRole::Education),
    ("资助中心", "aid_centre", OrgRole::AidCentre),
    ("学校", "school", OrgRole::School),
    ("银行", "bank", OrgRole::Bank),
];

const SUBORDINATIONS: &[(&str, &str, Subordination)] =
    &[("中央", "central", Subordination::Central), ("地方", "local", Subordination::Local)];

/// A row of a file of organisations.
pub(in crate::intake::import) fn registered(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (day, org) = read_registered(row)?;
    Ok((day, Kind::OrgRegistered(org)).into())
}

/// A row of a file of renames.
pub(in crate::intake::import) fn renamed(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (day, org) = read_renamed(row)?;
    Ok((day, Kind::OrgRenamed(org)).into())
}

fn read_registered(row: &Row<'_>) -> Result<(Day, OrgRegistered), Wrong> {
    let number = row.key(Col::OrgNumber)?;
    let parent = if row.has(Col::Parent) { Some(row.key(Col::Parent)?) } else { None };
    if parent == Some(number) {
        return Err(Wrong::cell(
            Col::Parent,
            "own_parent",
            "单位的上级是其本身 an organisation above itself",
            "写上级单位 name the unit above",
        ));
    }
    let subordination =
        if row.has(Col::Subordination) { row.word(Col::Subordination, SUBORDINATIONS)? } else { Subordination::Local };
    let org = OrgRegistered {
        org: ids::org(number),
        number: number.to_owned(),
        name: row.text(Col::OrgName)?.to_owned(),
        level: row.word(Col::Level, LEVELS)?,
        role: row.word(Col::Role, ROLES)?,
        parent: parent.map(ids::org),
        division: row.division(Col::Division)?,
        subordination,
    };
    Ok((row.day(Col::EffectiveDay)?, org))
}

fn read_renamed(row: &Row<'_>) -> Result<(Day, OrgRenamed), Wrong> {
    let number = row.key(Col::OrgNumber)?;
    let name = row.text(Col::NewName)?.to_owned();
    let org = OrgRenamed { org: ids::org(number), name, division: row.division(Col::NewDivision)? };
    Ok((row.day(Col::EffectiveDay)?, org))
}
