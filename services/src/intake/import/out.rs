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
    principal: Arc<str>,
    sink: &'a mut Sink<'a>,
    /// The line whose words are said.
    line: u64,
    /// Where an amount without a number of its own was said in this file.
    unnumbered: HashMap<Uuid, u64>,
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
        Self { seals, identity, principal, sink, line: 0, unnumbered: HashMap::new(), events: 0 }
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

    /// From here on the words are those of this line.
    pub(crate) fn at(&mut self, line: u64) {
        self.line = line;
    }

    /// Says something about `source_key`. The same words of one file are one statement, as they are of two files.
    pub(crate) fn say(&mut self, source_key: &str, effective: Day, kind: Kind) -> Result<(), ImportError> {
        self.hand_on(Arc::clone(&self.principal), identified(source_key, effective, kind))
    }

    /// Says all that a row says, or gives back what is wrong with it.
    pub(crate) fn say_all(&mut self, spoken: Spoken) -> Result<Result<(), Wrong>, ImportError> {
        let who = spoken.principal.unwrap_or_else(|| Arc::clone(&self.principal));
        for (key, day, kind) in spoken.statements {
            let event = identified(&key, day, kind);
            if let Err(wrong) = self.first_of_its_words(&event) {
                return Ok(Err(wrong));
            }
            self.hand_on(Arc::clone(&who), event)?;
        }
        Ok(Ok(()))
    }

    /// Of two rows with a number of their source, the second says nothing new. Of two equal amounts without one nobody can
    /// say whether they are one fact or two, so the second is not passed on in silence.
    fn first_of_its_words(&mut self, event: &Event) -> Result<(), Wrong> {
        if !is_unnumbered_amount(&event.kind) {
            return Ok(());
        }
        let line = *self.unnumbered.entry(event.id).or_insert(self.line);
        if line == self.line {
            return Ok(());
        }
        let what = format!("says the same as line {line}, and neither has a number that tells them apart");
        Err(Wrong::row("equal_rows", what, "delete one of them, or add the amounts up in one row"))
    }

    /// Says a line of a set, and returns its bytes for the chain.
    pub(crate) fn say_line(&mut self, source_key: &str, effective: Day, kind: Kind) -> Result<Vec<u8>, ImportError> {
        let event = identified(source_key, effective, kind);
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

fn identified(source_key: &str, effective: Day, kind: Kind) -> Event {
    let mut event = Event { id: Uuid::nil(), effective, kind };
    event.id = ids::event(source_key, &ids::content(&event));
    event
}

/// Amounts for which sources have no number.
fn is_unnumbered_amount(kind: &Kind) -> bool {
    matches!(kind, Kind::LoanOverdue(_) | Kind::LoanWrittenOff(_) | Kind::LoanRelieved(_) | Kind::RewardSpent(_))
}
