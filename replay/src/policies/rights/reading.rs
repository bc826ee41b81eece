//! What one file says of who may say what: the whole table, or nothing.

use super::names::{Groups, unknown};
use super::shape::{RightsFile, RoleTable};
use super::signing::signing;
use crate::policies::file_text::{FileText, PolicyFileError};
use ledger::event::{Event, Kind, Rights, RoleRow};
use ledger::money::Day;
use proto::limits::MAX_ROLE_DAYS;
use std::collections::BTreeSet;

/// The table this program ships.
const SHIPPED: (&str, &str) = ("policies/rights.toml", include_str!("../../../../policies/rights.toml"));

/// Every other role, where roles are excluded.
const ALL_OTHERS: &str = "*";

/// The event that adopts the table of roles this program ships.
///
/// # Errors
/// Never in a program that passed its tests; a changed file says where it is wrong.
pub fn shipped_rights() -> Result<Vec<Event>, PolicyFileError> {
    rights_events(SHIPPED.0, SHIPPED.1)
}

/// The event that adopts the table of roles of a file. It has no day of its own, as it counts from its recording on; so told on
/// another day it is the same.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub fn rights_events(file: &str, text: &str) -> Result<Vec<Event>, PolicyFileError> {
    let undated = Day::new(1900, 1, 1).unwrap_or_default();
    let rights = load(file, text)?;
    Ok(vec![Event::said(undated, Kind::RightsAdopted(Box::new(rights)))])
}

/// Reads a table of roles.
pub(super) fn load(file: &str, text: &str) -> Result<Rights, PolicyFileError> {
    let source = FileText { file, text };
    let read: RightsFile = toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        source.error(&at, error.message(), "write the file as policies/rights.toml is written")
    })?;
    source.check_sources(&read.document, &read.status, !read.doubtful.is_empty())?;
    if *read.version.get_ref() == 0 {
        return Err(source.error(&read.version.span(), "versions count from 1", "number it above the one in force"));
    }
    let groups = Groups::read(&source, &read.groups)?;
    let codes = codes(&source, &read.role)?;
    let roles: Vec<_> =
        read.role.iter().map(|role| self::role(&source, &groups, &codes, role)).collect::<Result<_, _>>()?;
    let signing = signing(&source, &groups, &roles, &read.signing)?;
    let (version, document) = (*read.version.get_ref(), read.document.get_ref().clone());
    Ok(Rights { version, document, roles, signing })
}

/// The codes of the roles, each once.
fn codes<'a>(source: &FileText<'_>, roles: &'a [RoleTable]) -> Result<BTreeSet<&'a str>, PolicyFileError> {
    let mut codes = BTreeSet::new();
    for role in roles {
        let code = role.code.get_ref();
        if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            let what = format!("`{code}` is no code of a role");
            return Err(source.error(&role.code.span(), &what, "write small letters and _, for example finance_clerk"));
        }
        if !codes.insert(code.as_str()) {
            let what = format!("the role `{code}` stands twice");
            return Err(source.error(&role.code.span(), &what, "make one of both"));
        }
    }
    Ok(codes)
}

fn role(
    source: &FileText<'_>,
    groups: &Groups<'_>,
    codes: &BTreeSet<&str>,
    written: &RoleTable,
) -> Result<RoleRow, PolicyFileError> {
    let longest_days = *written.longest_days.get_ref();
    if !(1..=MAX_ROLE_DAYS).contains(&longest_days) {
        let what = format!("a grant of {longest_days} days");
        let remedy = format!("write 1 to {MAX_ROLE_DAYS} days");
        return Err(source.error(&written.longest_days.span(), &what, &remedy));
    }
    for excluded in &written.excludes {
        if excluded.get_ref() != ALL_OTHERS && !codes.contains(excluded.get_ref().as_str()) {
            let what = unknown("role", excluded.get_ref(), codes.iter().copied());
            return Err(source.error(&excluded.span(), &what, "write the code of a role of this file, or \"*\""));
        }
    }
    Ok(RoleRow {
        code: written.code.get_ref().clone(),
        name: written.name.clone(),
        says: groups.kinds(source, &written.says)?,
        signs: groups.kinds(source, &written.signs)?,
        asks: written.asks.clone(),
        detail: written.detail.into(),
        holders: written.holders.into(),
        longest_days,
        excludes: written.excludes.iter().map(|code| code.get_ref().clone()).collect(),
    })
}
