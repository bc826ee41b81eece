//! Files of loan terms by version, and of the programmes that pay lenders, read strictly into the events that adopt them.
//! Here is the reading only: what terms decide stands in `ledger`; tables of rates are imported by `services`.

use super::{NAMESPACE, Place, PolicyFileError};
use ledger::event::loan_terms::LoanTerms;
use ledger::event::{Event, Kind};
use ledger::money::Day;
use uuid::Uuid;

mod file;
mod terms;
#[cfg(test)]
mod tests;

use file::TermsFile;

/// The programmes to which document lines are bound that pay lenders.
const PROGRAMMES: [(&str, &str); 3] = [
    ("policies/loans/subsidy.toml", include_str!("../../../../policies/loans/subsidy.toml")),
    ("policies/loans/waiver.toml", include_str!("../../../../policies/loans/waiver.toml")),
    ("policies/loans/risk.toml", include_str!("../../../../policies/loans/risk.toml")),
];

/// The terms by kind of loan.
const TERMS: [(&str, &str); 2] = [
    ("policies/loans/origin.toml", include_str!("../../../../policies/loans/origin.toml")),
    ("policies/loans/campus.toml", include_str!("../../../../policies/loans/campus.toml")),
];

/// The programmes and terms this program ships, as events in the order of adoption.
///
/// # Errors
/// Never in a program that passed its tests; a changed file says where it is wrong.
pub fn events() -> Result<Vec<Event>, PolicyFileError> {
    let mut events = Vec::new();
    for (file, text) in PROGRAMMES.iter().chain(&TERMS) {
        events.extend(toml_events(file, text)?);
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
    let versions = super::load(file, text)?.into_iter();
    Ok(versions.map(|(from, policy)| super::adoption(from, policy)).collect())
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
