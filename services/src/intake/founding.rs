//! Whether what founds a ledger would do, tried on an empty one before anything is made or sent: who lacks, is one human twice, or is
//! given what no role allows is known then. What the ledger itself knows besides, it says when it is told.

use ledger::entry::{Entry, Proof};
use ledger::event::{Event, Kind, Level, OrgRegistered, OrgRole, Subordination};
use ledger::money::Day;
use ledger::outcome::{Outcome, Refusal};
use ledger::rights::lacking;
use ledger::state::State;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The first event that would be refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unfit {
    /// Which of them.
    pub at: usize,
    /// Why.
    pub refusal: Refusal,
}

impl Unfit {
    /// Why in words, and what to do.
    #[must_use]
    pub fn words(&self) -> String {
        let code = self.refusal.code;
        let (zh, en) =
            lacking(self.refusal.figure).filter(|_| code.name() == "not_foundable").unwrap_or(code.sentence());
        format!("{}: {zh} {en}; {}", code.name(), code.remedy())
    }
}

/// Tries events on an empty ledger in their order, at a moment.
///
/// # Errors
/// The first that would be refused.
pub fn tried(events: &[Event], now_ms: i64) -> Result<(), Unfit> {
    let mut state = State::default();
    for unit in units(events) {
        let _ = fold(&mut state, &stand_in(unit), now_ms);
    }
    for (at, event) in events.iter().enumerate() {
        if let Some(refusal) = fold(&mut state, event, now_ms) {
            return Err(Unfit { at, refusal });
        }
    }
    Ok(())
}

fn fold(state: &mut State, event: &Event, now_ms: i64) -> Option<Refusal> {
    let content = proto::event::encode(event);
    let (index, principal, proof) = (state.entries, "founding", Proof::Named);
    let entry = Entry { index, recorded_ms: now_ms, principal, proof, again: None, content: &content, event };
    match state.fold(&entry) {
        Ok(Outcome::Refused(refusal)) => Some(refusal),
        Ok(_) | Err(_) => None,
    }
}

/// Units that are named and not registered among the events: the ledger is taken to know them.
fn units(events: &[Event]) -> BTreeSet<Uuid> {
    let mut units: BTreeSet<Uuid> = BTreeSet::new();
    for event in events {
        match &event.kind {
            Kind::PrincipalRegistered(said) => drop(units.insert(said.unit)),
            Kind::RoleGranted(said) => units.extend(said.unit),
            Kind::OrgRegistered(said) => units.extend(said.parent),
            _ => {}
        }
    }
    for event in events {
        if let Kind::OrgRegistered(said) = &event.kind {
            units.remove(&said.org);
        }
    }
    units
}

fn stand_in(org: Uuid) -> Event {
    let (number, name) = (org.simple().to_string(), org.simple().to_string());
    let (level, role, subordination) = (Level::Centre, OrgRole::Finance, Subordination::Central);
    let said = OrgRegistered { org, number, name, level, role, parent: None, division: 100_000, subordination };
    Event::said(Day::new(1978, 1, 1).unwrap_or_default(), Kind::OrgRegistered(said))
}
