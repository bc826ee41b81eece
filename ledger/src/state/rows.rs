//! What the ledger remembers of each thing, as rows of tables. Data only; who changes it is elsewhere.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::account::{Account, AccountNo};
use crate::event::{CardRelation, Level, OrgRole, Source, Status, Subordination};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::entity::rows;
use crate::state::entry_rows::Seen;
pub use crate::state::rule_rows::Programme;
use crate::state::stage::{BankWord, Closing, Naming, Progress, Set, VoucherDraw, VoucherFact};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use uuid::Uuid;

/// An organisation. It is there from its first mention on; until it is registered nothing but its id and its money is known.
#[derive(Clone, Serialize, Deserialize)]
pub struct Org {
    pub id: Uuid,
    pub known: bool,
    /// The finding that it was named before it was registered, if it was.
    pub early: Link<Finding>,
    /// How many entries that count name it without having registered it; of decisions those that begin something under it.
    pub named: u32,
    pub number: String,
    /// What it was called, ascending by day.
    pub names: Vec<Naming>,
    pub level: Level,
    pub role: OrgRole,
    /// Handle of the unit above.
    pub parent: Link<Org>,
    pub subordination: Subordination,
    /// First of its accounts: issued, due to finance, surrendered, treasury, suspense and what ends it.
    pub accounts: AccountNo,
    /// First open day by book: closing a period moves it.
    pub open_from: [Day; 4],
    /// Closings that count, in the order in which they were told.
    pub closings: Vec<Closing>,
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
    /// First of its accounts: available, applied, spent, short, withheld.
    pub accounts: AccountNo,
    /// The entry that issued it or passed it down, until that is taken back.
    pub told: Link<Seen>,
    /// How many parts of budget entries that count it has.
    pub moves: u32,
    /// Whether a line of an application ever named it.
    pub named: bool,
    /// Lines passed down from it.
    pub children: Vec<Handle<Line>>,
    /// Applications that draw on it.
    pub applications: Vec<Handle<Application>>,
    pub effective: Day,
    pub last: u64,
}

/// A standing as a student, from a day on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SchoolStatus {
    pub on: Day,
    pub status: Status,
    pub school: Handle<Org>,
    /// The entry that told it.
    pub entry: Handle<Seen>,
}

impl SchoolStatus {
    /// Its place in the order of standings: by day; on one day what ends before what begins, and a death after both; then by school.
    /// Never by who was told first.
    pub(crate) fn place(&self, school: Uuid) -> (Day, u8, Uuid) {
        let turn = match self.status {
            Status::Leave | Status::Graduated | Status::Withdrawn => 0,
            Status::Enrolled | Status::FurtherStudy | Status::IllnessLeave => 1,
            Status::Deceased => 2,
        };
        (self.on, turn, school)
    }
}

/// A person, by opaque id.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    pub id: Uuid,
    /// The entry that registered him; until then nothing is known of him but what reports that named him told.
    pub registered_by: Link<Seen>,
    /// 0 until then.
    pub origin: u32,
    /// The finding that says he is not registered; closed when he is.
    pub unregistered: Link<Finding>,
    /// In order; the last is the current one. Most have one, and then the whole row is one line of the processor's cache.
    pub statuses: SmallVec<[SchoolStatus; 1]>,
    /// Latest award; each award names the one before.
    pub last_award: Link<Award>,
    pub last: u64,
}

const _: () = assert!(size_of::<Person>() == 64);

/// A person who is, or was, one human with others 合并人员. Who never was has none.
#[derive(Clone, Serialize, Deserialize)]
pub struct Merged {
    /// The person's.
    pub id: Uuid,
    pub person: Handle<Person>,
    /// Whom he was merged into, on which day, and the entry that told it.
    pub into: Link<Merged>,
    pub on: Day,
    pub told_by: Link<Seen>,
    /// Who was merged into him.
    pub others: Vec<Handle<Merged>>,
    pub last: u64,
}

/// A card, by opaque id.
#[derive(Clone, Serialize, Deserialize)]
pub struct Card {
    pub id: Uuid,
    /// Ascending by day; on one day what ends comes before what begins.
    pub uses: SmallVec<[CardUse; 1]>,
    pub last: u64,
}

/// From this day on a card is a person's, or no longer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardUse {
    pub person: Handle<Person>,
    pub on: Day,
    /// The entry that told it.
    pub entry: Handle<Seen>,
    pub begins: bool,
    pub relation: CardRelation,
    /// The card that is the person's no longer because of this one.
    pub replaces: Link<Card>,
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
    pub last_award: Link<Award>,
    /// Applications with lines that order what it grants, each once.
    pub applications: Vec<Handle<Application>>,
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
    /// The first of them that is owed no more, from 1, or 0.
    pub ended: u8,
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
    /// Vouchers told of it, by the day they were cleared on.
    pub vouchers: Vec<Handle<Voucher>>,
    /// Its payments of which results are kept apart.
    pub told: Vec<Handle<Payout>>,
    pub batch: Link<Batch>,
    pub effective: Day,
    pub last: u64,
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
    /// What a bank told of it, if that is more than one thing or does not simply count.
    pub results: Link<Results>,
    /// Day of the credit or return.
    pub on: Day,
    pub last: u64,
}

/// What a payment takes from a document line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drawn {
    pub line: Handle<Line>,
    pub fen: Fen,
}

/// An application that vouchers named before anybody prepared it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Awaited {
    /// The application's.
    pub id: Uuid,
    pub vouchers: Vec<Handle<Voucher>>,
    /// The finding that nobody prepared it.
    pub unknown: Link<Finding>,
    pub last: u64,
}

/// A treasury voucher.
#[derive(Clone, Serialize, Deserialize)]
pub struct Voucher {
    pub id: Uuid,
    /// The entry that told its issuing; its clearing may come first.
    pub issued: Link<Seen>,
    pub number: String,
    /// The application it names, and that one's row once it is prepared.
    pub named: Uuid,
    pub application: Handle<Application>,
    pub draws: Vec<VoucherDraw>,
    pub on: Day,
    /// Its clearings and what came back of them, by day, and of one day by the ids of the entries.
    pub facts: Vec<VoucherFact>,
    /// What it paid beyond what was applied for, and what of that was disposed of.
    pub excess: Fen,
    pub off: Fen,
    /// The unit in whose suspense it stood then, and how many decisions did it.
    pub off_at: Handle<Org>,
    pub clearings: u16,
    /// The finding it calls for, or did.
    pub item: Link<Finding>,
    pub last: u64,
}

/// All that a bank told of one payment, where that is more than one thing or does not simply count. What was told of a payment
/// nobody ordered waits here until somebody does.
#[derive(Clone, Serialize, Deserialize)]
pub struct Results {
    /// The payment's, known or not.
    pub id: Uuid,
    /// By day; of one day unknown before credits before returns, then by the id of the entry.
    pub facts: Vec<ResultFact>,
    /// Credits that pay it and did not come back.
    pub paid: u32,
    /// What each of these is drawn with, or if there is none what came back last was: draws it was accepted with and how many, or
    /// none, where it is drawn with those of the payment.
    pub drawn: Vec<(Link<Drawn>, u8)>,
    pub last: u64,
}

/// One thing a bank told of a payment.
#[derive(Clone, Serialize, Deserialize)]
pub struct ResultFact {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    pub what: BankWord,
    pub on: Day,
    pub fen: Fen,
    pub reason: u8,
    /// It was taken back, and somebody had disposed of its money before.
    pub gone: bool,
    /// The finding it stands in suspense with, or did.
    pub item: Link<Finding>,
    /// What was disposed of the money it holds in suspense, with the sign that has there.
    pub off: Fen,
    pub off_at: Handle<Org>,
    pub clearings: u16,
    /// The draws it was accepted with and how many, if it was.
    pub accepted: Link<Drawn>,
    pub accepted_count: u8,
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
    /// The entry whose fact it is about; mostly the one that opened it.
    pub fact: Handle<Seen>,
    /// What its unit's suspense holds: above zero what left the treasury and nobody received, below zero what reached a card or the
    /// treasury and nobody had paid.
    pub fen: Fen,
    /// The payment concerned.
    pub payout: Link<Payout>,
    /// Unit whose suspense account holds the money.
    pub unit: Handle<Org>,
    /// Whether what is told calls for it.
    pub open: bool,
    /// Whether a person closed it.
    pub closed: bool,
    pub on: Day,
}

// Found by, last entry, [fields that name other rows] [fields that follow from other rows]. By `latest_id`: what was given up may be there anew.
rows! {
    compared {
        Org: id, last, [parent early] [accounts named];
        Programme: none, last, [] [];
        Line: id, last, [unit programme parent children applications] [accounts];
        Person: id, last, [statuses last_award] [unregistered];
        Card: id, last, [uses] [];
        Roster: id, last, [school programme last_award] [accounts applications];
        Award: latest_id, last, [roster person] [instalments before_of_person before_of_roster];
        Instalment: none, none, [payout] [];
        Application: id, last, [unit parts last_payout batch vouchers] [accounts told];
        Payout: id, last, [application award card reissue_of results] [draws before_of_application];
        Voucher: id, last, [application item off_at] [];
        Results: id, last, [facts] [drawn];
        Awaited: id, last, [vouchers] [unknown];
        Batch: id, last, [application bank] [];
        Finding: none, index, [payout unit] [];
        Merged: id, last, [person into] [others];
    }
    uncompared { Account Drawn }
    parts { ResultFact [item off_at] ApplicationPart [line] Drawn [line] SchoolStatus [school] CardUse [person replaces] }
}
