//! The tables of published rates and waivers this program ships, and all of its loan rules together as events.
//! Terms and programmes are read by `replay::policies::loans`; here are the tables, which an import reads the same way.

use crate::intake::import::files::rates;
use crate::intake::import::table::cells::Cells;
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::record::Records;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{FileKind, Statement};
use ledger::event::Event;
use replay::policies::{PolicyFileError, loans};

pub use loans::toml_events;

#[cfg(test)]
#[path = "shipped_rates_tests.rs"]
mod tests;

/// Published rates, and notices that waive interest.
const TABLES: [(&str, &str); 3] = [
    ("policies/loans/benchmark5y.csv", include_str!("../../../policies/loans/benchmark5y.csv")),
    ("policies/loans/lpr5y.csv", include_str!("../../../policies/loans/lpr5y.csv")),
    ("policies/loans/waivers.csv", include_str!("../../../policies/loans/waivers.csv")),
];

/// Everything about loans this program ships, as events in the order of adoption: programmes, terms, rates, waivers.
///
/// # Errors
/// Never in a program that passed its tests; a changed file says where it is wrong.
pub fn shipped_events() -> Result<Vec<Event>, PolicyFileError> {
    let mut events = loans::events()?;
    for (file, text) in TABLES {
        events.extend(table_events(file, text)?);
    }
    Ok(events)
}

/// The events of a table of rates or waivers, with the ids an import of the same file gives them.
///
/// # Errors
/// The first row that is not as it must be.
pub fn table_events(file: &str, text: &str) -> Result<Vec<Event>, PolicyFileError> {
    let error = |line: u64, column: usize, what: String, remedy: &str| PolicyFileError {
        file: file.to_owned(),
        line: usize::try_from(line).unwrap_or(usize::MAX),
        column,
        what,
        remedy: remedy.to_owned(),
    };
    let broken = |line| error(line, 1, "not a row of a table".to_owned(), "save it as CSV UTF-8");
    let mut records = Records::new(text.as_bytes());
    let (mut layout, mut cells): (Option<Layout>, _) = (None, Cells::default());
    let mut events = Vec::new();
    while let Some(record) = records.advance().map_err(|_| broken(0))? {
        record.map_err(|_| broken(records.line()))?;
        let Some(layout) = &layout else {
            let read = Layout::read(records.cells()).map_err(|_| {
                error(
                    records.line(),
                    1,
                    "no table of rates or waivers".to_owned(),
                    "take the header of the shipped tables",
                )
            })?;
            layout = Some(read);
            continue;
        };
        if records.cells().len() != layout.width {
            return Err(error(records.line(), 1, "more or fewer cells than the header".to_owned(), "quote commas"));
        }
        let line = records.line();
        cells.take(layout, records.cells());
        let wrong = |wrong: Wrong| {
            let column = wrong.col.and_then(|col| layout.place(col)).map_or(1, |place| place + 1);
            error(line, column, wrong.what, wrong.remedy)
        };
        let (day, kind) = cells.read(line, layout, read).map_err(wrong)?;
        events.push(Event::said(day, kind));
    }
    Ok(events)
}

fn read(row: &Row<'_>) -> Result<Statement, Wrong> {
    match row.layout.kind {
        FileKind::Rates => rates::read_rate(row),
        FileKind::Waivers => rates::read_waiver(row),
        _ => Err(Wrong::row("unknown_kind", "no table of rates or waivers", "import other files as they come")),
    }
}
