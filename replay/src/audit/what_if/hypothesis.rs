//! What is assumed: other versions of policies and loan terms, entries that were never said. Reading policy files is the
//! business of `policies`.

use std::collections::{BTreeMap, BTreeSet};

use ledger::event::{Event, Kind, LoanKind};
use uuid::Uuid;

use crate::policies::PolicyFileError;
use crate::policies::loans::toml_events;

/// An entry to be left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Without {
    /// By its index.
    Index(u64),
    /// Every entry with this event id.
    Event(Uuid),
}

/// What a policy file is put in the place of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Subject {
    Programme(String),
    Terms(LoanKindNo),
}

/// A kind of loan by its place, as kinds have no order.
pub(super) type LoanKindNo = usize;

/// What is assumed, all of it together.
#[derive(Clone, Default, Debug)]
pub struct Hypothesis {
    /// The versions of each subject, in the order of the file.
    pub(super) versions: BTreeMap<Subject, Vec<Event>>,
    pub(super) without: BTreeSet<Without>,
}

/// Why something cannot be assumed of this record.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HypothesisError {
    /// The file cannot be read as a policy.
    #[error(transparent)]
    File(#[from] PolicyFileError),
    /// The file holds no version.
    #[error("{file} holds no version of a policy; write the file as those in policies/ are written")]
    Empty {
        /// The file.
        file: String,
    },
    /// Two files say different things of one subject.
    #[error("{file} is the second file about {subject}; name one file for each programme or kind of loan")]
    Twice {
        /// The second file.
        file: String,
        /// The programme or kind of loan.
        subject: String,
    },
    /// The ledger would refuse the first version.
    #[error("the first version of {subject} would itself be refused: {why}; correct the file")]
    Unsound {
        /// The programme or kind of loan.
        subject: String,
        /// Why.
        why: &'static str,
    },
    /// Nothing is assumed.
    #[error("nothing is assumed; name a policy file with --policy or an entry with --without")]
    Nothing,
    /// The record knows no such subject.
    #[error(
        "the record never adopts a policy of {subject}, so there is nothing to replace; it adopts {}",
        if adopts.is_empty() { "none".to_owned() } else { adopts.join(", ") }
    )]
    NeverAdopted {
        /// The programme or kind of loan.
        subject: String,
        /// What it does adopt.
        adopts: Vec<String>,
    },
    /// There is no such entry.
    #[error(
        "there is no {entry} among the {entries} entries of the record, so nothing can be left out; check the name"
    )]
    NoEntry {
        /// What was named.
        entry: Without,
        /// Entries there are.
        entries: u64,
    },
}

impl Hypothesis {
    /// Assumes the versions of a policy file in place of those the record adopts.
    ///
    /// # Errors
    /// The file is not as it must be, or another one was about the same programme or kind of loan.
    pub fn policy(&mut self, file: &str, text: &str) -> Result<(), HypothesisError> {
        let events = toml_events(file, text)?;
        let Some(subject) = events.first().and_then(|event| subject(&event.kind)) else {
            return Err(HypothesisError::Empty { file: file.to_owned() });
        };
        if self.versions.contains_key(&subject) {
            return Err(HypothesisError::Twice { file: file.to_owned(), subject: subject.to_string() });
        }
        self.versions.insert(subject, events);
        Ok(())
    }

    /// Assumes that an entry was never said.
    pub fn without(&mut self, entry: Without) {
        self.without.insert(entry);
    }

    /// That something is assumed.
    ///
    /// # Errors
    /// Nothing is.
    pub fn check(&self) -> Result<(), HypothesisError> {
        let nothing = self.versions.is_empty() && self.without.is_empty();
        if nothing { Err(HypothesisError::Nothing) } else { Ok(()) }
    }
}

/// What an entry adopts a version of, if it does.
pub(super) fn subject(kind: &Kind) -> Option<Subject> {
    match kind {
        Kind::PolicyAdopted(policy) => Some(Subject::Programme(policy.programme.clone())),
        Kind::LoanTermsAdopted(terms) => Some(Subject::Terms(terms.kind as usize)),
        _ => None,
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Programme(code) => f.write_str(code),
            Self::Terms(kind) => {
                let kind = LoanKind::ALL.into_iter().find(|known| *known as usize == *kind);
                write!(f, "the terms of {} loans", kind.map_or("unknown", LoanKind::name))
            }
        }
    }
}

impl std::fmt::Display for Without {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Index(index) => write!(f, "entry {index}"),
            Self::Event(id) => write!(f, "event {id}"),
        }
    }
}
