//! Bank results 银行回单: credited, returned with its reason, unknown. Reports only: nothing is judged here.

use super::applications;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement};
use ledger::event::{Kind, PayoutCredited, PayoutReturned, PayoutUnknown};

#[derive(Clone, Copy)]
enum Word {
    Credited,
    Returned,
    Unknown,
}

const RESULTS: &[(&str, &str, Word)] =
    &[("成功", "credited", Word::Credited), ("退回", "returned", Word::Returned), ("未知", "unknown", Word::Unknown)];

/// A row of a file of results.
pub(in crate::intake::import) fn result(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read(row).map(Spoken::from)
}

fn read(row: &Row<'_>) -> Result<Statement, Wrong> {
    let payout = applications::payment(row)?;
    let serial = row.key(Col::Serial)?.to_owned();
    let kind = match row.word(Col::BankResult, RESULTS)? {
        Word::Credited => Kind::PayoutCredited(PayoutCredited { payout, fen: row.money(Col::Amount)?, serial }),
        Word::Returned => {
            let fen = row.money(Col::Amount)?;
            Kind::PayoutReturned(PayoutReturned { payout, fen, reason: reason(row)?, serial })
        }
        Word::Unknown => Kind::PayoutUnknown(PayoutUnknown { payout, serial }),
    };
    Ok((row.day(Col::EffectiveDay)?, kind))
}

/// R01 to R99 as its number.
fn reason(row: &Row<'_>) -> Result<u32, Wrong> {
    let cell = row.text(Col::Reason)?;
    let digits = cell.strip_prefix(['R', 'r']).filter(|d| d.len() == 2 && d.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(|d| d.parse().ok()).filter(|n| *n > 0).ok_or_else(|| {
        Wrong::cell(
            Col::Reason,
            "bad_reason",
            "不是 R01 至 R99 的退回原因 not a reason R01 to R99",
            "把银行的说明对应到这些代码 map the bank's text to one of these codes",
        )
    })
}
