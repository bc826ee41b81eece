//! The policies this program ships, and the events that adopt them. Terms of loans are in `loans`.

use ledger::event::policy::Policy;
use ledger::event::{Event, Kind};
use ledger::money::Day;

use super::file_text::PolicyFileError;
use super::reading::load;

/// The files this program ships, by name, in the order they are adopted.
pub(super) const SHIPPED: [(&str, &str); 4] = [
    ("policies/ce-living.toml", include_str!("../../../policies/ce-living.toml")),
    ("policies/sh-grant.toml", include_str!("../../../policies/sh-grant.toml")),
    ("policies/ug-grant.toml", include_str!("../../../policies/ug-grant.toml")),
    ("policies/vs-grant.toml", include_str!("../../../policies/vs-grant.toml")),
];

/// The policies this program ships, in the order they are adopted.
///
/// # Errors
/// Never in a program that passed its tests; a changed file says where it is wrong.
pub fn shipped() -> Result<Vec<(Day, Policy)>, PolicyFileError> {
    let mut all = Vec::new();
    for (file, text) in SHIPPED {
        all.extend(load(file, text)?);
    }
    Ok(all)
}

/// The events that adopt the shipped policies.
///
/// # Errors
/// As [`shipped`].
pub fn events() -> Result<Vec<Event>, PolicyFileError> {
    let events = shipped()?.into_iter().map(|(from, policy)| adoption(from, policy));
    Ok(events.collect())
}

/// The event that adopts one version. Its id comes from programme and version alone, so that the same number can never be
/// adopted with two contents: the second is refused as told otherwise.
#[must_use]
pub(crate) fn adoption(from: Day, policy: Policy) -> Event {
    Event::said(from, Kind::PolicyAdopted(Box::new(policy)))
}
