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

/// Looks up how an event stands by its id and its day: nothing if it is not on record, else whether it counts.
pub type EntryLookup = Box<dyn Fn(Uuid, Day) -> Result<Option<bool>, AskError> + Send>;

/// What a row may mean where it names something by its source's number, of which there may be several editions.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) id: Uuid,
    /// How well it stands: the row means the best.
    pub(crate) rank: u8,
    /// Whether what is told of it counts for whichever of them stands, so that what was told of one is told anew of that one.
    pub(crate) shared: bool,
}

/// What is asked of the ledger: seals of sets, but for those read by this importer, and how entries stand.
#[derive(Default)]
pub(crate) struct Seals {
    read: HashMap<Uuid, Seal>,
    lookup: Option<SealLookup>,
    entries: Option<EntryLookup>,
}

impl Seals {
    /// Where to look for what was not read here.
    pub(crate) fn look_up(&mut self, lookup: SealLookup) {
        self.lookup = Some(lookup);
    }

    /// Where to look for how entries stand.
    pub(crate) fn look_up_entries(&mut self, lookup: EntryLookup) {
        self.entries = Some(lookup);
    }

    /// Whether there is a ledger to ask.
    pub(crate) fn asks(&self) -> bool {
        self.entries.is_some()
    }

    fn stands(&self, id: Uuid, day: Day) -> Result<Option<bool>, AskError> {
        self.entries.as_ref().map_or(Ok(None), |find| find(id, day))
    }

    /// The editions of an event on record up to the one that counts, lowest first; the first one always.
    pub(crate) fn editions(&self, event: &Event) -> Result<Vec<Candidate>, AskError> {
        let mut found = self.told_editions(event)?;
        if found.is_empty() {
            found.push(Candidate { id: event.id_of_edition(0), rank: 0, shared: false });
        }
        Ok(found)
    }

    /// The same, of what is on record only.
    pub(crate) fn told_editions(&self, event: &Event) -> Result<Vec<Candidate>, AskError> {
        let mut found = Vec::new();
        for edition in 0..=u8::MAX {
            let id = event.id_of_edition(edition);
            let Some(counts) = self.stands(id, event.effective)? else { break };
            found.push(Candidate { id, rank: u8::from(counts), shared: false });
            if counts {
                break;
            }
        }
        Ok(found)
    }

    /// What a row says, of which of the candidates it means, and as which edition there. What a source said of one thing is one
    /// sequence, whichever of its candidates each was said of: so a file told again is the same facts, what was taken back does not come
    /// back by itself, and what is said for the first time, or anew, is said of the best.
    pub(crate) fn meant(
        &self,
        (day, edition): (Day, u8),
        candidates: &[Candidate],
        say: impl Fn(Uuid) -> Kind,
    ) -> Result<(Kind, u8), AskError> {
        let best = candidates.iter().rev().max_by_key(|candidate| candidate.rank);
        let best = best.map(|candidate| candidate.id).unwrap_or_default();
        if candidates.len() < 2 {
            return Ok((say(best), edition));
        }
        let mut told: Vec<(Uuid, u8, bool)> = Vec::new();
        for candidate in candidates {
            let own = Event::said(day, say(candidate.id));
            for at in 0..=u8::MAX {
                let Some(counts) = self.stands(own.id_of_edition(at), day)? else { break };
                told.push((candidate.id, at, counts));
            }
        }
        // What counts was said last, of whichever candidate.
        told.sort_by_key(|(.., counts)| *counts);
        if let Some((id, at, _)) = told.get(usize::from(edition)) {
            return Ok((say(*id), *at));
        }
        let (id, next) = match told.last() {
            // What counts would have to be taken back before, which the ledger says.
            Some((id, at, counts)) if *counts || candidates.iter().all(|one| one.shared) => (*id, usize::from(*at) + 1),
            _ => (best, told.iter().filter(|(id, ..)| *id == best).count()),
        };
        let edition = next + usize::from(edition) - told.len();
        Ok((say(id), u8::try_from(edition).unwrap_or(u8::MAX)))
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
    /// Which edition it is, where that is not the one the row names.
    pub(crate) edition: Option<u8>,
    /// Of a row that takes back, its own words.
    pub(crate) words: Arc<str>,
    /// Of a row that takes back, the kinds of what its statements take back, in their order.
    pub(crate) undone: Vec<KindTag>,
}

impl Spoken {
    /// These, in the name of whoever imports.
    pub(crate) fn of(statements: Vec<Event>) -> Self {
        Self { principal: None, statements, edition: None, words: Arc::default(), undone: Vec::new() }
    }

    /// As the editions the row names. Who somebody is and which card is whose come along in the row of a standing, and have editions
    /// of their own.
    pub(crate) fn in_editions(mut self, editions: Editions) -> Self {
        let alone = self.statements.iter().all(|event| comes_along(&event.kind));
        for event in &mut self.statements {
            event.edition = match event.kind {
                Kind::PersonRegistered(_) if !alone => editions.registration,
                Kind::CardBound(_) if !alone => editions.binding,
                _ => self.edition.unwrap_or(editions.row),
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
