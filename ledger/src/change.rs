//! What judging hands to committing: the case before the judge, and the change that an admissible event makes.
//! Each domain has acts of its own, so a change is generic over its act; only `fold` knows the sum of them.

use crate::entry::Entry;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::outcome::{Posting, Refusal};
use crate::state::rows::{Org, Payout};
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

/// What a judge sees: the state as it is, and the entry in question. Both only to be read.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub state: &'a State,
    pub entry: &'a Entry<'a>,
}

impl Case<'_> {
    /// The day on which the event counts.
    pub fn on(&self) -> Day {
        self.entry.event.effective
    }
}

/// What a judge says: the change to make, or why not.
pub(crate) type Judged<A> = Result<Change<A>, Refusal>;

/// What an admissible event will change: the money, the findings, and besides at most one act of its domain.
pub(crate) struct Change<A> {
    pub postings: Vec<Posting>,
    pub findings: Vec<NewFinding>,
    pub act: Option<A>,
}

impl<A> Change<A> {
    /// A change of things, without money.
    pub fn of(act: A) -> Self {
        Self { postings: Vec::new(), findings: Vec::new(), act: Some(act) }
    }

    /// A report that changes nothing but is worth looking at.
    pub fn only(finding: NewFinding) -> Self {
        Self { postings: Vec::new(), findings: vec![finding], act: None }
    }

    /// Nothing yet, for a judge who finds out as the case goes on.
    pub fn nothing() -> Self {
        Self { postings: Vec::new(), findings: Vec::new(), act: None }
    }

    /// The same change as one of a wider list of acts.
    pub fn map<B>(self, wrap: impl FnOnce(A) -> B) -> Change<B> {
        Change { postings: self.postings, findings: self.findings, act: self.act.map(wrap) }
    }
}

/// A finding about to be opened.
pub(crate) struct NewFinding {
    pub kind: FindingKind,
    pub subject: Uuid,
    pub fen: Fen,
    pub payout: Link<Payout>,
    pub unit: Handle<Org>,
}

impl NewFinding {
    /// A finding without money in suspense.
    pub fn about(kind: FindingKind, subject: Uuid) -> Self {
        Self { kind, subject, fen: 0, payout: Link::NONE, unit: UNKNOWN_ORG }
    }
}
