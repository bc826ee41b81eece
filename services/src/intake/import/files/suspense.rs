//! Suspense cleared 暂记清理: the credit is named as the bank's file named it.

use super::applications;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult};
use ledger::event::{Clearing, Event, Kind, PayoutCredited, SuspenseCleared};
use ledger::money::Day;
use uuid::Uuid;

#[derive(Clone, Copy)]
enum How {
    Accepted,
    Recoverable,
}

const HOWS: &[(&str, &str, How)] = &[("认可", "accepted", How::Accepted), ("追回", "recoverable", How::Recoverable)];

/// A row of a file of clearings.
pub(in crate::intake::import) fn cleared(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    let (day, cleared) = read(row)?;
    Ok((day, Kind::SuspenseCleared(cleared)).into())
}

fn read(row: &Row<'_>) -> Result<(Day, SuspenseCleared), Wrong> {
    let how = match row.word(Col::How, HOWS)? {
        How::Recoverable => Clearing::Recoverable,
        How::Accepted => Clearing::Accepted(applications::document_line(row, Col::DrawOn, row.giver(Col::Unit)?)?),
    };
    Ok((row.day(Col::EffectiveDay)?, SuspenseCleared { credit: credit(row)?, how }))
}

/// The id of the credit, which is known by its payment and the bank's number.
fn credit(row: &Row<'_>) -> Result<Uuid, Wrong> {
    let serial = row.key(Col::Serial)?;
    let said =
        PayoutCredited { payout: applications::payment(row)?, fen: row.money(Col::Amount)?, serial: serial.to_owned() };
    Ok(Event::said(row.day(Col::CreditDay)?, Kind::PayoutCredited(said)).id)
}
