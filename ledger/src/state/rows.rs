//! What the ledger remembers of each thing, as rows of tables. Data only; who changes it is elsewhere.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::account::{Account, AccountNo};
use crate::event::policy::Policy;
use crate::event::{Level, OrgRole, Source, Status, Subordination};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::hash::Hash;
use crate::money::{Day, Fen};
use crate::outcome::Refusal;
use crate::state::table::{Row, rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An organisation.
#[derive(Clone, Serialize, Deserialize)]
pub struct Org {
    pub id: Uuid,
    pub number: String,
    pub name: String,
    pub level: Level,
    pub role: OrgRole,
    /// Handle of the unit above.
    pub parent: Link<Org>,
    pub division: u32,
    pub subordination: Subordination,
    /// First of its accounts: issued, due to finance, treasury, suspense, receivable.
    pub accounts: AccountNo,
    /// First open day by book: closing a period moves it.
    pub open_from: [Day; 4],
    /// Former names with the day each ended and its division.
    pub former: Vec<(Day, String, u32)>,
    pub last: u64,
}

/// A budget document line.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    pub id: Uuid,
    pub document: String,
    pub parent_document: String,
    /// Handle of the unit that holds it.
    pub unit: Handle<Org>,
    pub fiscal_year: u16,
    pub programme: Handle<Programme>,
    pub source: Source,
    pub item: String,
    pub project: String,
    pub direct: bool,
    pub advance: bool,
    /// The line it was passed down from.
    pub parent: Link<Line>,
    /// Issued or passed down to it, less recalls, in fen.
    pub received: Fen,
    /// Passed down from it, less recalls, in fen.
    pub passed_down: Fen,
    /// Came back in a later year, so due to finance rather than available again, in fen.
    pub surrendered: Fen,
    /// First of its accounts: available, applied, spent.
    pub accounts: AccountNo,
    /// Lines passed down from it.
    pub children: Vec<Handle<Line>>,
    /// Applications that draw on it.
    pub applications: Vec<Handle<Application>>,
    pub effective: Day,
    pub last: u64,
}

/// A policy as adopted: in force from a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdoptedPolicy {
    pub from: Day,
    /// The entry that adopted it.
    pub index: u64,
    pub policy: Policy,
}

/// A programme with the versions of its policy, in order of adoption.
#[derive(Clone, Serialize, Deserialize)]
pub struct Programme {
    pub code: String,
    pub versions: Vec<AdoptedPolicy>,
}

/// A person, by opaque id.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    pub id: Uuid,
    pub origin: u32,
    pub status: Option<(Day, Status, Handle<Org>)>,
    /// Other standings, ascending by day: the current one is the latest of all.
    pub earlier: Vec<(Day, Status, Handle<Org>)>,
    /// Latest award; each award names the one before.
    pub last_award: Link<Award>,
    pub last: u64,
}

/// A card, by opaque id.
#[derive(Clone, Serialize, Deserialize)]
pub struct Card {
    pub id: Uuid,
    pub person: Handle<Person>,
    pub in_use: bool,
    pub last: u64,
}

/// The stages of a set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Stage {
    Open,
    Sealed,
    Reviewed,
    Approved,
    Sent,
    Cancelled,
}

impl Stage {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What every set has: a chain over its lines, and who did what.
#[derive(Clone, Serialize, Deserialize)]
pub struct Set {
    pub stage: Stage,
    pub count: u32,
    pub fen: Fen,
    pub hash: Hash,
    pub preparer: String,
    pub reviewer: String,
    pub approver: String,
}

impl Set {
    /// A set without lines.
    #[must_use]
    pub(crate) fn begun(preparer: &str) -> Self {
        let (reviewer, approver) = (String::new(), String::new());
        Self { stage: Stage::Open, count: 0, fen: 0, hash: [0; 32], preparer: preparer.to_owned(), reviewer, approver }
    }
}

/// A roster.
#[derive(Clone, Serialize, Deserialize)]
pub struct Roster {
    pub id: Uuid,
    pub school: Handle<Org>,
    pub programme: Handle<Programme>,
    pub academic_year: u16,
    pub due: Vec<Day>,
    pub set: Set,
    /// First of its accounts: granted, owed, settled.
    pub accounts: AccountNo,
    /// Latest line; each award names the one before.
    pub last_award: Link<Award>,
    pub effective: Day,
    pub last: u64,
}

/// A line of a roster; an award once the roster is approved.
#[derive(Clone, Serialize, Deserialize)]
pub struct Award {
    pub id: Uuid,
    pub roster: Handle<Roster>,
    pub number: u32,
    pub person: Handle<Person>,
    pub band: u32,
    pub fen: Fen,
    /// First of its instalments, one for each due day of the roster.
    pub instalments: Handle<Instalment>,
    pub before_of_person: Link<Award>,
    pub before_of_roster: Link<Award>,
    pub last: u64,
}

/// One instalment of an award.
#[derive(Clone, Serialize, Deserialize)]
pub struct Instalment {
    /// The latest payment ordered for it.
    pub payout: Link<Payout>,
    /// Credits of it in suspense.
    pub in_suspense: u32,
}

/// What an application takes from one document line.
#[derive(Clone, Serialize, Deserialize)]
pub struct ApplicationPart {
    pub line: Handle<Line>,
    pub fen: Fen,
    pub cleared: Fen,
}

/// A payment application.
#[derive(Clone, Serialize, Deserialize)]
pub struct Application {
    pub id: Uuid,
    pub unit: Handle<Org>,
    pub fiscal_year: u16,
    pub set: Set,
    pub parts: Vec<ApplicationPart>,
    /// First of its accounts: transit, payee.
    pub accounts: AccountNo,
    pub last_payout: Link<Payout>,
    pub batch: Link<Batch>,
    pub effective: Day,
    pub last: u64,
}

/// How far a payment has come, beyond the stage of its application.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Progress {
    /// Ordered; the application says whether it is sealed, approved or sent.
    Ordered,
    /// The bank does not know.
    Unknown,
    /// On the card.
    Credited,
    /// Came back.
    Returned,
}

impl Progress {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Unknown => "unknown",
            Self::Credited => "credited",
            Self::Returned => "returned",
        }
    }
}

/// One payment of one instalment.
#[derive(Clone, Serialize, Deserialize)]
pub struct Payout {
    pub id: Uuid,
    pub application: Handle<Application>,
    pub number: u32,
    pub award: Handle<Award>,
    /// From 0.
    pub instalment: u8,
    pub progress: Progress,
    /// Why it came back, 0 if it did not.
    pub reason: u8,
    pub card: Handle<Card>,
    pub fen: Fen,
    /// First of its draws and how many.
    pub draws: Handle<Drawn>,
    pub draw_count: u8,
    pub reissue_of: Link<Payout>,
    pub before_of_application: Link<Payout>,
    /// Latest open finding of a credit of it in suspense; each names the one before.
    pub suspense: Link<Finding>,
    /// Day of the credit or return.
    pub on: Day,
    pub last: u64,
}

/// What a payment takes from a document line.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Drawn {
    pub line: Handle<Line>,
    pub fen: Fen,
}

/// A treasury voucher.
#[derive(Clone, Serialize, Deserialize)]
pub struct Voucher {
    pub id: Uuid,
    pub number: String,
    pub application: Handle<Application>,
    pub draws: Vec<Drawn>,
    pub cleared: bool,
    pub last: u64,
}

/// A batch at the paying bank.
#[derive(Clone, Serialize, Deserialize)]
pub struct Batch {
    pub id: Uuid,
    pub application: Handle<Application>,
    pub bank: Handle<Org>,
    pub on: Day,
    pub last: u64,
}

/// Something an auditor should see.
#[derive(Clone, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// The entry that opened it.
    pub index: u64,
    /// What it is about.
    pub subject: Uuid,
    /// Money in suspense, 0 if none.
    pub fen: Fen,
    /// The payment concerned.
    pub payout: Link<Payout>,
    /// Unit whose suspense account holds the money.
    pub unit: Handle<Org>,
    /// The finding before it about money in suspense of the same payment.
    pub before_of_payout: Link<Finding>,
    pub open: bool,
    pub on: Day,
}

/// A refused entry.
#[derive(Clone, Serialize, Deserialize)]
pub struct Refused {
    pub index: u64,
    pub refusal: Refusal,
}

/// A public key that may sign checkpoints.
#[derive(Clone, Serialize, Deserialize)]
pub struct AnnouncedKey {
    /// Derived from the rest.
    pub id: Uuid,
    pub key: Hash,
    pub by: Hash,
    pub signature: [Hash; 2],
    pub last: u64,
}

/// The key under which ids of people and cards are made: the one row of its table.
#[derive(Clone, Serialize, Deserialize)]
pub struct IdentityKey {
    /// The first half of the fingerprint.
    pub id: Uuid,
    pub fingerprint: Hash,
    pub document: String,
    pub last: u64,
}

rows! {
    with id: Org, Line, Person, Card, Roster, Award, Application, Payout, Voucher, Batch, AnnouncedKey, IdentityKey;
    without: Account, Programme, Instalment, Drawn, Finding, Refused
}
