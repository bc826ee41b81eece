//! Payment applications 支付申请: one row, one payment of one instalment to one card.

use super::derive::Derive;
use super::rosters;
use super::sets::{SetKind, SetRow};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, ids};
use ledger::event::{ApplicationLineAdded, ApplicationPrepared, Draw, DrawsCorrected, Kind};
use ledger::money::Fen;
use proto::text;
use uuid::Uuid;

/// A set of this kind.
pub(crate) const SET: SetKind<ApplicationPrepared, ApplicationLineAdded> = SetKind {
    read,
    prepared: Kind::ApplicationPrepared,
    added: Kind::ApplicationLineAdded,
    sealed: Kind::ApplicationSealed,
};

fn read(row: &Row<'_>, derive: &Derive<'_>) -> Result<SetRow<ApplicationPrepared, ApplicationLineAdded>, Wrong> {
    let (number, edition) = (row.key(Col::Application)?.to_owned(), row.edition(Col::Edition)?);
    let unit = row.key(Col::Unit)?;
    let of_edition = |edition| derive.numbered("#application", (unit, &number, edition), ids::application);
    let (application, replaces) = (of_edition(edition), edition.checked_sub(1).map(of_edition));
    let line = row.number(Col::SetLine, 1, 999_999_999)?;
    let person = derive.person(&row.id_number(Col::IdNumber)?);
    let academic_year = rosters::year(row, Col::AcademicYear)?;
    let award = derive.award(row.key(Col::Programme)?, academic_year, row.key(Col::School)?, person);
    let (draws, fen) = draws(row, unit, derive)?;
    let added = ApplicationLineAdded {
        application,
        number: line,
        payout: derive.payout(unit, &number, edition, line),
        award,
        instalment: row.number(Col::Instalment, 1, 12)?,
        card: derive.card(&row.card(Col::Card)?),
        reissue_of: reissued(row, unit)?,
        draws,
    };
    // Which lines of their documents these are, the ledger does not know.
    let named = Col::DRAWS.into_iter().map(|(line, _)| row.as_it_stands(line)).filter(|line| !line.is_empty());
    let words = named.map(|line| format!("{unit}/{line}")).collect::<Vec<_>>().join("、").into();
    let (unit, fiscal_year) = (derive.org(unit), rosters::year(row, Col::FiscalYear)?);
    let head = ApplicationPrepared { application, unit, fiscal_year, replaces };
    let day = row.day(Col::PreparedDay)?;
    Ok(SetRow { number, set: application, day, at: line, fen, words, head, line: added })
}

/// The payment that is paid again; one of the same unit where the row names no other.
fn reissued(row: &Row<'_>, unit: &str) -> Result<Option<Uuid>, Wrong> {
    if !row.has(Col::ReissueOf) {
        return Ok(None);
    }
    let (number, line) = row.numbered_line(Col::ReissueOf)?;
    let unit = if row.has(Col::ReissueUnit) { row.key(Col::ReissueUnit)? } else { unit };
    Ok(Some(ids::payout(unit, &number, row.edition(Col::ReissueEdition)?, line)))
}

/// The application a row names by its number, its edition, and the unit that gave it.
pub(crate) fn named(row: &Row<'_>) -> Result<Uuid, Wrong> {
    let (number, unit) = (row.key(Col::Application)?, row.giver(Col::Unit)?);
    Ok(ids::application(unit, number, row.edition(Col::SetEdition)?))
}

/// The payment a row names by its application and line.
pub(crate) fn payment(row: &Row<'_>) -> Result<Uuid, Wrong> {
    let (number, unit) = (row.key(Col::Application)?, row.giver(Col::Unit)?);
    let line = row.number(Col::SetLine, 1, 999_999_999)?;
    Ok(ids::payout(unit, number, row.edition(Col::SetEdition)?, line))
}

/// A row of a file of corrections: both lines are the unit's.
pub(in crate::intake::import) fn corrected(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let unit = row.giver(Col::Unit)?;
    let event = DrawsCorrected {
        application: named(row)?,
        from: document_line(row, Col::DrawBefore, unit)?,
        to: document_line(row, Col::DrawAfter, unit)?,
        fen: row.money(Col::Amount)?,
        document: row.document(Col::Document)?,
    };
    Ok((row.day(Col::EffectiveDay)?, Kind::DrawsCorrected(event)).into())
}

/// A document line named as `文号#行号`, standing under `unit`.
pub(crate) fn document_line(row: &Row<'_>, col: Col, unit: &str) -> Result<Uuid, Wrong> {
    let (document, line) = row.reference(col)?;
    let document = text::document(document).ok_or_else(|| {
        Wrong::cell(col, "bad_document", "不是文号 not a document number", "write it like 财教〔2021〕310号#1")
    })?;
    Ok(ids::line(&document, line, unit))
}

/// The draws of a row and their sum.
pub(crate) fn draws(row: &Row<'_>, unit: &str, derive: &Derive<'_>) -> Result<(Vec<Draw>, Fen), Wrong> {
    let mut draws: Vec<Draw> = Vec::with_capacity(3);
    let mut sum: Fen = 0;
    for (line, amount) in Col::DRAWS {
        if !row.has(line) && !row.has(amount) {
            continue;
        }
        let draw = Draw {
            line: derive.shared(unit, row.cell(line)?, || document_line(row, line, unit))?,
            fen: row.money(amount)?,
        };
        if draws.iter().any(|other| other.line == draw.line) {
            return Err(Wrong::cell(
                line,
                "draw_twice",
                "同一指标写了两次 the document line is named twice",
                "合并为一项 add the amounts up",
            ));
        }
        sum = sum.checked_add(draw.fen).ok_or_else(|| {
            Wrong::cell(
                amount,
                "sum_too_large",
                "金额合计超出可记范围 the amounts add up to more than can be held",
                "更正金额 correct them",
            )
        })?;
        draws.push(draw);
    }
    if draws.is_empty() {
        return Err(Wrong::cell(
            Col::Draw1,
            "missing",
            "没有写明指标 no document line is named",
            "写明支付所用的指标 name the line that pays",
        ));
    }
    Ok((draws, sum))
}
