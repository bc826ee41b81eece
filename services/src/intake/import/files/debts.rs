//! What is owed back 追回退还: payments that are to be recovered, what came in or is waived, what was paid back. The decision by which it is
//! owed is named by its event id, as `debts` shows it, by the document that ordered a payment recovered, or by the item in suspense
//! and which of its clearings it is.

use super::suspense::From;
use super::{applications, suspense};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Unread, Wrong};
use crate::intake::import::{AskingResult, Candidate, Out, Spoken, ids};
use ledger::event::{
    Clearing, Event, Kind, RecoveryOrdered, RecoveryReceived, RecoveryWaived, RefundPaid, SuspenseCleared,
};
use ledger::money::Day;
use uuid::Uuid;

#[derive(Clone, Copy)]
enum DebtStep {
    Order,
    Receive,
    Waive,
    Refund,
}

const STEPS: &[(&str, &str, DebtStep)] = &[
    ("追回", "order", DebtStep::Order),
    ("追回到账", "receive", DebtStep::Receive),
    ("免追", "waive", DebtStep::Waive),
    ("退还支付", "refund", DebtStep::Refund),
];

/// How many decisions about one item of suspense have a number.
const CLEARINGS_MAX: u32 = 99;

/// A row of a file of what is owed back.
pub(in crate::intake::import) fn told(row: &Row<'_>, out: &Out<'_>) -> AskingResult {
    let fen = row.money(Col::Amount)?;
    let told = suspense::told_of(row)?;
    let unit = || row.giver(Col::Unit).map(ids::org);
    let serial = || row.key(Col::Serial).map(str::to_owned);
    let why = || Ok::<_, Wrong>((row.text(Col::Why)?.to_owned(), row.document(Col::Document)?));
    let step = row.word(Col::DebtStep, STEPS)?;
    // What came in is refunded, what went out is recovered.
    let from = if matches!(step, DebtStep::Refund) { From::Return } else { From::Credit };
    let of_decision =
        |say: &dyn Fn(Uuid) -> Kind| out.seals.meant(told, &decisions(row, from, out)?, say).map_err(Unread::Unasked);
    let (kind, edition) = match step {
        DebtStep::Order => {
            let (payout, (reason, document)) = (applications::payment(row)?, why()?);
            (Kind::RecoveryOrdered(RecoveryOrdered { payout, fen, reason, document }), told.1)
        }
        DebtStep::Receive => {
            let (unit, serial) = (unit()?, serial()?);
            of_decision(&|debt| Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen, serial: serial.clone() }))?
        }
        DebtStep::Waive => {
            let (reason, document) = why()?;
            // One column for all rows of a file; who waives is the unit it is owed to, so nothing hangs on it.
            row.has(Col::Unit).then(|| row.giver(Col::Unit)).transpose()?;
            let say = |debt| RecoveryWaived { debt, fen, reason: reason.clone(), document: document.clone() };
            of_decision(&|debt| Kind::RecoveryWaived(say(debt)))?
        }
        DebtStep::Refund => {
            let (unit, serial) = (unit()?, serial()?);
            is_known(row, out)?;
            of_decision(&|debt| Kind::RefundPaid(RefundPaid { debt, unit, fen, serial: serial.clone() }))?
        }
    };
    Ok(Spoken { edition: Some(edition), ..Spoken::from((told.0, kind)) })
}

/// Money is paid back of a return, or of a credit of which too much was recovered: which of both a number means is known once the bank's row
/// is on record. Told before it, the row has to say so itself.
fn is_known(row: &Row<'_>, out: &Out<'_>) -> Result<(), Unread> {
    if [Col::EventId, Col::Order, Col::SuspenseOf].into_iter().any(|col| row.has(col)) || !out.seals.asks() {
        return Ok(());
    }
    let items = suspense::items(row, (Col::ItemSerial, From::Return), out)?;
    if items.iter().any(|item| item.told) {
        return Ok(());
    }
    let what = "该原流水号的入账和退回都不在账上, 不知退还的是哪一种 neither a credit nor a return of this number is on record";
    let remedy =
        "先导入银行回单, 或在 暂记来源 列写明 入账 或 退回 import the bank's file first, or say which of them it is";
    Err(Wrong::cell(Col::SuspenseOf, "missing", what, remedy).into())
}

/// Which decisions a row may mean by which it is owed.
fn decisions(row: &Row<'_>, from: From, out: &Out<'_>) -> Result<Vec<Candidate>, Unread> {
    let named = |id| Ok(vec![Candidate { id, rank: 0, shared: false }]);
    if row.has(Col::EventId) {
        return named(row.uuid(Col::EventId)?);
    }
    // Amounts, reasons and days are no part of what a decision is known by.
    if row.has(Col::Order) {
        let (payout, document) = (applications::payment(row)?, row.document(Col::Order)?);
        let ordered = RecoveryOrdered { payout, fen: 0, reason: String::new(), document };
        let said = Event::said(Day::default(), Kind::RecoveryOrdered(ordered));
        if row.has(Col::OrderEdition) {
            return named(said.id_of_edition(row.edition(Col::OrderEdition)?));
        }
        // The edition that counts, where the first was taken back.
        let found = out.seals.editions(&said).map_err(Unread::Unasked)?;
        return Ok(found.into_iter().map(|found| Candidate { shared: true, ..found }).collect());
    }
    let number = row.has(Col::ClearedNumber).then(|| row.number(Col::ClearedNumber, 1, CLEARINGS_MAX)).transpose()?;
    let edition = row.has(Col::ClearedEdition).then(|| row.edition(Col::ClearedEdition)).transpose()?;
    let mut decisions = Vec::new();
    for item in suspense::items(row, (Col::ItemSerial, from), out)? {
        // A decision that counts goes before one that does not, by whichever edition of the item it names that.
        let rank = |found: u8| if item.meant { 2 * found + u8::from(item.counts) } else { 0 };
        let ranked = |found: Candidate| Candidate { rank: rank(found.rank), ..found };
        for id in &item.editions {
            let decided = |number| {
                let cleared = SuspenseCleared { item: *id, number, fen: 0, how: Clearing::Surrendered };
                Event::said(Day::default(), Kind::SuspenseCleared(cleared))
            };
            if let Some(edition) = edition {
                let id = decided(number.unwrap_or(1)).id_of_edition(edition);
                decisions.push(ranked(Candidate { id, rank: 0, shared: false }));
                continue;
            }
            let mut found = out.seals.editions(&decided(number.unwrap_or(1))).map_err(Unread::Unasked)?;
            decisions.extend(found.drain(..).map(ranked));
            // Where a row does not say which, the first may have been taken back and decided anew under the next number.
            for number in if number.is_some() { 2..2 } else { 2..CLEARINGS_MAX + 1 } {
                found = out.seals.told_editions(&decided(number)).map_err(Unread::Unasked)?;
                if found.is_empty() {
                    break;
                }
                decisions.extend(found.drain(..).map(ranked));
            }
        }
    }
    Ok(decisions)
}
