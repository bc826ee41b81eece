//! Payments to lenders 贷款拨付 and what became of them 拨付结果.

use super::derive::Derive;
use super::{applications, loans, rosters};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement, ids};
use ledger::event::{Kind, Purpose, RemittanceCleared, RemittanceOrdered, RemittanceReturned};

#[derive(Clone, Copy)]
enum For {
    Claim,
    Advance,
    Compensation,
}

const PURPOSES: &[(&str, &str, For)] =
    &[("申报", "claim", For::Claim), ("预拨", "advance", For::Advance), ("补偿金", "compensation", For::Compensation)];

#[derive(Clone, Copy)]
enum End {
    Cleared,
    Returned,
}

const ENDS: &[(&str, &str, End)] = &[("支付", "cleared", End::Cleared), ("退回", "returned", End::Returned)];

/// A row of a file of payments to lenders.
pub(in crate::intake::import) fn ordered(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    read_ordered(row, out).map(Spoken::from)
}

/// A row of a file of their results.
pub(in crate::intake::import) fn ended(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_ended(row).map(Spoken::from)
}

fn read_ordered(row: &Row<'_>, out: &Out<'_>) -> Result<Statement, Wrong> {
    let number = row.key(Col::Remittance)?;
    let unit = row.key(Col::Unit)?;
    let purpose = match row.word(Col::Purpose, PURPOSES)? {
        For::Claim => {
            Purpose::Claim(ids::claim(row.key(Col::Lender)?, row.key(Col::Claim)?, row.edition(Col::SetEdition)?))
        }
        For::Advance => Purpose::Advance(loans::lender_year(row)?),
        For::Compensation => Purpose::Compensation(loans::lender_year(row)?),
    };
    let (draws, _) = applications::draws(row, unit, &Derive::by(out.identity()))?;
    let event = RemittanceOrdered {
        remittance: ids::remittance(unit, number),
        unit: ids::org(unit),
        fiscal_year: rosters::year(row, Col::FiscalYear)?,
        purpose,
        draws,
    };
    Ok((row.day(Col::EffectiveDay)?, Kind::RemittanceOrdered(event)))
}

fn read_ended(row: &Row<'_>) -> Result<Statement, Wrong> {
    let remittance = ids::remittance(row.giver(Col::Unit)?, row.key(Col::Remittance)?);
    let (serial, fen) = (row.key(Col::Serial)?.to_owned(), row.money(Col::Amount)?);
    let kind = match row.word(Col::BankResult, ENDS)? {
        End::Cleared => Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial }),
        End::Returned => Kind::RemittanceReturned(RemittanceReturned { remittance, fen, serial }),
    };
    Ok((row.day(Col::EffectiveDay)?, kind))
}
