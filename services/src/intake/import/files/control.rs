//! Books closed 关账 and entries taken back by their ids 撤销. Rows that take themselves back are in `table::correction`.

use crate::intake::import::table::columns::Col;
use crate::intake::import::table::correction::reason;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{Out, RowResult, Spoken, Statement, ids};
use ledger::account::Book;
use ledger::event::{EntryWithdrawn, Kind, PeriodClosed};
use ledger::money::Day;
use replay::record::log::Clock;

const BOOKS: &[(&str, &str, Book)] = &[
    ("指标", "indicator", Book::Indicator),
    ("资金", "cash", Book::Cash),
    ("应发", "entitlement", Book::Entitlement),
    ("贷款", "lender", Book::Lender),
];

/// A row of a file of closings.
pub(in crate::intake::import) fn closed(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_closed(row).map(Spoken::from)
}

/// A row of a file of reversals.
pub(in crate::intake::import) fn reversed(row: &Row<'_>, _: &Out<'_>) -> RowResult {
    read_reversed(row).map(Spoken::from)
}

fn read_closed(row: &Row<'_>) -> Result<Statement, Wrong> {
    let number = row.key(Col::OrgNumber)?;
    let book = row.word(Col::Book, BOOKS)?;
    let through = row.day(Col::ThroughDay)?;
    // Closing cannot be undone, so a slip in the year is said here already; the ledger would refuse it.
    if through >= Day::in_beijing(Clock::system().now_ms()) {
        return Err(Wrong::cell(
            Col::ThroughDay,
            "not_over",
            "期间尚未结束 the period is not over",
            "期间结束后再关账 close it when it is over",
        ));
    }
    let event = PeriodClosed { org: ids::org(number), book, through };
    Ok((row.day(Col::EffectiveDay)?, Kind::PeriodClosed(event)))
}

fn read_reversed(row: &Row<'_>) -> Result<Statement, Wrong> {
    let entry = row.uuid(Col::EventId)?;
    let event = EntryWithdrawn { entry, content: 0, reason: reason(row)?, document: row.document(Col::Document)? };
    Ok((row.day_told(Col::EffectiveDay)?, Kind::EntryWithdrawn(event)))
}
