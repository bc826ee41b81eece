//! Where readers put what they have understood: events with their ids, handed on in order. Not here: reading.

use super::report::{ImportError, Seal, SinkError};
use super::table::row::Wrong;
use crate::intake::identity::Identity;
use ledger::event::{EntryWithdrawn, Event, Kind};
use ledger::money::Day;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// An event and who says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Who.
    pub principal: Arc<str>,
    /// What.
    pub event: Event,
    /// The line of the file that says it; 0 if no file does.
    pub line: u64,
}

/// Takes events in order.
pub type Sink<'a> = dyn FnMut(Said) -> Result<(), SinkError> + 'a;

/// Looks up the seal of a set that this importer has not seen itself.
pub type SealLookup = Box<dyn Fn(Uuid) -> Option<Seal> + Send>;

/// Seals of sets: those read by this importer, and where to look for others.
#[derive(Default)]
pub(crate) struct Seals {
    read: HashMap<Uuid, Seal>,
    lookup: Option<SealLookup>,
}

impl Seals {
    /// Where to look for what was not read here.
    pub(crate) fn look_up(&mut self, lookup: SealLookup) {
        self.lookup = Some(lookup);
    }

    /// Remembers the seal of a set that was read.
    pub(crate) fn remember(&mut self, set: Uuid, seal: Seal) {
        self.read.insert(set, seal);
    }

    /// The seal of a set, if it is known here or to the lookup.
    pub(crate) fn of(&self, set: Uuid) -> Option<Seal> {
        self.read.get(&set).copied().or_else(|| self.lookup.as_ref().and_then(|find| find(set)))
    }
}

/// What a row says: the day, and the words.
pub(crate) type Statement = (Day, Kind);

/// All that a row says, in order.
pub(crate) struct Spoken {
    /// In whose name, if the row itself names somebody.
    pub(crate) principal: Option<Arc<str>>,
    /// What.
    pub(crate) statements: Vec<Event>,
}

impl Spoken {
    /// As the edition the row names. Who somebody is and which card is whose come along in the row of a standing, and are not
    /// what is said anew.
    pub(crate) fn in_edition(mut self, edition: u8) -> Self {
        let alone = self.statements.iter().all(|event| comes_along(&event.kind));
        for event in self.statements.iter_mut().filter(|event| edition > 0 && (alone || !comes_along(&event.kind))) {
            event.edition = edition;
            event.id = event.keyed_id();
        }
        self
    }

    /// Takes back what it says instead of saying it, on the day of each; what comes along stays, unless it is all there is.
    pub(crate) fn taken_back(mut self, withdrawal: impl Fn(&Event) -> EntryWithdrawn) -> Self {
        if !self.statements.iter().all(|event| comes_along(&event.kind)) {
            self.statements.retain(|event| !comes_along(&event.kind));
        }
        for event in &mut self.statements {
            *event = Event::said(event.effective, Kind::EntryWithdrawn(withdrawal(event)));
        }
        self
    }
}

/// Who somebody is and which card is whose, which come along in rows about something else.
fn comes_along(kind: &Kind) -> bool {
    matches!(kind, Kind::PersonRegistered(_) | Kind::CardBound(_))
}

impl From<Statement> for Spoken {
    fn from((day, kind): Statement) -> Self {
        Self { principal: None, statements: vec![Event::said(day, kind)] }
    }
}

/// What reading a row comes to; nothing is said before all of it is read.
pub(crate) type RowResult = Result<Spoken, Wrong>;

/// Where readers put what they have understood.
pub(crate) struct Out<'a> {
    /// The seals of sets.
    pub(crate) seals: &'a mut Seals,
    identity: &'a Identity,
    principal: Arc<str>,
    sink: &'a mut Sink<'a>,
    /// The line whose words are said.
    line: u64,
    events: u64,
}

impl<'a> Out<'a> {
    /// For one file, in the name of `principal`.
    pub(crate) fn new(
        seals: &'a mut Seals,
        identity: &'a Identity,
        principal: Arc<str>,
        sink: &'a mut Sink<'a>,
    ) -> Self {
        Self { seals, identity, principal, sink, line: 0, events: 0 }
    }

    /// Events handed on so far.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// The keyed hashes.
    pub(crate) fn identity(&self) -> &Identity {
        self.identity
    }

    /// From here on the words are those of this line.
    pub(crate) fn at(&mut self, line: u64) {
        self.line = line;
    }

    /// Says something for the first time.
    pub(crate) fn say(&mut self, effective: Day, kind: Kind) -> Result<(), ImportError> {
        self.hand_on(Arc::clone(&self.principal), Event::said(effective, kind))
    }

    /// Says all that a row says.
    pub(crate) fn say_all(&mut self, spoken: Spoken) -> Result<(), ImportError> {
        let who = spoken.principal.unwrap_or_else(|| Arc::clone(&self.principal));
        for event in spoken.statements {
            self.hand_on(Arc::clone(&who), event)?;
        }
        Ok(())
    }

    /// Says a line of a set, and returns its bytes for the chain.
    pub(crate) fn say_line(&mut self, effective: Day, kind: Kind) -> Result<Vec<u8>, ImportError> {
        let event = Event::said(effective, kind);
        let bytes = proto::event::encode(&event);
        self.hand_on(Arc::clone(&self.principal), event)?;
        Ok(bytes)
    }

    fn hand_on(&mut self, principal: Arc<str>, event: Event) -> Result<(), ImportError> {
        self.events += 1;
        let line = self.line;
        (self.sink)(Said { principal, event, line }).map_err(ImportError::Sink)
    }
}
