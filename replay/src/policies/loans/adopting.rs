//! The events that adopt terms of loans and the programmes that pay lenders: those this program ships, and those of a file.

use ledger::event::loan_terms::LoanTerms;
use ledger::event::{Event, Kind};
use ledger::money::Day;
use serde::Deserialize;

use super::reading::load;
use crate::policies::file_text::PolicyFileError;
use crate::policies::reading::load as load_policy;
use crate::policies::rights::rights_events;
use crate::policies::shipped::adoption as policy_adoption;

/// The programmes to which document lines are bound that pay lenders.
const PROGRAMMES: [(&str, &str); 3] = [
    ("policies/loans/subsidy.toml", include_str!("../../../../policies/loans/subsidy.toml")),
    ("policies/loans/waiver.toml", include_str!("../../../../policies/loans/waiver.toml")),
    ("policies/loans/risk.toml", include_str!("../../../../policies/loans/risk.toml")),
];

/// The terms by kind of loan.
pub(super) const TERMS: [(&str, &str); 2] = [
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

/// The events that adopt what a TOML file holds: terms of loans if it names their `kind`, a table of roles if it has any, a policy
/// otherwise.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub fn toml_events(file: &str, text: &str) -> Result<Vec<Event>, PolicyFileError> {
    let table = text.parse::<toml::Table>().unwrap_or_default();
    if ["role", "groups"].iter().any(|part| table.contains_key(*part)) {
        return rights_events(file, text);
    }
    if table.contains_key("kind") {
        let versions = load(file, text)?.into_iter();
        return Ok(in_editions(text, versions.map(|(from, terms)| adoption(from, terms))));
    }
    let versions = load_policy(file, text)?.into_iter();
    Ok(in_editions(text, versions.map(|(from, policy)| policy_adoption(from, policy))))
}

/// What is said anew after it was taken back: each version of a file in the edition it names, or the first.
fn in_editions(text: &str, events: impl Iterator<Item = Event>) -> Vec<Event> {
    let editions = toml::from_str::<Editions>(text).map(|file| file.version).unwrap_or_default();
    let editions = editions.into_iter().map(|version| version.edition);
    events.zip(editions).map(|(event, edition)| Event::said_as(edition, event.effective, event.kind)).collect()
}

/// A file of which only the editions of its versions are read; the rest of it was read before.
#[derive(Deserialize)]
struct Editions {
    version: Vec<EditionOf>,
}

#[derive(Deserialize)]
struct EditionOf {
    #[serde(default)]
    edition: u8,
}

/// The event that adopts one version.
#[must_use]
pub(crate) fn adoption(from: Day, terms: LoanTerms) -> Event {
    Event::said(from, Kind::LoanTermsAdopted(Box::new(terms)))
}
