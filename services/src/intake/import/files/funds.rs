//! Compensation funds: money received 补偿金到账, what a lender holds 补偿金对账, reward money spent 奖励使用; and what is
//! paid over to finance 上缴财政.

use super::{loans, movements};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement, ids};
use ledger::event::{CompensationReceived, FundStated, Kind, Payer, RewardSpent, Surrendered};

const PAYERS: &[(&str, &str, Payer)] = &[
    ("中央", "central", Payer::Central),
    ("省级", "province", Payer::Province),
    ("市级", "city", Payer::City),
    ("县级", "county", Payer::County),
    ("学校", "university", Payer::University),
    ("贷款机构", "lender", Payer::Lender),
];

/// The uses of rewards as offices write them; other words go on as they are, for the terms to judge.
const USES: &[(&str, &str)] = &[
    ("宣传", "publicity"),
    ("办公设备", "equipment"),
    ("培训", "training"),
    ("差旅", "travel"),
    ("通讯", "communication"),
    ("临时人员", "temporary_staff"),
    ("救助", "relief"),
];

/// A row of a file of compensation received.
pub(in crate::intake::import) fn received(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_received(row).map(Spoken::from)
}

/// A row of a file of statements.
pub(in crate::intake::import) fn stated(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_stated(row).map(Spoken::from)
}

/// A row of a file of reward money spent.
pub(in crate::intake::import) fn spent(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_spent(row).map(Spoken::from)
}

/// A row of a file of what was paid over to finance.
pub(in crate::intake::import) fn surrendered(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (unit, serial) = (ids::org(row.key(Col::Unit)?), row.key(Col::Serial)?.to_owned());
    let event = Surrendered { unit, fen: row.money(Col::Amount)?, serial, document: row.document(Col::Document)? };
    Ok((row.day(Col::EffectiveDay)?, Kind::Surrendered(event)).into())
}

fn read_received(row: &Row<'_>) -> Result<Statement, Wrong> {
    let year = loans::lender_year(row)?;
    let serial = row.key(Col::Serial)?.to_owned();
    let (payer, fen) = (row.word(Col::Payer, PAYERS)?, row.money(Col::Amount)?);
    let event = CompensationReceived { year, payer, fen, serial };
    Ok((row.day(Col::EffectiveDay)?, Kind::CompensationReceived(event)))
}

fn read_stated(row: &Row<'_>) -> Result<Statement, Wrong> {
    let number = row.key(Col::Lender)?;
    let (lender, kind) = (ids::org(number), loans::kind(row)?);
    if !row.has(Col::Held) {
        return Err(Wrong::cell(
            Col::Held,
            "missing",
            "此栏为空 the cell is empty",
            "没有余额的写 0 write 0 if nothing is held",
        ));
    }
    let event = FundStated { lender, kind, fen: row.money_or_zero(Col::Held)? };
    Ok((row.day(Col::EffectiveDay)?, Kind::FundStated(event)))
}

fn read_spent(row: &Row<'_>) -> Result<Statement, Wrong> {
    let reward = ids::reward(row.giver(Col::Centre)?, row.key(Col::Reward)?);
    let purpose = movements::code(USES, row.key(Col::Purpose)?);
    let event = RewardSpent { reward, purpose, fen: row.money(Col::Amount)?, serial: movements::serial_or_empty(row)? };
    Ok((row.day(Col::EffectiveDay)?, Kind::RewardSpent(event)))
}
