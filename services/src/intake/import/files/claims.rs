//! Lenders' claims 贴息申报: one row, one loan. A file holds whole claims, chained and sealed as rosters are.

use super::derive::Derive;
use super::loans;
use super::sets::{SetKind, SetRow};
use crate::intake::import::ids;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use ledger::event::{ClaimFor, ClaimLineAdded, ClaimSubmitted, Kind};

/// More loan-days than any period has.
const MAX_DAYS: u32 = 36_600;

const CLAIM_FOR: &[(&str, &str, ClaimFor)] =
    &[("贴息", "subsidy", ClaimFor::Subsidy), ("免息", "waiver", ClaimFor::Waiver)];

/// What is claimed.
pub(in crate::intake::import) fn claim_for(row: &Row<'_>) -> Result<ClaimFor, Wrong> {
    row.word(Col::ClaimFor, CLAIM_FOR)
}

/// A set of this kind.
pub(crate) const SET: SetKind<ClaimSubmitted, ClaimLineAdded> =
    SetKind { read, prepared: Kind::ClaimSubmitted, added: Kind::ClaimLineAdded, sealed: Kind::ClaimSealed };

fn read(row: &Row<'_>, derive: &Derive<'_>) -> Result<SetRow<ClaimSubmitted, ClaimLineAdded>, Wrong> {
    let number = row.key(Col::Claim)?.to_owned();
    let lender = row.key(Col::Lender)?;
    let claim = derive.numbered("#claim", (lender, &number, 0), |lender, number, _| ids::claim(lender, number));
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
    };
    if head.through < head.from {
        let what = "截止日早于起始日 the period ends before it begins";
        return Err(Wrong::cell(Col::ThroughDay, "days_cross", what, "更正日期 correct the days"));
    }
    let (number, day) = (head.number.clone(), row.day(Col::EffectiveDay)?);
    Ok(SetRow { number, set: claim, day, at: line.number, fen: line.fen, head, line })
}
