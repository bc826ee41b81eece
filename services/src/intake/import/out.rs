//! Where readers put what they have understood: events with their ids, handed on in order. Not here: reading.

use super::ids;
use super::report::{ImportError, Seal, SinkError};
use super::table::row::Wrong;
use crate::intake::identity::Identity;
use ledger::event::{Event, Kind};
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

/// What a row says: what it is about at its source, the day, and the words.
pub(crate) type Statement = (String, Day, Kind);

/// All that a row says, in order.
pub(crate) struct Spoken {
    /// In whose name, if the row itself names somebody.
    pub(crate) principal: Option<Arc<str>>,
    /// What.
    pub(crate) statements: Vec<Statement>,
}

impl From<Statement> for Spoken {
    fn from(statement: Statement) -> Self {
        Self { principal: None, statements: vec![statement] }
    }
}

/// What reading a row comes to; nothing is said before all of it is read.
pub(crate) type RowResult = Result<Spoken, Wrong>;

/// Where readers put what they have understood.
pub(crate) struct Out<'a> {
    /// The seals of sets.
    pub(crate) seals: &'a mut Seals,
    identity: &'a Identity,
    attempt: u32,
    principal: Arc<str>,
    sink: &'a mut Sink<'a>,
    /// How often the same statement stood in this file already.
    seen: HashMap<Uuid, u32>,
    events: u64,
}

impl<'a> Out<'a> {
    /// For one file, in the name of `principal`.
    pub(crate) fn new(
        seals: &'a mut Seals,
        identity: &'a Identity,
        attempt: u32,
        principal: Arc<str>,
        sink: &'a mut Sink<'a>,
    ) -> Self {
        Self { seals, identity, attempt, principal, sink, seen: HashMap::new(), events: 0 }
    }

    /// Events handed on so far.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// In whose name the file is imported.
    pub(crate) fn principal(&self) -> &Arc<str> {
        &self.principal
    }

    /// The keyed hashes.
    pub(crate) fn identity(&self) -> &Identity {
        self.identity
    }

    /// Says something about `source_key`; equal statements of one file are told apart by their order.
    pub(crate) fn say(&mut self, source_key: &str, effective: Day, kind: Kind) -> Result<(), ImportError> {
        let principal = Arc::clone(&self.principal);
        self.say_as(principal, source_key, effective, kind)
    }

    /// Says all that a row says.
    pub(crate) fn say_all(&mut self, spoken: Spoken) -> Result<(), ImportError> {
        let who = spoken.principal.unwrap_or_else(|| Arc::clone(&self.principal));
        for (key, day, kind) in spoken.statements {
            self.say_as(Arc::clone(&who), &key, day, kind)?;
        }
        Ok(())
    }

    /// Says something in the name of somebody the file itself names.
    fn say_as(&mut self, principal: Arc<str>, source_key: &str, effective: Day, kind: Kind) -> Result<(), ImportError> {
        let mut event = Event { id: Uuid::nil(), effective, kind };
        let content = ids::content(&event);
        let first = ids::event(source_key, &content, 0, self.attempt);
        let occurrence = self.seen.entry(first).or_insert(0);
        event.id = if *occurrence == 0 { first } else { ids::event(source_key, &content, *occurrence, self.attempt) };
        *occurrence += 1;
        self.hand_on(principal, event)
    }

    /// Says a line of a set, which its number already makes unique, and returns its bytes for the chain.
    pub(crate) fn say_line(&mut self, source_key: &str, effective: Day, kind: Kind) -> Result<Vec<u8>, ImportError> {
        let mut event = Event { id: Uuid::nil(), effective, kind };
        event.id = ids::event(source_key, &ids::content(&event), 0, self.attempt);
        let bytes = proto::event::encode(&event);
        self.hand_on(Arc::clone(&self.principal), event)?;
        Ok(bytes)
    }

    fn hand_on(&mut self, principal: Arc<str>, event: Event) -> Result<(), ImportError> {
        self.events += 1;
        (self.sink)(Said { principal, event }).map_err(ImportError::Sink)
    }
}
