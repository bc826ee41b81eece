//! Histories of all kinds at once, in one ledger: awards and payments, loans and lenders, and here and there anything at all.

use super::{Chance, History, PRINCIPALS, lending, rights, wild};
use crate::desk::{labelled, submit};
use crate::loans::year;
use crate::model::Model;
use ledger::event::{
    Clearing, Event, FindingClosed, FindingExplained, Kind, LineIssued, RecoveryOrdered, RemittanceCleared,
    RemittanceReturned, Source, SuspenseCleared,
};
use ledger::finding::FindingKind;
use ledger::state::rows::Finding;
use ledger::state::stage::RemittanceStage;
use ledger::state::{State, UNKNOWN_ORG};
use proto::event::encode;
use uuid::Uuid;

/// A ledger and all that was told to it, by whom.
#[derive(Default)]
pub struct Lived {
    /// What came of it.
    pub state: State,
    /// In the order of telling.
    pub said: Vec<(String, Event)>,
}

impl Lived {
    /// Tells it something. Not through the codec, which would turn the wildest away.
    ///
    /// # Panics
    /// If the fold stops, which nothing told may bring about.
    pub fn tell(&mut self, principal: &str, event: Event) {
        let content = encode(&event);
        let _ = submit(&mut self.state, principal, &content, event.clone()).expect("the fold goes on");
        self.said.push((principal.to_owned(), event));
    }
}

/// Told after the founding.
const AFTER: usize = 60;

/// Of so many histories one begins with a year of offices, which reaches every kind about loans.
const YEARS: u64 = 10;

/// Money in suspense ends in one of its ways, mostly one that is open to it.
fn cleared(chance: &mut Chance, state: &State) -> Option<(&'static str, Event)> {
    let items: Vec<&Finding> =
        state.findings.iter().map(|(_, row)| row).filter(|row| row.open && row.fen != 0).collect();
    // Payments to lenders of which it is known whose they are are few.
    let of_lender = |row: &&Finding| row.kind == FindingKind::RemittanceUnexpected && row.unit != UNKNOWN_ORG;
    let of_lenders: Vec<&Finding> = items.iter().copied().filter(of_lender).collect();
    let row = chance.pick(&of_lenders).filter(|_| chance.in_hundred(40)).or_else(|| chance.pick(&items))?;
    let id = |row: &Finding| state.seen.get(row.fact).id;
    let others: Vec<Uuid> = items.iter().filter(|other| (other.fen < 0) != (row.fen < 0)).map(|row| id(row)).collect();
    let how = match chance.below(3) {
        0 if !others.is_empty() => Clearing::Offset(*chance.pick(&others)?),
        1 if row.fen < 0 => Clearing::Surrendered,
        _ if (row.fen > 0) != chance.in_hundred(10) => Clearing::Recoverable(None),
        _ => Clearing::Refundable(None),
    };
    let fen = if chance.in_hundred(60) { row.fen.abs() } else { 1 + row.fen.abs() / 2 };
    let number = u32::try_from(1 + chance.below(3)).unwrap_or(1);
    let cleared = SuspenseCleared { item: id(row), number, fen, how };
    Some(("周", Event::said(state.latest, Kind::SuspenseCleared(cleared))))
}

/// The treasury paid a lender once more, or had it back.
fn remitted_again(chance: &mut Chance, state: &State) -> Option<(&'static str, Event)> {
    let ordered = state.remittances.iter().map(|(_, row)| row);
    let ordered: Vec<_> = ordered.filter(|row| row.stage != RemittanceStage::Cancelled).collect();
    let row = chance.pick(&ordered)?;
    let (remittance, fen, serial) = (row.id, row.fen, format!("再{}", state.entries));
    let kind = match chance.below(2) {
        0 => Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial }),
        _ => Kind::RemittanceReturned(RemittanceReturned { remittance, fen, serial }),
    };
    Some(("库", Event::said(state.latest, kind)))
}

/// Somebody explains a finding or closes it, or has a payment paid back, or says how money in suspense ends.
fn of_what_is_there(chance: &mut Chance, state: &State) -> Option<(&'static str, Event)> {
    if chance.in_hundred(40) {
        return cleared(chance, state);
    }
    if chance.in_hundred(25) {
        return remitted_again(chance, state);
    }
    if chance.in_hundred(25) {
        let payouts: Vec<Uuid> = state.payouts.iter().map(|(_, row)| row.id).collect();
        let (reason, document) = ("离校".to_owned(), "追1".to_owned());
        let ordered = RecoveryOrdered { payout: *chance.pick(&payouts)?, fen: 100, reason, document };
        return Some(("周", Event::said(state.latest, Kind::RecoveryOrdered(ordered))));
    }
    let all: Vec<_> = state.findings.iter().map(|(_, row)| row).filter(|row| row.open).collect();
    let row = chance.pick(&all)?;
    let (entry, subject, kind) = (state.seen.get(row.fact).id, row.subject, row.kind.name().to_owned());
    let (reason, document) = ("已核对".to_owned(), String::new());
    let explained = FindingExplained { entry, kind, subject, reason, document, evidence: None };
    let FindingExplained { kind, reason, document, .. } = explained.clone();
    let kind = match chance.below(2) {
        0 => Kind::FindingExplained(explained),
        _ => Kind::FindingClosed(FindingClosed { entry, kind, subject, reason, document }),
    };
    Some((["周", "吴"][chance.below(2)], Event::said(state.latest, kind)))
}

/// The history of this seed, of about this many events.
#[must_use]
pub fn whole(seed: u64, length: usize) -> Lived {
    let mut lived = Lived::default();
    let (mut chance, mut model) = (Chance::new(seed), Model::default());
    let mut awards = History::new(seed, length);
    let mut of_loans = 0;
    if seed.is_multiple_of(YEARS) {
        // A year of offices names entries by their numbers, so it comes first.
        year(seed / YEARS).into_iter().for_each(|(principal, event)| lived.tell(&principal, event));
    }
    for at in 0..length {
        let next = if chance.in_hundred(65) { awards.next(&model) } else { None };
        match next {
            Some((principal, event)) => {
                let _ = model.tell(&principal, &event, &encode(&event));
                lived.tell(&principal, event);
            }
            None if chance.in_hundred(10) => {
                let event = wild(&mut chance, at);
                lived.tell("王", event);
            }
            None if chance.in_hundred(12) => {
                if let Some((by, event)) = of_what_is_there(&mut chance, &lived.state) {
                    lived.tell(by, event);
                }
            }
            None => {
                let event = lending(&mut chance, of_loans, &lived.state);
                of_loans += 1;
                lived.tell(["周", "吴"][at % 2], event);
            }
        }
    }
    lived
}

/// The same; then the ledger is founded, and some things more are told by whoever has a right to, or none.
#[must_use]
pub fn founded(seed: u64, length: usize) -> Lived {
    let (mut lived, mut chance) = (whole(seed, length), Chance::new(seed));
    then_founded(&mut chance, &mut lived);
    lived
}

/// A line for some unit.
fn issued(chance: &mut Chance, at: usize, state: &State, units: &[Uuid]) -> Event {
    let programme = state.programmes.iter().next().map(|(_, row)| row.code.clone()).unwrap_or_default();
    let (line, unit) = (labelled(&format!("启用后{at}")), chance.pick(units).copied().unwrap_or_default());
    let (document, parent_document, item, project) =
        (format!("指{at}"), String::new(), "2050204".into(), String::new());
    let (fiscal_year, source, direct, advance, fen) = (state.latest.year(), Source::Central, false, false, 100_000);
    let issued = LineIssued {
        line,
        document,
        parent_document,
        unit,
        fiscal_year,
        programme,
        source,
        item,
        project,
        direct,
        advance,
        fen,
    };
    Event::said(state.latest, Kind::LineIssued(issued))
}

fn then_founded(chance: &mut Chance, lived: &mut Lived) {
    let units: Vec<Uuid> =
        lived.state.orgs.iter().map(|(_, row)| row).filter(|row| row.known).map(|row| row.id).collect();
    let Some(&unit) = units.first() else { return };
    let given = rights::some_granted(chance, &units);
    rights::founding(unit, given).into_iter().for_each(|event| lived.tell("周", event));
    for at in 0..AFTER {
        let event = match at % 3 {
            0 => lending(chance, at, &lived.state),
            1 => issued(chance, at, &lived.state, &units),
            _ => wild(chance, at),
        };
        let (one, other) = (PRINCIPALS[chance.below(PRINCIPALS.len())], PRINCIPALS[chance.below(PRINCIPALS.len())]);
        if chance.in_hundred(30) {
            let word = rights::word(other, &event, 1 + u32::from(chance.in_hundred(20)), chance.in_hundred(80));
            lived.tell(other, word);
        }
        lived.tell(one, event);
        if at == AFTER / 2 {
            rights::ended(PRINCIPALS[0], 0).into_iter().for_each(|event| lived.tell("61CZ/s1", event));
        }
    }
}
