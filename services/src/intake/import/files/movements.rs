//! What happened to loans 贷款流水: one row, one report of the lender. Which cells a movement needs stands in one table.

use super::{claims, loans};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement, ids};
use ledger::event::{
    Allocation, ClaimedBefore, Kind, LoanAmended, LoanDeferred, LoanDrawReturned, LoanDrawn, LoanOverdue,
    LoanRateAgreed, LoanRefunded, LoanRelieved, LoanRepaid, LoanStateRepaid, LoanWrittenOff, LossRecovered,
    OverclaimReturned,
};
use ledger::money::Fen;
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq)]
enum Movement {
    Drawn,
    DrawReturned,
    Repaid,
    RepaidEarly,
    Refunded,
    Overdue,
    Deferred,
    WrittenOff,
    LossRecovered,
    StateRepaid,
    Relieved,
    RateAgreed,
    OverclaimReturned,
    Amended,
    ClaimedBefore,
}

use Movement as M;

const MOVEMENTS: &[(&str, &str, Movement)] = &[
    ("放款", "drawn", M::Drawn),
    ("放款退回", "draw_returned", M::DrawReturned),
    ("还款", "repaid", M::Repaid),
    ("提前还款", "repaid_early", M::RepaidEarly),
    ("退还", "refunded", M::Refunded),
    ("逾期", "overdue", M::Overdue),
    ("展期", "deferred", M::Deferred),
    ("核销", "written_off", M::WrittenOff),
    ("损失追回", "loss_recovered", M::LossRecovered),
    ("代偿", "state_repaid", M::StateRepaid),
    ("救助", "relieved", M::Relieved),
    ("利率协议", "rate_agreed", M::RateAgreed),
    ("多领退回", "overclaim_returned", M::OverclaimReturned),
    ("合同变更", "amended", M::Amended),
    ("建账前已申报", "claimed_before", M::ClaimedBefore),
];

/// The grounds of relief as offices write them; other words go on as they are, for the terms to judge.
const GROUNDS: &[(&str, &str)] = &[
    ("死亡", "death"),
    ("失踪", "missing"),
    ("丧失劳动能力", "working_capacity"),
    ("丧失民事行为能力", "legal_capacity"),
    ("重大灾害", "disaster"),
    ("重大疾病", "illness"),
    ("收入过低", "low_income"),
];

/// Cells that only some movements have. A serial number may stand in every row.
const PARTICULAR: [Col; 19] = [
    Col::Claim,
    Col::SetLine,
    Col::SetEdition,
    Col::Amount,
    Col::PrincipalPart,
    Col::InterestPart,
    Col::PenaltyPart,
    Col::Programme,
    Col::Matures,
    Col::Spread,
    Col::Reward,
    Col::Centre,
    Col::Grounds,
    Col::ClaimFor,
    Col::RepayFrom,
    Col::School,
    Col::Document,
    Col::LoanKind,
    Col::ThroughDay,
];

/// A row of a file of movements.
pub(in crate::intake::import) fn moved(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read(row).map(Spoken::from)
}

/// What a code is when offices write a word for it.
pub(in crate::intake::import) fn code(words: &[(&str, &str)], cell: &str) -> String {
    words.iter().find(|(zh, _)| *zh == cell).map_or(cell, |(_, en)| en).to_owned()
}

fn read(row: &Row<'_>) -> Result<Statement, Wrong> {
    let loan = loans::loan(row)?;
    let movement = row.word(Col::Movement, MOVEMENTS)?;
    check_cells(row, movement)?;
    let day = row.day(Col::EffectiveDay)?;
    let kind = kind(row, loan, movement)?;
    Ok((day, kind))
}

fn kind(row: &Row<'_>, loan: Uuid, movement: Movement) -> Result<Kind, Wrong> {
    let serial = || row.key(Col::Serial).map(str::to_owned);
    let fen = || row.money(Col::Amount);
    Ok(match movement {
        M::Drawn => Kind::LoanDrawn(LoanDrawn { loan, fen: fen()?, serial: serial()? }),
        M::DrawReturned => Kind::LoanDrawReturned(LoanDrawReturned { loan, fen: fen()?, serial: serial()? }),
        M::Repaid | M::RepaidEarly => {
            let (fen, early) = (fen()?, movement == M::RepaidEarly);
            Kind::LoanRepaid(LoanRepaid { loan, fen, allocation: parts(row, Some(fen))?, early, serial: serial()? })
        }
        M::Refunded => {
            let total = if row.has(Col::Amount) { Some(fen()?) } else { None };
            let missing = || {
                Wrong::cell(
                    Col::PrincipalPart,
                    "missing",
                    "没有写明各部分 no part is named",
                    "写明退还的是本金、利息还是罚息 say of what it was given back",
                )
            };
            let allocation = parts(row, total)?.ok_or_else(missing)?;
            Kind::LoanRefunded(LoanRefunded { loan, allocation, serial: serial()? })
        }
        M::Overdue => Kind::LoanOverdue(LoanOverdue { loan, fen: fen()?, serial: serial_or_empty(row)? }),
        M::Deferred => {
            Kind::LoanDeferred(LoanDeferred { loan, until: row.day(Col::Matures)?, serial: serial_or_empty(row)? })
        }
        M::WrittenOff => Kind::LoanWrittenOff(LoanWrittenOff { loan, fen: fen()?, serial: serial_or_empty(row)? }),
        M::LossRecovered => Kind::LossRecovered(LossRecovered { loan, fen: fen()?, serial: serial()? }),
        M::StateRepaid => {
            let programme = row.key(Col::Programme)?.to_owned();
            Kind::LoanStateRepaid(LoanStateRepaid { loan, programme, fen: fen()?, serial: serial()? })
        }
        M::Relieved => {
            let reward = ids::reward(row.giver(Col::Centre)?, row.key(Col::Reward)?);
            let reason = code(GROUNDS, row.key(Col::Grounds)?);
            Kind::LoanRelieved(LoanRelieved { loan, reward, reason, fen: fen()?, serial: serial_or_empty(row)? })
        }
        M::RateAgreed => {
            Kind::LoanRateAgreed(LoanRateAgreed { loan, spread_bp: spread(row)?, serial: serial_or_empty(row)? })
        }
        M::OverclaimReturned => {
            let (what, unit) = (claims::claim_for(row)?, ids::org(row.key(Col::Unit)?));
            let (claim, line) = line_of_claim(row)?;
            Kind::OverclaimReturned(OverclaimReturned { loan, what, claim, line, unit, fen: fen()?, serial: serial()? })
        }
        M::Amended => Kind::LoanAmended(amended(row, loan)?),
        M::ClaimedBefore => {
            let (lender, kind, what) = (ids::org(row.key(Col::Lender)?), loans::kind(row)?, claims::claim_for(row)?);
            let fen = if row.has(Col::Amount) { fen()? } else { 0 };
            Kind::ClaimedBefore(ClaimedBefore { lender, kind, loan, what, through: row.day(Col::ThroughDay)?, fen })
        }
    })
}

/// The line of a claim that was confirmed too much; without one it is of what was claimed before this ledger.
fn line_of_claim(row: &Row<'_>) -> Result<(Option<Uuid>, u32), Wrong> {
    if row.has(Col::Claim) {
        let claim = ids::claim(row.key(Col::Lender)?, row.key(Col::Claim)?, row.edition(Col::SetEdition)?);
        return Ok((Some(claim), row.number(Col::SetLine, 1, 999_999_999)?));
    }
    let Some(col) = [Col::SetLine, Col::SetEdition].into_iter().find(|col| row.has(*col)) else {
        return Ok((None, 0));
    };
    let what = "没有申报编号，说不清是哪份申报的 without the number of a claim nobody knows which it is of";
    let remedy = "填申报编号，或清空此格 fill in the claim, or empty the cell";
    Err(Wrong::cell(col, "missing_claim", what, remedy))
}

fn amended(row: &Row<'_>, loan: Uuid) -> Result<LoanAmended, Wrong> {
    let school = if row.has(Col::School) { Some(ids::org(row.key(Col::School)?)) } else { None };
    let (repay_from, matures) = (row.day(Col::RepayFrom)?, row.day(Col::Matures)?);
    Ok(LoanAmended { loan, repay_from, matures, school, document: row.document(Col::Document)? })
}

/// The particular cells a movement needs, and those it may have.
fn cells(movement: Movement) -> (&'static [Col], &'static [Col]) {
    use Col as C;
    match movement {
        M::Drawn | M::DrawReturned | M::LossRecovered => (&[C::Amount, C::Serial], &[]),
        M::Repaid | M::RepaidEarly => (&[C::Amount, C::Serial], &[C::PrincipalPart, C::InterestPart, C::PenaltyPart]),
        M::Refunded => (&[C::Serial], &[C::Amount, C::PrincipalPart, C::InterestPart, C::PenaltyPart]),
        M::Overdue | M::WrittenOff => (&[C::Amount], &[]),
        M::Deferred => (&[C::Matures], &[]),
        M::Amended => (&[C::RepayFrom, C::Matures, C::Document], &[C::School]),
        M::ClaimedBefore => (&[C::LoanKind, C::ClaimFor, C::ThroughDay], &[C::Amount]),
        M::StateRepaid => (&[C::Amount, C::Serial, C::Programme], &[]),
        M::Relieved => (&[C::Amount, C::Reward, C::Grounds], &[C::Centre]),
        M::RateAgreed => (&[C::Spread], &[]),
        M::OverclaimReturned => (&[C::Amount, C::Serial, C::ClaimFor, C::Unit], &[C::Claim, C::SetLine, C::SetEdition]),
    }
}

/// A cell that is missing, or one that this movement cannot have, is named before anything is read from the row.
fn check_cells(row: &Row<'_>, movement: Movement) -> Result<(), Wrong> {
    let (needed, allowed) = cells(movement);
    let name = MOVEMENTS.iter().find(|(_, _, other)| *other == movement).map_or("", |(zh, _, _)| zh);
    if let Some(col) = needed.iter().find(|col| !row.has(**col)) {
        let what = format!("此业务缺这一栏 {name} needs {}/{}", col.zh(), col.en());
        return Err(Wrong::cell(*col, "missing", what, "补填 fill it in"));
    }
    let foreign = |col: &&Col| row.has(**col) && !needed.contains(col) && !allowed.contains(col);
    if let Some(col) = PARTICULAR.iter().find(foreign) {
        let what = format!("此业务没有这一栏 {name} has no {}/{}", col.zh(), col.en());
        return Err(Wrong::cell(
            *col,
            "not_of_movement",
            what,
            "清空此格，或更正业务 empty the cell, or correct the movement",
        ));
    }
    Ok(())
}

/// The number the source gave it, where it need not give one.
pub(in crate::intake::import) fn serial_or_empty(row: &Row<'_>) -> Result<String, Wrong> {
    if row.has(Col::Serial) { row.key(Col::Serial).map(str::to_owned) } else { Ok(String::new()) }
}

/// What a payment paid, if the row says it; it must add up to the amount.
fn parts(row: &Row<'_>, total: Option<Fen>) -> Result<Option<Allocation>, Wrong> {
    if [Col::PrincipalPart, Col::InterestPart, Col::PenaltyPart].iter().all(|col| !row.has(*col)) {
        return Ok(None);
    }
    let allocation = Allocation {
        penalty: row.money_or_zero(Col::PenaltyPart)?,
        interest: row.money_or_zero(Col::InterestPart)?,
        principal: row.money_or_zero(Col::PrincipalPart)?,
    };
    let sum = allocation.total();
    if sum == 0 || total.is_some_and(|total| total != sum) {
        let what = "本金、利息、罚息之和不等于金额 principal, interest and penalty do not add up to the amount";
        return Err(Wrong::cell(
            Col::PrincipalPart,
            "parts_differ",
            what,
            "更正各部分，或三栏都留空 correct the parts, or leave all three empty",
        ));
    }
    Ok(Some(allocation))
}

/// Hundredths of a per cent over the index: whole, and mostly below zero.
fn spread(row: &Row<'_>) -> Result<i32, Wrong> {
    // A minus sign is the number's own, so the check for formulas must not see it first.
    let cell = row.cell(Col::Spread)?;
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number = if plain { cell.parse().ok() } else { None };
    number.ok_or_else(|| {
        Wrong::cell(
            Col::Spread,
            "bad_spread",
            "不是整数基点 not whole hundredths of a per cent",
            "低于指标利率 70 个基点写 -70 write -70 for 70 bp below the index",
        )
    })
}
