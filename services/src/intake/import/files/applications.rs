//! Payment applications 支付申请: one row, one payment of one instalment to one card.

use super::derive::Derive;
use super::rosters;
use super::sets::{SetKind, SetRow};
use crate::intake::import::ids;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use ledger::event::{ApplicationLineAdded, ApplicationPrepared, Draw, Kind};
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
    let number = row.key(Col::Application)?.to_owned();
    let application = derive.shared("#application", &number, || Ok::<_, Wrong>(ids::application(&number)))?;
    let unit = row.key(Col::Unit)?;
    let line = row.number(Col::SetLine, 1, 999_999_999)?;
    let person = derive.person(&row.id_number(Col::IdNumber)?);
    let academic_year = rosters::year(row, Col::AcademicYear)?;
    let award = derive.award(row.key(Col::Programme)?, academic_year, row.key(Col::School)?, person);
    let reissue_of = if row.has(Col::ReissueOf) { Some(row.numbered_line(Col::ReissueOf)?) } else { None };
    let (draws, fen) = draws(row, unit, derive)?;
    let added = ApplicationLineAdded {
        application,
        number: line,
        payout: derive.payout(&number, line),
        award,
        instalment: row.number(Col::Instalment, 1, 12)?,
        card: derive.card(&row.card(Col::Card)?),
        reissue_of: reissue_of.map(|(number, line)| ids::payout(&number, line)),
        draws,
    };
    let head =
        ApplicationPrepared { application, unit: derive.org(unit), fiscal_year: rosters::year(row, Col::FiscalYear)? };
    let day = row.day(Col::PreparedDay)?;
    Ok(SetRow { number, set: application, day, at: line, fen, head, line: added })
}

/// A document line named as `文号#行号`, standing under `unit`.
pub(crate) fn document_line(row: &Row<'_>, col: Col, unit: &str) -> Result<Uuid, Wrong> {
    let (document, line) = row.reference(col)?;
    let document = text::document(document).ok_or_else(|| {
        Wrong::cell(col, "bad_document", "not a document number", "write it like 财教〔2021〕310号#1")
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
            return Err(Wrong::cell(line, "draw_twice", "the document line is named twice", "add the amounts up"));
        }
        sum = sum.checked_add(draw.fen).ok_or_else(|| {
            Wrong::cell(amount, "sum_too_large", "the amounts add up to more than can be held", "correct them")
        })?;
        draws.push(draw);
    }
    if draws.is_empty() {
        return Err(Wrong::cell(Col::Draw1, "missing", "no document line is named", "name the line that pays"));
    }
    Ok((draws, sum))
}
