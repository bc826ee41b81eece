//! Suspense cleared 暂记清理: the item is named as the bank's or the treasury's file named it, or by its event id, as findings show it.

use super::{applications, claims, loans};
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Unread, Wrong};
use crate::intake::import::{AskingResult, Candidate, Out, Spoken, ids};
use ledger::event::{
    Clearing, Draw, Event, Kind, OverclaimReturned, PayoutCredited, PayoutReturned, RemittanceCleared,
    RemittanceReturned, SuspenseCleared, VoucherCleared,
};
use ledger::money::{Day, Fen};
use uuid::Uuid;

#[derive(Clone, Copy)]
enum How {
    Accepted,
    Recoverable,
    Refundable,
    Surrendered,
    Offset,
}

const HOWS: &[(&str, &str, How)] = &[
    ("认可", "accepted", How::Accepted),
    ("追回", "recoverable", How::Recoverable),
    ("退还", "refundable", How::Refundable),
    ("上缴", "surrendered", How::Surrendered),
    ("对冲", "offset", How::Offset),
];

/// Whose money stands in suspense.
#[derive(Clone, Copy)]
pub(super) enum From {
    Credit,
    Return,
    Voucher,
    Remittance,
    RemittanceReturn,
    OverclaimReturn,
}

const FROM: &[(&str, &str, From)] = &[
    ("入账", "credit", From::Credit),
    ("退回", "return", From::Return),
    ("凭证", "voucher", From::Voucher),
    ("拨付", "remittance", From::Remittance),
    ("拨付退回", "remittance_return", From::RemittanceReturn),
    ("多领退回", "overclaim_return", From::OverclaimReturn),
];

/// A row of a file of clearings.
pub(in crate::intake::import) fn cleared(row: &Row<'_>, out: &Out<'_>) -> AskingResult {
    let fen = row.money(Col::Amount)?;
    let how = match row.word(Col::How, HOWS)? {
        How::Accepted => Clearing::Accepted(draws(row, fen)?),
        How::Recoverable => Clearing::Recoverable(party(row)?),
        How::Refundable => Clearing::Refundable(party(row)?),
        How::Surrendered => Clearing::Surrendered,
        How::Offset => Clearing::Offset(row.uuid(Col::OffsetWith)?),
    };
    let number = if row.has(Col::ClearedNumber) { row.number(Col::ClearedNumber, 1, 99)? } else { 1 };
    let told = told_of(row)?;
    let say = |item| Kind::SuspenseCleared(SuspenseCleared { item, number, fen, how: how.clone() });
    // What came in is refunded or surrendered, what went out is not.
    let from = if matches!(how, Clearing::Refundable(_) | Clearing::Surrendered) { From::Return } else { From::Credit };
    // Under its first edition: what is decided is about the number, whatever is told under it meanwhile.
    let first = |item: &Item| Some(Candidate { id: *item.editions.first()?, rank: 0, shared: false });
    // A decision about what is not there is turned away, so none was told of the item that is not meant.
    let items = items(row, (Col::Serial, from), out)?;
    let items: Vec<Candidate> = items.iter().filter(|item| item.meant).filter_map(first).collect();
    let (kind, edition) = out.seals.meant(told, &items, say).map_err(Unread::Unasked)?;
    Ok(Spoken { edition: Some(edition), ..Spoken::from((told.0, kind)) })
}

/// The day and the edition of what a row says.
pub(super) fn told_of(row: &Row<'_>) -> Result<(Day, u8), Wrong> {
    let edition = if row.has(Col::Edition) { row.edition(Col::Edition)? } else { 0 };
    Ok((row.day(Col::EffectiveDay)?, edition))
}

/// The lines that pay: one for all of it, or several with their amounts.
fn draws(row: &Row<'_>, fen: Fen) -> Result<Vec<Draw>, Wrong> {
    let unit = row.giver(Col::Unit)?;
    if row.has(Col::DrawOn) {
        return Ok(vec![Draw { line: applications::document_line(row, Col::DrawOn, unit)?, fen }]);
    }
    let told = Col::DRAWS.into_iter().filter(|(line, amount)| row.has(*line) || row.has(*amount));
    let read =
        |(line, amount)| Ok(Draw { line: applications::document_line(row, line, unit)?, fen: row.money(amount)? });
    let draws: Vec<Draw> = told.map(read).collect::<Result<_, Wrong>>()?;
    if draws.is_empty() {
        // Says that it is missing.
        row.cell(Col::DrawOn)?;
        applications::document_line(row, Col::DrawOn, unit)?;
    }
    Ok(draws)
}

/// Who owes it or gets it back; nobody is named where it is the payee.
fn party(row: &Row<'_>) -> Result<Option<Uuid>, Wrong> {
    row.has(Col::Party).then(|| row.key(Col::Party).map(ids::org)).transpose()
}

/// What a row may mean that stands in suspense, told under one number: its editions, the first one first.
pub(super) struct Item {
    pub(super) editions: Vec<Uuid>,
    /// Whether any of them is on record.
    pub(super) told: bool,
    /// Whether any of them counts.
    pub(super) counts: bool,
    /// Whether the row may mean it now; if not, it may have before the other was told.
    pub(super) meant: bool,
}

/// A credit or a return is known by its payment and the bank's number, a voucher by its own, what a lender gave back by the loan. A
/// row that does not say whether a credit or a return means the one it more likely is, unless only the other counts. Both are given, always
/// in this order: a row may have been read before either was on record, and what it said then is found again.
pub(super) fn items(row: &Row<'_>, (serial, from): (Col, From), out: &Out<'_>) -> Result<Vec<Item>, Unread> {
    if row.has(Col::EventId) {
        return Ok(vec![Item { editions: vec![row.uuid(Col::EventId)?], told: true, counts: false, meant: true }]);
    }
    let item = |from| {
        let event = told(row, serial, from)?;
        let found = out.seals.told_editions(&event).map_err(Unread::Unasked)?;
        let (told, counts) = (!found.is_empty(), found.iter().any(|one| one.rank > 0));
        let editions = if told { found.into_iter().map(|one| one.id).collect() } else { vec![event.id_of_edition(0)] };
        Ok::<_, Unread>(Item { editions, told, counts, meant: true })
    };
    if row.has(Col::SuspenseOf) {
        return Ok(vec![item(row.word(Col::SuspenseOf, FROM)?)?]);
    }
    let mut likely = item(from)?;
    let mut other = item(if matches!(from, From::Return) { From::Credit } else { From::Return })?;
    likely.meant = likely.counts || !other.counts;
    other.meant = !likely.counts;
    Ok(vec![likely, other])
}

/// What put it there, by its key.
fn told(row: &Row<'_>, serial: Col, from: From) -> Result<Event, Wrong> {
    // The amount and the reason are no part of what it is known by, nor is the day where the bank gave a number.
    let (day, fen, serial) = (Day::default(), 0, || row.key(serial).map(str::to_owned));
    let remittance = || Ok::<_, Wrong>(ids::remittance(row.giver(Col::Unit)?, row.key(Col::Remittance)?));
    let kind = match from {
        From::Voucher => {
            let voucher = ids::voucher(row.giver(Col::Unit)?, row.key(Col::Voucher)?);
            Kind::VoucherCleared(VoucherCleared { voucher, fen, serial: String::new() })
        }
        From::Remittance => {
            Kind::RemittanceCleared(RemittanceCleared { remittance: remittance()?, fen, serial: serial()? })
        }
        From::RemittanceReturn => {
            Kind::RemittanceReturned(RemittanceReturned { remittance: remittance()?, fen, serial: serial()? })
        }
        From::OverclaimReturn => {
            let (loan, what, serial) = (loans::loan(row)?, claims::claim_for(row)?, serial()?);
            let unit = if row.has(Col::Unit) { ids::org(row.key(Col::Unit)?) } else { Uuid::nil() };
            let (claim, line) = (None, 0);
            Kind::OverclaimReturned(OverclaimReturned { loan, what, claim, line, unit, fen, serial })
        }
        From::Credit | From::Return => {
            let (payout, serial) = (applications::payment(row)?, serial()?);
            let day = if row.has(Col::CreditDay) { row.day(Col::CreditDay)? } else { day };
            return Ok(Event::said(
                day,
                match from {
                    From::Return => Kind::PayoutReturned(PayoutReturned { payout, fen, reason: 0, serial }),
                    _ => Kind::PayoutCredited(PayoutCredited { payout, fen, serial }),
                },
            ));
        }
    };
    Ok(Event::said(day, kind))
}
