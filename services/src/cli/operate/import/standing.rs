//! How a statement of a file stands in the ledger, and with what it ceases to count. Not here: how many stand so, and what to do.

use crate::intake::import::Said;
use ledger::event::{Event, Kind, KindTag};
use proto::v1;
use std::sync::Arc;
use uuid::Uuid;

/// What the file said: which line, and what sort of statement.
#[derive(Clone)]
pub(super) struct FileLine {
    pub(super) line: u64,
    pub(super) kind: &'static str,
    pub(super) tag: KindTag,
    /// Its event.
    pub(super) id: Uuid,
    /// The set it makes up or decides about, if it does: with that it ceases to count too.
    pub(super) set: Option<Uuid>,
    /// What it ends, if it does that: an event by taking it back, or a set by giving it up.
    pub(super) ends: Option<Uuid>,
    /// By which words it names the event it takes back, or what no answer can name.
    pub(super) words: Arc<str>,
    /// The kind of what it takes back.
    pub(super) undoes: Option<KindTag>,
}

impl FileLine {
    pub(super) fn of(said: &Said) -> Self {
        let (kind, event) = (&said.event.kind, &said.event);
        let ends = match kind {
            Kind::EntryWithdrawn(event) => Some(event.entry),
            Kind::RosterCancelled(event) | Kind::ApplicationCancelled(event) => Some(event.set),
            _ => None,
        };
        let (line, words, undoes) = (said.line, Arc::clone(&said.words), said.undoes);
        Self { line, kind: kind.name_zh(), tag: kind.tag(), id: event.id, set: steps_of(event), ends, words, undoes }
    }
}

/// The set that a statement makes up or decides about, which counts no more once it is cancelled.
fn steps_of(event: &Event) -> Option<Uuid> {
    match &event.kind {
        Kind::RosterPrepared(event) => Some(event.roster),
        Kind::RosterLineAdded(event) => Some(event.roster),
        Kind::RosterSealed(event) | Kind::ApplicationSealed(event) => Some(event.set),
        Kind::RosterReviewed(event) | Kind::RosterApproved(event) | Kind::ApplicationApproved(event) => Some(event.set),
        Kind::ApplicationPrepared(event) => Some(event.application),
        Kind::ApplicationLineAdded(event) => Some(event.application),
        Kind::ClaimSealed(event) => Some(event.set),
        _ => None,
    }
}

/// How the import of a file ends; the worst of several files is that of all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ImportEnding {
    /// Every row counts as the file says.
    Counts,
    /// All is on record, and somebody must look: what a finding says does not count does not.
    Look,
    /// Some row does not count.
    Fails,
}

/// How a statement of a file stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowStanding {
    Posted,
    OnRecord,
    /// It does not count any more, as a later row of its file says.
    TakenBack,
    Finding,
    /// Said before, and somebody must still look.
    StillOpen,
    Differs,
    Withdrawn,
    /// What it told was taken back, and a later edition on record says the same.
    Superseded,
    /// It is a line of a claim that is not confirmed.
    Disputed,
    Refused,
    /// A line after one that does not count; by itself it would.
    Waiting,
    Malformed,
}

/// What a dry run says besides of a row that does not count.
pub(super) enum Beside {
    Nothing,
    /// Of what was taken back, the first later edition that was not.
    Later(u8, v1::Receipt),
    /// Of a line after one that does not count, what it would come to in its place.
    Tried(v1::Receipt),
}

impl RowStanding {
    /// How it stands, with what a dry run says besides.
    pub(super) fn with(receipt: &v1::Receipt, beside: &Beside) -> Self {
        match (Self::of(receipt), beside) {
            (Self::Withdrawn, Beside::Later(_, later)) => match Self::of(later) {
                Self::OnRecord => Self::Superseded,
                Self::StillOpen => Self::StillOpen,
                _ => Self::Withdrawn,
            },
            (Self::Refused, Beside::Tried(tried)) if Self::of(tried).ending() < ImportEnding::Fails => Self::Waiting,
            (standing, _) => standing,
        }
    }

    pub(super) fn of(receipt: &v1::Receipt) -> Self {
        if receipt.differs {
            return Self::Differs;
        }
        // What no answer has room for is to be looked at as well.
        let look = receipt.brief || open(receipt).next().is_some();
        match receipt.outcome() {
            v1::Outcome::Posted if !look => Self::Posted,
            v1::Outcome::Posted => Self::Finding,
            v1::Outcome::Duplicate if receipt.withdrawn => Self::Withdrawn,
            v1::Outcome::Duplicate if receipt.refusal.is_none() && look => Self::StillOpen,
            v1::Outcome::Duplicate if receipt.refusal.is_none() => Self::OnRecord,
            v1::Outcome::Duplicate | v1::Outcome::Refused => Self::Refused,
            v1::Outcome::Rejected | v1::Outcome::Unspecified => Self::Malformed,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::OnRecord => "duplicates",
            Self::TakenBack => "taken_back",
            Self::Finding => "with_findings",
            Self::StillOpen => "still_open",
            Self::Differs => "differs",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Disputed => "disputed",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Malformed => "rejected",
        }
    }

    pub(super) fn name_zh(self) -> &'static str {
        match self {
            Self::Posted => "记入",
            Self::OnRecord => "已在账",
            Self::TakenBack => "已按本文件撤销",
            Self::Finding => "疑点",
            Self::StillOpen => "疑点未结",
            Self::Differs => "与账不符",
            Self::Withdrawn => "已撤销",
            Self::Superseded => "已按更正版次在账",
            Self::Disputed => "争议",
            Self::Waiting => "待前行",
            Self::Refused => "仍被拒",
            Self::Malformed => "格式不符",
        }
    }

    pub(super) fn ending(self) -> ImportEnding {
        match self {
            Self::Posted | Self::OnRecord | Self::TakenBack | Self::Superseded => ImportEnding::Counts,
            Self::Finding | Self::StillOpen | Self::Disputed => ImportEnding::Look,
            Self::Differs | Self::Withdrawn | Self::Refused | Self::Waiting | Self::Malformed => ImportEnding::Fails,
        }
    }
}

/// What somebody must still look at.
pub(super) fn open(receipt: &v1::Receipt) -> impl Iterator<Item = &v1::Finding> {
    receipt.findings.iter().filter(|finding| finding.open)
}
