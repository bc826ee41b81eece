//! Files as offices deliver them, made into events. Reads and derives; records nothing, asks the ledger nothing.
//!
//! The same file gives the same events in the same order with the same ids, so a second import says nothing new.
//! Rosters and applications are taken whole or not at all; of other files only the bad rows are left out. Names
//! and numbers of people and cards end here: only keyed hashes go on.

pub mod columns;
pub mod ids;
pub mod kinds;
pub mod layout;
pub mod record;
pub mod row;
pub mod text;

mod applications;
mod budget;
mod cards;
mod claims;
mod control;
mod decisions;
mod derive;
mod funds;
mod loans;
mod movements;
mod orgs;
pub(crate) mod rates;
mod reading;
mod remittances;
mod results;
mod rewards;
mod rosters;
mod sets;
mod suspense;
mod vouchers;

#[cfg(test)]
mod loan_tests;
#[cfg(test)]
mod tests;

pub use layout::FileKind;
pub use row::Problem;

use crate::intake::identity::Identity;
use ledger::event::{Event, Hash, Kind};
use ledger::money::{Day, Fen};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// Problems kept word for word; further ones are only counted.
pub const MAX_PROBLEMS: usize = 1_000;
/// Rows of a file at most: what is remembered to tell equal rows apart stays within some 100 MB.
pub const MAX_ROWS: u64 = 2_000_000;
/// Bytes of a principal's name at most, as an entry keeps it.
pub const MAX_PRINCIPAL_BYTES: usize = 64;

/// An event and who says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// Who.
    pub principal: Arc<str>,
    /// What.
    pub event: Event,
}

/// Whatever stopped the taker of events.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes events in order.
pub type Sink<'a> = dyn FnMut(Said) -> Result<(), SinkError> + 'a;

/// Looks up the seal of a set that this importer has not seen itself.
pub type SealLookup = Box<dyn Fn(Uuid) -> Option<Seal> + Send>;

/// Why a file could not be imported at all. What is wrong inside a file is a [`Problem`] instead.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The taker of events failed.
    #[error("events could not be handed on: {0}")]
    Sink(SinkError),
    /// A set was sound when it was checked and was not when it was read again.
    #[error("{0} changed while it was being imported; import it again")]
    Changed(PathBuf),
    /// The principal's name is empty or longer than an entry can keep.
    #[error("a principal has 1 to {MAX_PRINCIPAL_BYTES} bytes, this one {0}")]
    Principal(usize),
}

/// How a set was sealed: what approvers and banks name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seal {
    /// How many lines.
    pub count: u32,
    /// Their sum.
    pub fen: Fen,
    /// The chain over the lines.
    pub hash: Hash,
}

/// What became of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The file's name.
    pub file: String,
    /// Its kind; none if the header was not understood.
    pub kind: Option<FileKind>,
    /// Rows read, the header left out.
    pub rows: u64,
    /// Events handed on.
    pub events: u64,
    /// Sets sealed: their number as the source gives it, and the seal that approvals name.
    pub sets: Vec<(String, Seal)>,
    /// What was wrong, the first [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many problems there were.
    pub problem_count: u64,
    /// Nothing was handed on because a file of sets holds a bad row.
    pub rejected: bool,
}

/// Imports files under one key. Remembers the seals of the sets it has read, so that approvals may leave them out.
pub struct Importer {
    identity: Identity,
    attempt: u32,
    seals: HashMap<Uuid, Seal>,
    lookup: Option<SealLookup>,
}

impl Importer {
    /// An importer that hashes people and cards by `identity`.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self { identity, attempt: 0, seals: HashMap::new(), lookup: None }
    }

    /// Says everything anew as attempt `attempt`; for an explicit retry after a circumstantial refusal, never else.
    #[must_use]
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// Where to look for seals of sets that were imported by somebody else.
    #[must_use]
    pub fn with_seals(mut self, lookup: SealLookup) -> Self {
        self.lookup = Some(lookup);
        self
    }

    /// Imports one file as `principal`, handing its events to `sink` in order.
    pub fn import_file(&mut self, path: &Path, principal: &str, sink: &mut Sink<'_>) -> Result<Report, ImportError> {
        if principal.is_empty() || principal.len() > MAX_PRINCIPAL_BYTES {
            return Err(ImportError::Principal(principal.len()));
        }
        let mut file = reading::Reading::open(path)?;
        let Some(layout) = file.header()? else { return Ok(file.report) };
        let mut out = Out { importer: self, principal: Arc::from(principal), sink, seen: HashMap::new(), events: 0 };
        route(&layout, &mut file, &mut out)?;
        file.report.events = out.events;
        Ok(file.report)
    }

    /// The seal of a set, if it is known here or to the lookup.
    #[must_use]
    pub fn seal(&self, set: Uuid) -> Option<Seal> {
        self.seals.get(&set).copied().or_else(|| self.lookup.as_ref().and_then(|find| find(set)))
    }
}

/// Hands a file to the reader of its kind.
fn route(layout: &layout::Layout, file: &mut reading::Reading, out: &mut Out<'_>) -> Result<(), ImportError> {
    match layout.kind {
        FileKind::Orgs => file.each_row(layout, out, orgs::registered),
        FileKind::Renames => file.each_row(layout, out, orgs::renamed),
        FileKind::Budget => budget::import(file, layout, out),
        FileKind::Students => file.each_row(layout, out, cards::student),
        FileKind::Cards => file.each_row(layout, out, cards::replaced),
        FileKind::Rosters => sets::import(&rosters::SET, file, layout, out),
        FileKind::Applications => sets::import(&applications::SET, file, layout, out),
        FileKind::Decisions => file.each_row(layout, out, decisions::decided),
        FileKind::Vouchers => vouchers::import(file, layout, out),
        FileKind::Batches => file.each_row(layout, out, decisions::batch),
        FileKind::Results => file.each_row(layout, out, results::result),
        FileKind::Suspense => file.each_row(layout, out, suspense::cleared),
        FileKind::Rates => file.each_row(layout, out, rates::published),
        FileKind::Waivers => file.each_row(layout, out, rates::waived),
        FileKind::Contracts => file.each_row(layout, out, loans::signed),
        FileKind::Movements => file.each_row(layout, out, movements::moved),
        FileKind::Claims => sets::import(&claims::SET, file, layout, out),
        FileKind::Remittances => file.each_row(layout, out, remittances::ordered),
        FileKind::RemittanceResults => file.each_row(layout, out, remittances::ended),
        FileKind::Received => file.each_row(layout, out, funds::received),
        FileKind::FundStatements => file.each_row(layout, out, funds::stated),
        FileKind::Rewards => rewards::import(file, layout, out),
        FileKind::RewardSpending => file.each_row(layout, out, funds::spent),
        FileKind::Closes => file.each_row(layout, out, control::closed),
        FileKind::Reversals => file.each_row(layout, out, control::reversed),
    }
}

/// What reading a row comes to: done, or wrong in the file, or nothing can go on.
pub(crate) type Step = Result<Result<(), row::Wrong>, ImportError>;

/// What a row says: what it is about at its source, the day, and the words.
pub(crate) type Statement = (String, Day, Kind);

/// Where readers put what they have understood.
pub(crate) struct Out<'a> {
    pub(crate) importer: &'a mut Importer,
    principal: Arc<str>,
    sink: &'a mut Sink<'a>,
    /// How often the same statement stood in this file already.
    seen: HashMap<Uuid, u32>,
    events: u64,
}

impl Out<'_> {
    /// The keyed hashes.
    pub(crate) fn identity(&self) -> &Identity {
        &self.importer.identity
    }

    /// Says something about `source_key`; equal statements of one file are told apart by their order.
    pub(crate) fn say(&mut self, source_key: &str, effective: Day, kind: Kind) -> Result<(), ImportError> {
        let principal = Arc::clone(&self.principal);
        self.say_as(principal, source_key, effective, kind)
    }

    /// Says what a row says, or gives back what is wrong with it.
    pub(crate) fn say_read(&mut self, read: Result<Statement, row::Wrong>) -> Step {
        match read {
            Ok((key, day, kind)) => self.say(&key, day, kind).map(Ok),
            Err(wrong) => Ok(Err(wrong)),
        }
    }

    /// Says something in the name of somebody the file itself names.
    pub(crate) fn say_as(
        &mut self,
        principal: Arc<str>,
        source_key: &str,
        effective: Day,
        kind: Kind,
    ) -> Result<(), ImportError> {
        let mut event = Event { id: Uuid::nil(), effective, kind };
        let content = ids::content(&event);
        let first = ids::event(source_key, &content, 0, self.importer.attempt);
        let occurrence = self.seen.entry(first).or_insert(0);
        event.id =
            if *occurrence == 0 { first } else { ids::event(source_key, &content, *occurrence, self.importer.attempt) };
        *occurrence += 1;
        self.hand_on(principal, event)
    }

    /// Says a line of a set, which its number already makes unique, and returns its bytes for the chain.
    pub(crate) fn say_line(&mut self, source_key: &str, effective: Day, kind: Kind) -> Result<Vec<u8>, ImportError> {
        let mut event = Event { id: Uuid::nil(), effective, kind };
        event.id = ids::event(source_key, &ids::content(&event), 0, self.importer.attempt);
        let bytes = proto::event::encode(&event);
        self.hand_on(Arc::clone(&self.principal), event)?;
        Ok(bytes)
    }

    fn hand_on(&mut self, principal: Arc<str>, event: Event) -> Result<(), ImportError> {
        self.events += 1;
        (self.sink)(Said { principal, event }).map_err(ImportError::Sink)
    }
}
