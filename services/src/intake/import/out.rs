//! Where readers put what they have understood: events with their ids, handed on in order. Not here: reading.

use super::asking::AskError;
use super::report::{ImportError, Seal, SinkError};
use super::table::row::{Unread, Wrong};
use crate::intake::identity::Identity;
use ledger::event::{EntryWithdrawn, Event, Kind, KindTag};
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
    /// By which words a row names what it takes back or what no answer can name, none of them personal; empty for others.
    pub words: Arc<str>,
    /// Of a row that takes back, the kind of what it takes back.
    pub undoes: Option<KindTag>,
}

impl Said {
    /// What no row of a file says.
    #[must_use]
    pub fn alone(principal: Arc<str>, event: Event) -> Self {
        Self { principal, event, line: 0, words: Arc::default(), undoes: None }
    }
}

/// Takes events in order.
pub type Sink<'a> = dyn FnMut(Said) -> Result<(), SinkError> + 'a;

/// Looks up the seal of a set that this importer has not seen itself. That nobody could be asked is no answer.
pub type SealLookup = Box<dyn Fn(Uuid) -> Result<Option<Seal>, AskError> + Send>;

/// Looks up which edition of what an event says counts, if any does.
pub type EditionLookup = Box<dyn Fn(&Event) -> Result<Option<u8>, AskError> + Send>;

/// What is asked of the ledger: seals of sets, but for those read by this importer, and editions.
#[derive(Default)]
pub(crate) struct Seals {
    read: HashMap<Uuid, Seal>,
    lookup: Option<SealLookup>,
    editions: Option<EditionLookup>,
}

impl Seals {
    /// Where to look for what was not read here.
    pub(crate) fn look_up(&mut self, lookup: SealLookup) {
        self.lookup = Some(lookup);
    }

    /// Where to look for the edition that counts.
    pub(crate) fn look_up_editions(&mut self, lookup: EditionLookup) {
        self.editions = Some(lookup);
    }

    /// The id of the edition of an event that counts; of the first, where none does or nobody can be asked.
    pub(crate) fn counted(&self, event: &Event) -> Result<Uuid, AskError> {
        let edition = self.editions.as_ref().map_or(Ok(None), |find| find(event))?;
        Ok(event.id_of_edition(edition.unwrap_or(0)))
    }

    /// Remembers the seal of a set that was read.
    pub(crate) fn remember(&mut self, set: Uuid, seal: Seal) {
        self.read.insert(set, seal);
    }

    /// The seal of a set, if it is known here or to the lookup.
    pub(crate) fn of(&self, set: Uuid) -> Result<Option<Seal>, AskError> {
        match (self.read.get(&set), &self.lookup) {
            (None, Some(find)) => find(set),
            (read, _) => Ok(read.copied()),
        }
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
    /// Of a row that takes back, its own words.
    pub(crate) words: Arc<str>,
    /// Of a row that takes back, the kinds of what its statements take back, in their order.
    pub(crate) undone: Vec<KindTag>,
}

impl Spoken {
    /// These, in the name of whoever imports.
    pub(crate) fn of(statements: Vec<Event>) -> Self {
        Self { principal: None, statements, words: Arc::default(), undone: Vec::new() }
    }

    /// As the editions the row names. Who somebody is and which card is whose come along in the row of a standing, and have editions
    /// of their own.
    pub(crate) fn in_editions(mut self, editions: Editions) -> Self {
        let alone = self.statements.iter().all(|event| comes_along(&event.kind));
        for event in &mut self.statements {
            event.edition = match event.kind {
                Kind::PersonRegistered(_) if !alone => editions.registration,
                Kind::CardBound(_) if !alone => editions.binding,
                _ => editions.row,
            };
            if event.edition > 0 {
                event.id = event.keyed_id();
            }
        }
        self
    }

    /// Takes back what it says instead of saying it, on the day of each: what the row is about, or what came along in it.
    pub(crate) fn taken_back(mut self, what: TakenBack, withdrawal: impl Fn(&Event) -> EntryWithdrawn) -> Self {
        let alone = self.statements.iter().all(|event| comes_along(&event.kind));
        self.statements.retain(|event| match what {
            TakenBack::Row => alone || !comes_along(&event.kind),
            TakenBack::Registration => matches!(event.kind, Kind::PersonRegistered(_)),
            TakenBack::Binding => matches!(event.kind, Kind::CardBound(_)),
            TakenBack::Whole => true,
        });
        self.undone = self.statements.iter().map(|event| event.kind.tag()).collect();
        for event in &mut self.statements {
            *event = Event::said(event.effective, Kind::EntryWithdrawn(withdrawal(event)));
        }
        self
    }
}

/// Which saying of it each part of a row is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Editions {
    /// Of what the row is about.
    pub(crate) row: u8,
    /// Of who somebody is.
    pub(crate) registration: u8,
    /// Of which card is whose.
    pub(crate) binding: u8,
}

/// How much of what a row told is taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TakenBack {
    /// What the row is about.
    Row,
    /// Who somebody is.
    Registration,
    /// Which card is whose.
    Binding,
    /// All of it.
    Whole,
}

/// Who somebody is and which card is whose, which come along in rows about something else.
fn comes_along(kind: &Kind) -> bool {
    matches!(kind, Kind::PersonRegistered(_) | Kind::CardBound(_))
}

impl From<Statement> for Spoken {
    fn from((day, kind): Statement) -> Self {
        Self::of(vec![Event::said(day, kind)])
    }
}

/// What reading a row comes to; nothing is said before all of it is read.
pub(crate) type RowResult = Result<Spoken, Wrong>;

/// The same of a row that asks the ledger.
pub(crate) type AskingResult = Result<Spoken, Unread>;

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
        self.say_by(effective, kind, &Arc::default())
    }

    /// The same by these words.
    pub(crate) fn say_by(&mut self, effective: Day, kind: Kind, words: &Arc<str>) -> Result<(), ImportError> {
        self.hand_on(Arc::clone(&self.principal), Event::said(effective, kind), (words, None))
    }

    /// Says all that a row says.
    pub(crate) fn say_all(&mut self, spoken: Spoken) -> Result<(), ImportError> {
        let who = spoken.principal.unwrap_or_else(|| Arc::clone(&self.principal));
        let undone = spoken.undone.iter().copied().map(Some).chain(std::iter::repeat(None));
        for (event, undoes) in spoken.statements.into_iter().zip(undone) {
            self.hand_on(Arc::clone(&who), event, (&spoken.words, undoes))?;
        }
        Ok(())
    }

    /// Says a line of a set by these words, and returns its bytes for the chain.
    pub(crate) fn say_line(&mut self, effective: Day, kind: Kind, words: &Arc<str>) -> Result<Vec<u8>, ImportError> {
        let event = Event::said(effective, kind);
        let bytes = proto::event::encode(&event);
        self.hand_on(Arc::clone(&self.principal), event, (words, None))?;
        Ok(bytes)
    }

    fn hand_on(
        &mut self,
        principal: Arc<str>,
        event: Event,
        (words, undoes): (&Arc<str>, Option<KindTag>),
    ) -> Result<(), ImportError> {
        self.events += 1;
        let (line, words) = (self.line, Arc::clone(words));
        (self.sink)(Said { principal, event, line, words, undoes }).map_err(ImportError::Sink)
    }
}
