//! What is remembered, and how it is read by key. Nothing here decides; nothing here scans to decide.

mod accounts;
pub mod flows;
pub mod lending_rows;
pub mod rows;
pub mod seen;
pub mod table;

use crate::account::{Account, AccountNo, Book, Owner};
use crate::event::policy::Policy;
use crate::event::{Level, OrgRole, Status, Subordination};
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::lending_rows::{
    Borrower, Claim, ClaimLine, Loan, LoanRules, Portfolio, Remittance, Reward, RiskPaid, RiskYear,
};
use crate::state::rows::{
    AnnouncedKey, Application, Award, Batch, Card, Drawn, Finding, IdentityKey, Instalment, Line, Org, Payout, Person,
    Programme, Progress, Refused, Roster, Set, Stage, Voucher,
};
use crate::state::seen::{Dispute, Seen};
use crate::state::table::{Pages, Table};
use crate::steps::step;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The unit that stands for "we do not know whose": handle 0, made at genesis.
pub const UNKNOWN_ORG: Handle<Org> = Handle::new(0);

/// The application that stands for payments nobody ordered: handle 0, made at genesis.
pub const UNKNOWN_APPLICATION: Handle<Application> = Handle::new(0);

/// How many numbers a state has besides its tables.
pub const SCALARS: usize = 7;

/// How many of them, the last, hang on the clock of recording.
const CLOCK_SCALARS: usize = 2;

/// How many entries came to what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Done.
    pub posted: u64,
    /// Turned away.
    pub refused: u64,
    /// Said before.
    pub duplicates: u64,
}

macro_rules! tables {
    (first { $($first:ident: $first_row:ty,)* } later { $($later:ident: $later_row:ty,)* }) => {
        /// Everything the ledger remembers after an entry.
        #[allow(missing_docs)] // One table for each row type; the rows say what they hold.
        #[derive(Clone)]
        pub struct State {
            /// Entries folded: the index the next one must have.
            pub entries: u64,
            /// Rules version in force; 0 until one is adopted, which decides like 1.
            pub rules: u32,
            /// How many entries were posted, refused, duplicates.
            pub counts: Counts,
            /// The latest day on which something happened, as far as posted entries tell: the effective day of each, or the day
            /// of its recording if that is earlier, so that it never runs ahead of the clock. 1970-01-01 before the first.
            pub latest: Day,
            /// When the last entry was recorded, in milliseconds since 1970; no later one may say an earlier time.
            pub recorded_ms: i64,
            $(pub $first: Table<$first_row>,)*
            $(pub $later: Table<$later_row>,)*
            by_code: BTreeMap<String, Handle<Programme>>,
        }

        /// Tables there were when the first histories were frozen. A later table enters the digest when it holds a row, so
        /// that a record that does not know it keeps its digest.
        const FIRST_TABLES: usize = [$(stringify!($first),)*].len();

        /// How many tables there are.
        pub const TABLES: usize = FIRST_TABLES + [$(stringify!($later),)*].len();

        impl State {
            /// No entries and no genesis rows: to be filled from pages.
            #[must_use]
            pub fn empty() -> Self {
                Self {
                    entries: 0,
                    rules: 0,
                    counts: Counts::default(),
                    latest: Day::default(),
                    recorded_ms: 0,
                    $($first: Table::default(),)*
                    $($later: Table::default(),)*
                    by_code: BTreeMap::new(),
                }
            }

            /// All tables as pages, with their names, in the fixed order of the digest.
            pub fn tables(&mut self) -> [(&'static str, &mut dyn Pages); TABLES] {
                [$((stringify!($first), &mut self.$first),)* $((stringify!($later), &mut self.$later),)*]
            }

            /// The same, to be read only.
            #[must_use]
            pub fn views(&self) -> [(&'static str, &dyn Pages); TABLES] {
                [$((stringify!($first), &self.$first),)* $((stringify!($later), &self.$later),)*]
            }
        }
    };
}

// The order is that of the digest, so a new table comes last.
tables! {
    first {
        seen: Seen,
        accounts: Account,
        orgs: Org,
        programmes: Programme,
        lines: Line,
        persons: Person,
        cards: Card,
        rosters: Roster,
        awards: Award,
        instalments: Instalment,
        applications: Application,
        payouts: Payout,
        draws: Drawn,
        vouchers: Voucher,
        batches: Batch,
        findings: Finding,
        refused: Refused,
    }
    later {
        loan_rules: LoanRules,
        loans: Loan,
        borrowers: Borrower,
        portfolios: Portfolio,
        risk_years: RiskYear,
        risk_paid: RiskPaid,
        claims: Claim,
        claim_lines: ClaimLine,
        remittances: Remittance,
        rewards: Reward,
        keys: AnnouncedKey,
        identity_keys: IdentityKey,
        disputes: Dispute,
    }
}

/// How far the payment of an instalment has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nothing ordered.
    Free,
    /// In a payment.
    Ordered(Handle<Payout>),
    /// Paid by this one.
    Settled(Handle<Payout>),
    /// Came back; this is the latest returned payment.
    Returned(Handle<Payout>),
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self::empty();
        let base = state.open_accounts(Owner::Org, UNKNOWN_ORG);
        state.orgs.push(unknown_org(base));
        let base = state.open_accounts(Owner::Application, UNKNOWN_APPLICATION);
        state.applications.push(unknown_application(base));
        state
    }
}

impl State {
    /// The numbers that are not in tables, for whoever keeps pages. The last two hang on the clock of recording.
    #[must_use]
    pub fn scalars(&self) -> [u64; SCALARS] {
        let Counts { posted, refused, duplicates } = self.counts;
        let latest = u64::try_from(self.latest.number()).unwrap_or(0);
        let recorded = u64::try_from(self.recorded_ms).unwrap_or(0);
        [self.entries, u64::from(self.rules), posted, refused, duplicates, latest, recorded]
    }

    /// Puts the scalars back and rebuilds what is derived, after all pages were restored.
    pub fn finish_restore(&mut self, scalars: [u64; SCALARS]) {
        let [entries, rules, posted, refused, duplicates, latest, recorded] = scalars;
        self.entries = entries;
        self.rules = u32::try_from(rules).unwrap_or(u32::MAX);
        self.counts = Counts { posted, refused, duplicates };
        self.latest = Day::default().plus(i32::try_from(latest).unwrap_or(0));
        self.recorded_ms = i64::try_from(recorded).unwrap_or(i64::MAX);
        self.by_code = self.programmes.iter().map(|(handle, row)| (row.code.clone(), handle)).collect();
    }

    /// SHA-256 over all rows in handle order and all balances in account order. The same record gives the same
    /// digest on any machine; recorded times and what is taken from them alone, epochs and frame bounds are not in it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for number in &self.scalars()[..SCALARS - CLOCK_SCALARS] {
            hash.update(number.to_le_bytes());
        }
        for (at, (name, table)) in self.views().into_iter().enumerate() {
            if at >= FIRST_TABLES && table.count() == 0 {
                continue;
            }
            hash.update(name.as_bytes());
            for page in 0..table.count() {
                hash.update(table.encode(u32::try_from(page).unwrap_or(u32::MAX)));
            }
        }
        hash.finalize().into()
    }

    /// Sum of all balances of a book. Zero, always: a posting has two sides.
    #[must_use]
    pub fn trial_balance(&self, book: Book) -> i128 {
        let accounts = self.accounts.iter().filter(|(_, account)| account.class.book() == book);
        accounts.map(|(_, account)| account.balance).sum()
    }

    /// What became of the entry of an index, if it is folded.
    #[must_use]
    pub fn seen_at(&self, index: u64) -> Option<&Seen> {
        let handle = u32::try_from(index).ok().and_then(|number| self.seen.handle(number))?;
        Some(self.seen.get(handle))
    }

    /// The handle of a programme by its code.
    #[must_use]
    pub fn programme(&self, code: &str) -> Option<Handle<Programme>> {
        self.by_code.get(code).copied()
    }

    /// Makes a programme known.
    pub(crate) fn add_programme(&mut self, code: &str) -> Handle<Programme> {
        let handle = self.programmes.push(Programme { code: code.to_owned(), versions: Vec::new() });
        self.by_code.insert(code.to_owned(), handle);
        handle
    }

    /// What holds for many loans at once, once anything does.
    #[must_use]
    pub fn loan_rules(&self) -> Option<&LoanRules> {
        (!self.loan_rules.is_empty()).then(|| self.loan_rules.get(Handle::new(0)))
    }

    /// The key under which ids of people and cards are made, once it is announced.
    #[must_use]
    pub fn identity_key(&self) -> Option<&IdentityKey> {
        (!self.identity_keys.is_empty()).then(|| self.identity_keys.get(Handle::new(0)))
    }

    /// The policy in force on a day: the latest in-force date, then the highest index.
    #[must_use]
    pub fn policy(&self, programme: Handle<Programme>, on: Day) -> Option<&Policy> {
        let versions = self.programmes.get(programme).versions.iter().filter(|adopted| adopted.from <= on);
        versions.max_by_key(|adopted| (adopted.from, adopted.index)).map(|adopted| &adopted.policy)
    }

    /// How far the payment of an instalment has come. An order of a cancelled application counts as never made.
    #[must_use]
    pub fn standing(&self, instalment: Handle<Instalment>) -> Standing {
        let given_up = |payout: &Payout| self.applications.get(payout.application).set.stage == Stage::Cancelled;
        let mut orders = self.payouts.chain(self.instalments.get(instalment).payout, |payout| payout.reissue_of);
        let Some((latest, payout)) = orders.find(|(_, payout)| !given_up(payout)) else { return Standing::Free };
        match payout.progress {
            Progress::Ordered | Progress::Unknown => Standing::Ordered(latest),
            Progress::Credited => Standing::Settled(latest),
            Progress::Returned => Standing::Returned(latest),
        }
    }

    /// A person's standing on a day and the school it concerns.
    #[must_use]
    pub fn status_on(&self, person: Handle<Person>, on: Day) -> Option<(Day, Status, Handle<Org>)> {
        let person = self.persons.get(person);
        let all = person.earlier.iter().chain(person.status.iter());
        all.inspect(|_| step()).filter(|(from, _, _)| *from <= on).max_by_key(|(from, _, _)| *from).copied()
    }

    /// The handle of a registered organisation. The one that stands for unknown ones is nobody's name.
    pub(crate) fn known_org(&self, id: Uuid) -> Option<Handle<Org>> {
        self.orgs.find(id).filter(|org| *org != UNKNOWN_ORG)
    }

    /// The handle of an application somebody prepared.
    pub(crate) fn known_application(&self, id: Uuid) -> Option<Handle<Application>> {
        self.applications.find(id).filter(|application| *application != UNKNOWN_APPLICATION)
    }

    /// The handle of an organisation, or the refusal that says it is unknown.
    pub(crate) fn need_org(&self, id: Uuid) -> Result<Handle<Org>, Refusal> {
        self.known_org(id).ok_or(Refusal::of(Code::UnknownOrg, id))
    }

    /// The handle of a document line, or the refusal that says it is unknown.
    pub(crate) fn need_line(&self, id: Uuid) -> Result<Handle<Line>, Refusal> {
        self.lines.find(id).ok_or(Refusal::of(Code::UnknownLine, id))
    }
}

fn unknown_org(accounts: AccountNo) -> Org {
    Org {
        id: Uuid::nil(),
        number: String::new(),
        name: "未知单位".to_owned(),
        level: Level::Centre,
        role: OrgRole::Finance,
        parent: Link::NONE,
        division: 0,
        subordination: Subordination::Local,
        accounts,
        open_from: [Day::default(); 4],
        former: Vec::new(),
        last: 0,
    }
}

fn unknown_application(accounts: AccountNo) -> Application {
    Application {
        id: Uuid::nil(),
        unit: UNKNOWN_ORG,
        fiscal_year: 0,
        set: Set::begun(""),
        parts: Vec::new(),
        accounts,
        last_payout: Link::NONE,
        batch: Link::NONE,
        effective: Day::default(),
        last: 0,
    }
}
