//! What is owed back 追回退还: payments that are to be recovered, what came in or is waived, what was paid back. The decision by which it is
//! owed is named by its event id, as `debts` shows it, by the document that ordered a payment recovered, or by the item in suspense
//! and which of its clearings it is.

use super::{applications, suspense};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Unread, Wrong};
use crate::intake::import::{AskingResult, Out, ids};
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

/// A row of a file of what is owed back.
pub(in crate::intake::import) fn told(row: &Row<'_>, out: &Out<'_>) -> AskingResult {
    let fen = row.money(Col::Amount)?;
    let unit = || row.giver(Col::Unit).map(ids::org);
    let serial = || row.key(Col::Serial).map(str::to_owned);
    let why = || Ok::<_, Wrong>((row.text(Col::Why)?.to_owned(), row.document(Col::Document)?));
    let kind = match row.word(Col::DebtStep, STEPS)? {
        DebtStep::Order => {
            let (payout, (reason, document)) = (applications::payment(row)?, why()?);
            Kind::RecoveryOrdered(RecoveryOrdered { payout, fen, reason, document })
        }
        DebtStep::Receive => Kind::RecoveryReceived(RecoveryReceived {
            debt: decision(row, out)?,
            unit: unit()?,
            fen,
            serial: serial()?,
        }),
        DebtStep::Waive => {
            let (debt, (reason, document)) = (decision(row, out)?, why()?);
            Kind::RecoveryWaived(RecoveryWaived { debt, fen, reason, document })
        }
        DebtStep::Refund => {
            Kind::RefundPaid(RefundPaid { debt: decision(row, out)?, unit: unit()?, fen, serial: serial()? })
        }
    };
    Ok((row.day(Col::EffectiveDay)?, kind).into())
}

/// The id of the decision by which it is owed.
fn decision(row: &Row<'_>, out: &Out<'_>) -> Result<Uuid, Unread> {
    if row.has(Col::EventId) {
        return Ok(row.uuid(Col::EventId)?);
    }
    // Amounts, reasons and days are no part of what a decision is known by.
    if row.has(Col::Order) {
        let (payout, document) = (applications::payment(row)?, row.document(Col::Order)?);
        let ordered = RecoveryOrdered { payout, fen: 0, reason: String::new(), document };
        let said = Event::said(Day::default(), Kind::RecoveryOrdered(ordered));
        return Ok(said.id_of_edition(row.edition(Col::OrderEdition)?));
    }
    let item = suspense::item(row, Col::ItemSerial, out)?;
    let number = if row.has(Col::ClearedNumber) { row.number(Col::ClearedNumber, 1, 99)? } else { 1 };
    let cleared = SuspenseCleared { item, number, fen: 0, how: Clearing::Surrendered };
    let said = Event::said(Day::default(), Kind::SuspenseCleared(cleared));
    Ok(said.id_of_edition(row.edition(Col::ClearedEdition)?))
}
