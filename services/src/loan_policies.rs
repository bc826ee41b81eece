//! Files of loans: terms by version, published rates, waivers, and the programmes that pay lenders, read strictly into
//! the events that adopt them. Here is the reading only: what terms decide stands in `ledger`.

use crate::import::layout::Layout;
use crate::import::record::Records;
use crate::import::row::{Row, Wrong};
use crate::import::{FileKind, Statement, ids, rates};
use crate::policies::{self, NAMESPACE, Place, PolicyFileError};
use ledger::event::{Event, Kind};
use ledger::loan::terms::LoanTerms;
use ledger::money::Day;
use uuid::Uuid;

mod file;
mod terms;
#[cfg(test)]
mod tests;

use file::TermsFile;

/// The programmes to which document lines are bound that pay lenders.
const PROGRAMMES: [(&str, &str); 3] = [
    ("policies/loans/subsidy.toml", include_str!("../../policies/loans/subsidy.toml")),
    ("policies/loans/waiver.toml", include_str!("../../policies/loans/waiver.toml")),
    ("policies/loans/risk.toml", include_str!("../../policies/loans/risk.toml")),
];

/// The terms by kind of loan.
const TERMS: [(&str, &str); 2] = [
    ("policies/loans/origin.toml", include_str!("../../policies/loans/origin.toml")),
    ("policies/loans/campus.toml", include_str!("../../policies/loans/campus.toml")),
];

/// Published rates, and notices that waive interest.
const TABLES: [(&str, &str); 3] = [
    ("policies/loans/benchmark5y.csv", include_str!("../../policies/loans/benchmark5y.csv")),
    ("policies/loans/lpr5y.csv", include_str!("../../policies/loans/lpr5y.csv")),
    ("policies/loans/waivers.csv", include_str!("../../policies/loans/waivers.csv")),
];

/// Everything about loans this program ships, as events in the order of adoption: programmes, terms, rates, waivers.
///
/// # Errors
/// Never in a program that passed its tests; a changed file says where it is wrong.
pub fn shipped_events() -> Result<Vec<Event>, PolicyFileError> {
    let mut events = Vec::new();
    for (file, text) in PROGRAMMES.iter().chain(&TERMS) {
        events.extend(toml_events(file, text)?);
    }
    for (file, text) in TABLES {
        events.extend(table_events(file, text)?);
    }
    Ok(events)
}

/// The events that adopt what a TOML file holds: terms of loans if it names their `kind`, a policy otherwise.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub fn toml_events(file: &str, text: &str) -> Result<Vec<Event>, PolicyFileError> {
    let names_kind = text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("kind"));
    if names_kind {
        let versions = load(file, text)?.into_iter();
        return Ok(versions.map(|(from, terms)| adoption(from, terms)).collect());
    }
    let versions = policies::load(file, text)?.into_iter();
    Ok(versions.map(|(from, policy)| policies::adoption(from, policy)).collect())
}

/// Reads one file of terms: every version with the day it is in force from, in the order of adoption.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub fn load(file: &str, text: &str) -> Result<Vec<(Day, LoanTerms)>, PolicyFileError> {
    let place = Place { file, text };
    let read: TermsFile = toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        place.error(&at, error.message(), "write the file as those in policies/loans are written")
    })?;
    place.check_order(read.version.iter().map(|version| (&version.version, &version.from)))?;
    let mut versions: Vec<(Day, LoanTerms)> = Vec::with_capacity(read.version.len());
    for version in &read.version {
        place.check_sources(&version.document, &version.status, !version.doubtful.is_empty())?;
        let terms = terms::terms(&place, &read, version, versions.last().map(|(_, terms)| terms))?;
        versions.push((place.day(&version.from)?, terms));
    }
    Ok(versions)
}

/// The event that adopts one version. Its id comes from kind and version alone, as that of other policies does.
#[must_use]
pub fn adoption(from: Day, terms: LoanTerms) -> Event {
    let key = format!("loan-terms/{}/{}", terms.kind.name(), terms.version);
    let id = Uuid::new_v5(&NAMESPACE, key.as_bytes());
    Event { id, effective: from, kind: Kind::LoanTermsAdopted(Box::new(terms)) }
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
    let mut layout: Option<Layout> = None;
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
        let row = Row { line: records.line(), cells: records.cells(), layout };
        let wrong = |wrong: Wrong| {
            let column = wrong.col.and_then(|col| layout.place(col)).map_or(1, |place| place + 1);
            error(row.line, column, wrong.what, wrong.remedy)
        };
        events.push(event(read(&row).map_err(wrong)?));
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

fn event((key, effective, kind): Statement) -> Event {
    let mut event = Event { id: Uuid::nil(), effective, kind };
    event.id = ids::event(&key, &ids::content(&event), 0, 0);
    event
}
