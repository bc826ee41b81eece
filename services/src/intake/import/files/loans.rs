//! Loan contracts 贷款合同, and the words all files of loans share. What happened to a loan later: `movements`.

use super::rosters;
use crate::intake::import::table::cell;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement, ids};
use ledger::event::{DayBasis, Kind, LenderYear, LoanKind, LoanSigned, StudyLevel};
use uuid::Uuid;

const KINDS: &[(&str, &str, LoanKind)] = &[
    ("生源地", "origin", LoanKind::Origin),
    ("校园地", "campus", LoanKind::Campus),
    ("生源地信用助学贷款", "LOAN-ORIGIN", LoanKind::Origin),
    ("校园地国家助学贷款", "LOAN-CAMPUS", LoanKind::Campus),
];

const LEVELS: &[(&str, &str, StudyLevel)] =
    &[("本专科", "undergraduate", StudyLevel::Undergraduate), ("研究生", "postgraduate", StudyLevel::Postgraduate)];

const BASES: &[(&str, &str, DayBasis)] = &[("360", "D360", DayBasis::D360), ("365", "D365", DayBasis::D365)];

/// A row of a file of contracts.
pub(in crate::intake::import) fn signed(row: &Row<'_>, out: &Out<'_>) -> RowResult {
    read_signed(row, out).map(Spoken::from)
}

/// The kind of loan a row names.
pub(in crate::intake::import) fn kind(row: &Row<'_>) -> Result<LoanKind, Wrong> {
    row.word(Col::LoanKind, KINDS)
}

/// The loan a row names by lender and contract number.
pub(in crate::intake::import) fn loan(row: &Row<'_>) -> Result<Uuid, Wrong> {
    Ok(ids::loan(row.key(Col::Lender)?, row.key(Col::LoanNumber)?))
}

/// Lender, kind and year a row names.
pub(in crate::intake::import) fn lender_year(row: &Row<'_>) -> Result<LenderYear, Wrong> {
    let lender = ids::org(row.key(Col::Lender)?);
    Ok(LenderYear { lender, kind: kind(row)?, year: rosters::year(row, Col::LenderYear)? })
}

fn read_signed(row: &Row<'_>, out: &Out<'_>) -> Result<Statement, Wrong> {
    let lender = row.key(Col::Lender)?;
    let number = row.key(Col::LoanNumber)?;
    let loan = ids::loan(lender, number);
    let contract = cell::hash(row.cell(Col::ContractHash)?).ok_or_else(|| {
        Wrong::cell(
            Col::ContractHash,
            "bad_hash",
            "不是 64 位十六进制校验值 not 64 hexadecimal digits",
            "写电子合同的 SHA-256 校验值 give the SHA-256 of the e-contract",
        )
    })?;
    let day = row.day(Col::EffectiveDay)?;
    let event = LoanSigned {
        loan,
        number: number.to_owned(),
        contract,
        lender: ids::org(lender),
        person: out.identity().person(&row.id_number(Col::IdNumber)?),
        school: ids::org(row.key(Col::School)?),
        kind: kind(row)?,
        level: row.word(Col::StudyLevel, LEVELS)?,
        academic_year: rosters::year(row, Col::AcademicYear)?,
        basis: row.word(Col::DayBasis, BASES)?,
        graduates: row.day(Col::Graduates)?,
        repay_from: row.day(Col::RepayFrom)?,
        matures: row.day(Col::Matures)?,
    };
    let late = [(Col::RepayFrom, event.repay_from, event.graduates), (Col::Matures, event.matures, event.repay_from)];
    for (col, later, earlier) in late {
        if later < earlier {
            let what = format!("日期先后颠倒 {later} lies before {earlier}");
            return Err(Wrong::cell(
                col,
                "days_cross",
                what,
                "应先毕业，再开始还本，再到期 study ends, then repaying begins, then the loan matures",
            ));
        }
    }
    Ok((day, Kind::LoanSigned(event)))
}
