//! Lenders' claims 贴息申报: one row, one loan. A file holds whole claims, chained and sealed as rosters are.

use super::derive::Derive;
use super::loans;
use super::sets::{SetKind, SetRow};
use crate::intake::import::ids;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::correction::reason;
use crate::intake::import::table::row::{Row, Wrong};
use ledger::event::{ClaimFor, ClaimLineAdded, ClaimSubmitted, EntryWithdrawn, Event, Kind, LoanKind, SetSealed};
use ledger::money::Day;
use std::sync::Arc;
use uuid::Uuid;

/// More loan-days than any period has.
const MAX_DAYS: u32 = 36_600;

const CLAIM_FOR: &[(&str, &str, ClaimFor)] =
    &[("贴息", "subsidy", ClaimFor::Subsidy), ("免息", "waiver", ClaimFor::Waiver)];

const YES: &[(&str, &str, bool)] = &[("是", "yes", true), ("否", "no", false)];

/// What is claimed.
pub(in crate::intake::import) fn claim_for(row: &Row<'_>) -> Result<ClaimFor, Wrong> {
    row.word(Col::ClaimFor, CLAIM_FOR)
}

/// A set of this kind.
pub(crate) const SET: SetKind<ClaimSubmitted, ClaimLineAdded> =
    SetKind { read, prepared: Kind::ClaimSubmitted, added: Kind::ClaimLineAdded, sealed: Kind::ClaimSealed };

fn read(row: &Row<'_>, derive: &Derive<'_>) -> Result<SetRow<ClaimSubmitted, ClaimLineAdded>, Wrong> {
    let (number, edition) = (row.key(Col::Claim)?.to_owned(), row.edition(Col::Edition)?);
    let lender = row.key(Col::Lender)?;
    let of_edition = |edition| derive.numbered("#claim", (lender, &number, edition), ids::claim);
    let (claim, replaces) = (of_edition(edition), edition.checked_sub(1).map(of_edition));
    let line = ClaimLineAdded {
        claim,
        number: row.number(Col::SetLine, 1, 999_999_999)?,
        loan: derive.loan(lender, row.key(Col::LoanNumber)?),
        principal: row.money_or_zero(Col::PrincipalPart)?,
        rate_ppm: row.percent(Col::Rate)?,
        days: row.number(Col::Days, 0, MAX_DAYS)?,
        fen: row.money(Col::Amount)?,
    };
    let head = ClaimSubmitted {
        claim,
        number,
        lender: derive.org(lender),
        kind: loans::kind(row)?,
        what: claim_for(row)?,
        from: row.day(Col::FromDay)?,
        through: row.day(Col::ThroughDay)?,
        unit: derive.org(row.key(Col::Unit)?),
        supplementary: row.has(Col::Supplementary) && row.word(Col::Supplementary, YES)?,
        replaces,
    };
    if head.through < head.from {
        let what = "截止日早于起始日 the period ends before it begins";
        return Err(Wrong::cell(Col::ThroughDay, "days_cross", what, "更正日期 correct the days"));
    }
    let (number, day) = (head.number.clone(), row.day(Col::EffectiveDay)?);
    // Of a contract nobody told of, the ledger knows no number.
    let words = Arc::from(row.as_it_stands(Col::LoanNumber));
    Ok(SetRow { number, set: claim, day, at: line.number, fen: line.fen, words, head, line })
}

/// A claim given up 作废: that it was submitted is taken back, whatever it said.
pub(in crate::intake::import) fn given_up(row: &Row<'_>, claim: Uuid) -> Result<Kind, Wrong> {
    let (number, nobody, day) = (String::new(), Uuid::nil(), Day::default());
    let submitted = ClaimSubmitted {
        claim,
        number,
        lender: nobody,
        kind: LoanKind::Origin,
        what: ClaimFor::Subsidy,
        from: day,
        through: day,
        unit: nobody,
        supplementary: false,
        replaces: None,
    };
    taken_back(row, Kind::ClaimSubmitted(submitted))
}

/// A claim takes lines again 撤销封存.
pub(in crate::intake::import) fn unsealed(row: &Row<'_>, claim: Uuid) -> Result<Kind, Wrong> {
    taken_back(row, Kind::ClaimSealed(SetSealed { set: claim, count: 0, fen: 0, hash: [0; 32] }))
}

/// One line of a claim is taken back 撤销行, by its 行号.
pub(in crate::intake::import) fn line_gone(row: &Row<'_>, claim: Uuid) -> Result<Kind, Wrong> {
    let number = row.number(Col::SetLine, 1, 999_999_999)?;
    let (loan, principal, rate_ppm, days, fen) = (Uuid::nil(), 0, 0, 0, 0);
    taken_back(row, Kind::ClaimLineAdded(ClaimLineAdded { claim, number, loan, principal, rate_ppm, days, fen }))
}

/// By the key alone, which is all that makes the id.
fn taken_back(row: &Row<'_>, told: Kind) -> Result<Kind, Wrong> {
    let (entry, content) = (Event::said(row.day(Col::EffectiveDay)?, told).id, 0);
    let document = if row.has(Col::CorrectedBy) { row.document(Col::CorrectedBy)? } else { String::new() };
    Ok(Kind::EntryWithdrawn(EntryWithdrawn { entry, content, reason: reason(row)?, document }))
}
