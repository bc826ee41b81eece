//! Rosters 花名册: one row, one award; and awards that end before their time 停发.

use super::derive::Derive;
use super::sets::{SetKind, SetRow};
use crate::intake::import::table::cell;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, ids};
use ledger::event::{AwardCancelled, Kind, RosterLineAdded, RosterPrepared};
use ledger::money::Day;
use proto::text::character::trimmed;
use std::sync::Arc;

/// A set of this kind.
pub(crate) const SET: SetKind<RosterPrepared, RosterLineAdded> =
    SetKind { read, prepared: Kind::RosterPrepared, added: Kind::RosterLineAdded, sealed: Kind::RosterSealed };

fn read(row: &Row<'_>, derive: &Derive<'_>) -> Result<SetRow<RosterPrepared, RosterLineAdded>, Wrong> {
    let (number, edition) = (row.key(Col::Roster)?.to_owned(), row.edition(Col::Edition)?);
    let school = row.key(Col::School)?;
    let of_edition = |edition| derive.numbered("#roster", (school, &number, edition), ids::roster);
    let (roster, replaces) = (of_edition(edition), edition.checked_sub(1).map(of_edition));
    let programme = row.key(Col::Programme)?.to_owned();
    let academic_year = year(row, Col::AcademicYear)?;
    let person = derive.person(&row.id_number(Col::IdNumber)?);
    let line = RosterLineAdded {
        roster,
        number: row.number(Col::SetLine, 1, 999_999_999)?,
        award: derive.award(&programme, academic_year, school, person),
        person,
        band: row.number(Col::Band, 1, 99)?,
        fen: row.money(Col::Amount)?,
    };
    let school = derive.org(school);
    let head = RosterPrepared { roster, school, programme, academic_year, due: due_days(row)?, replaces };
    let day = row.day(Col::PreparedDay)?;
    Ok(SetRow { number, set: roster, day, at: line.number, fen: line.fen, words: Arc::default(), head, line })
}

/// A row of a file of awards that end before their time 停发.
pub(in crate::intake::import) fn ended(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    let person = out.identity().person(&row.id_number(Col::IdNumber)?);
    let (programme, school) = (row.key(Col::Programme)?, row.key(Col::School)?);
    let event = AwardCancelled {
        award: ids::award(programme, year(row, Col::AcademicYear)?, school, person),
        from_instalment: row.number(Col::FromInstalment, 1, 12)?,
        reason: row.text(Col::EndedFor)?.to_owned(),
        document: row.document(Col::Document)?,
    };
    Ok((row.day(Col::EffectiveDay)?, Kind::AwardCancelled(event)).into())
}

/// A year, also written as the academic year `2021/22` or `2021-2022`.
pub(crate) fn year(row: &Row<'_>, col: Col) -> Result<u16, Wrong> {
    let wrong = || {
        Wrong::cell(
            col,
            "bad_year",
            "不是年份 not a year",
            "写第一个年份，如 2021 write the first calendar year, for example 2021",
        )
    };
    let cell = row.text(col)?;
    let first = cell.split(['/', '-', '—']).next().unwrap_or(cell);
    if first.len() != 4 || !first.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    first.parse().ok().filter(|y| (1900..=2999).contains(y)).ok_or_else(wrong)
}

/// One to twelve days, ascending, parted by semicolons.
fn due_days(row: &Row<'_>) -> Result<Vec<Day>, Wrong> {
    let cell = row.cell(Col::DueDays)?;
    let wrong = |what: &'static str| {
        Wrong::cell(
            Col::DueDays,
            "bad_due_days",
            what,
            "写 1 至 12 个日期，由早到晚，如 2021-09-01;2022-03-01 write 1 to 12 days like 2021-09-01;2022-03-01, ascending",
        )
    };
    let days: Option<Vec<Day>> = cell.split([';', '；']).map(|part| cell::day(trimmed(part))).collect();
    let days = days.ok_or_else(|| wrong("不是日期列表 not a list of days"))?;
    if days.len() > 12 {
        return Err(wrong("超过 12 个日期 more than 12 days"));
    }
    if !days.is_sorted_by(|a, b| a < b) {
        return Err(wrong("日期不是由早到晚 the days do not ascend"));
    }
    Ok(days)
}
