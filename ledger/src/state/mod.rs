//! What is remembered, and how it is read by key. Nothing here decides; nothing here scans to decide.

pub mod flows;
pub mod lending_rows;
pub mod rows;
pub mod table;

use crate::account::{Account, AccountNo, Book, Class, Owner};
use crate::event::policy::Policy;
use crate::event::{Level, OrgRole, Status, Subordination};
use crate::money::{Day, Fen, held};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::lending_rows::{
    Borrower, Claim, ClaimLine, Loan, LoanRules, Portfolio, Remittance, Reward, RiskPaid, RiskYear,
};
use crate::state::rows::{
    AnnouncedKey, Application, Award, Batch, Card, Drawn, Finding, Instalment, Line, Org, Payout, Person, Programme,
    Progress, Refused, Roster, Seen, Set, Stage, Voucher,
};
use crate::state::table::{NONE, Pages, Table};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The unit that stands for "we do not know whose": handle 0, made at genesis.
pub const UNKNOWN_ORG: u32 = 0;

/// The application that stands for payments nobody ordered: handle 0, made at genesis.
pub const UNKNOWN_APPLICATION: u32 = 0;

/// How many tables there are.
pub const TABLES: usize = 28;

/// Tables there were when the first histories were frozen. A later table enters the digest when it holds a row, so that
/// a record that does not know it keeps its digest.
const FIRST_TABLES: usize = 17;

/// Every table with its name, in the fixed order of the digest.
macro_rules! each_table {
    (&mut $state:ident) => { each_table!(@all mut_of $state) };
    (&$state:ident) => { each_table!(@all ref_of $state) };
    (@all $borrow:ident $state:ident) => {
        each_table!(
            @each $borrow $state seen accounts orgs programmes lines persons cards rosters awards instalments applications
            payouts draws vouchers batches findings refused loan_rules loans borrowers portfolios risk_years risk_paid claims
            claim_lines remittances rewards keys
        )
    };
    (@each $borrow:ident $state:ident $($table:ident)+) => {
        [$((stringify!($table), each_table!(@$borrow $state $table))),+]
    };
    (@mut_of $state:ident $table:ident) => { &mut $state.$table };
    (@ref_of $state:ident $table:ident) => { &$state.$table };
}

/// Everything the ledger remembers after an entry.
#[allow(missing_docs)] // One table for each row type; the rows say what they hold.
#[derive(Clone)]
pub struct State {
    /// Entries folded: the index the next one must have.
    pub entries: u64,
    /// Rules version in force; 0 until one is adopted, which decides like 1.
    pub rules: u32,
    /// How many entries were posted, refused, duplicates.
    pub counts: [u64; 3],
    pub seen: Table<Seen>,
    pub accounts: Table<Account>,
    pub orgs: Table<Org>,
    pub programmes: Table<Programme>,
    pub lines: Table<Line>,
    pub persons: Table<Person>,
    pub cards: Table<Card>,
    pub rosters: Table<Roster>,
    pub awards: Table<Award>,
    pub instalments: Table<Instalment>,
    pub applications: Table<Application>,
    pub payouts: Table<Payout>,
    pub draws: Table<Drawn>,
    pub vouchers: Table<Voucher>,
    pub batches: Table<Batch>,
    pub findings: Table<Finding>,
    pub refused: Table<Refused>,
    pub loan_rules: Table<LoanRules>,
    pub loans: Table<Loan>,
    pub borrowers: Table<Borrower>,
    pub portfolios: Table<Portfolio>,
    pub risk_years: Table<RiskYear>,
    pub risk_paid: Table<RiskPaid>,
    pub claims: Table<Claim>,
    pub claim_lines: Table<ClaimLine>,
    pub remittances: Table<Remittance>,
    pub rewards: Table<Reward>,
    pub keys: Table<AnnouncedKey>,
    by_code: BTreeMap<String, u32>,
}

/// Where an instalment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nothing ordered.
    Free,
    /// In a payment.
    Ordered(u32),
    /// Paid by this one.
    Settled(u32),
    /// Came back; this is the latest returned payment.
    Returned(u32),
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
    /// No entries and no genesis rows: to be filled from pages.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            entries: 0,
            rules: 0,
            counts: [0; 3],
            seen: Table::default(),
            accounts: Table::default(),
            orgs: Table::default(),
            programmes: Table::default(),
            lines: Table::default(),
            persons: Table::default(),
            cards: Table::default(),
            rosters: Table::default(),
            awards: Table::default(),
            instalments: Table::default(),
            applications: Table::default(),
            payouts: Table::default(),
            draws: Table::default(),
            vouchers: Table::default(),
            batches: Table::default(),
            findings: Table::default(),
            refused: Table::default(),
            loan_rules: Table::default(),
            loans: Table::default(),
            borrowers: Table::default(),
            portfolios: Table::default(),
            risk_years: Table::default(),
            risk_paid: Table::default(),
            claims: Table::default(),
            claim_lines: Table::default(),
            remittances: Table::default(),
            rewards: Table::default(),
            keys: Table::default(),
            by_code: BTreeMap::new(),
        }
    }

    /// All tables as pages, in the fixed order of the digest.
    pub fn tables(&mut self) -> [(&'static str, &mut dyn Pages); TABLES] {
        each_table!(&mut self)
    }

    /// The same, to be read only.
    #[must_use]
    pub fn views(&self) -> [(&'static str, &dyn Pages); TABLES] {
        each_table!(&self)
    }

    /// The numbers that are not in tables, for whoever keeps pages.
    #[must_use]
    pub fn scalars(&self) -> [u64; 5] {
        [self.entries, u64::from(self.rules), self.counts[0], self.counts[1], self.counts[2]]
    }

    /// Puts the scalars back and rebuilds what is derived, after all pages were restored.
    pub fn finish_restore(&mut self, scalars: [u64; 5]) {
        self.entries = scalars[0];
        self.rules = u32::try_from(scalars[1]).unwrap_or(u32::MAX);
        self.counts = [scalars[2], scalars[3], scalars[4]];
        self.by_code = self.programmes.iter().map(|(handle, row)| (row.code.clone(), handle)).collect();
    }

    /// SHA-256 over all rows in handle order and all balances in account order. The same record gives the same
    /// digest on any machine; recorded times, epochs and frame bounds are not in it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for number in self.scalars() {
            hash.update(number.to_le_bytes());
        }
        for (at, (name, table)) in self.views().into_iter().enumerate() {
            if at >= FIRST_TABLES && table.count() == 0 {
                continue;
            }
            hash.update(name.as_bytes());
            for page in 0..table.count() {
                hash.update(table.encode(u32::try_from(page).unwrap_or(NONE)));
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

    /// The handle of a programme by its code.
    #[must_use]
    pub fn programme(&self, code: &str) -> Option<u32> {
        self.by_code.get(code).copied()
    }

    /// Makes a programme known.
    pub fn add_programme(&mut self, code: &str) -> u32 {
        let handle = self.programmes.push(Programme { code: code.to_owned(), versions: Vec::new() });
        self.by_code.insert(code.to_owned(), handle);
        handle
    }

    /// What holds for many loans at once, once anything does.
    #[must_use]
    pub fn loan_rules(&self) -> Option<&LoanRules> {
        (!self.loan_rules.is_empty()).then(|| self.loan_rules.get(0))
    }

    /// The policy in force on a day: the latest in-force date, then the highest index.
    #[must_use]
    pub fn policy(&self, programme: u32, on: Day) -> Option<&Policy> {
        let versions = self.programmes.get(programme).versions.iter().filter(|adopted| adopted.from <= on);
        versions.max_by_key(|adopted| (adopted.from, adopted.index)).map(|adopted| &adopted.policy)
    }

    /// Opens the accounts an owner of this kind has, in the order of the closed list, and says which is the first.
    pub fn open_accounts(&mut self, kind: Owner, owner: u32) -> u32 {
        let base = self.accounts.next();
        for class in Class::ALL.iter().filter(|class| class.owner() == kind) {
            self.accounts.push(Account { class: *class, owner, balance: 0, last: 0 });
        }
        base
    }

    /// The account of a class, for an owner whose first account is `base`.
    #[must_use]
    pub fn account_at(base: u32, class: Class) -> AccountNo {
        let kin = Class::ALL.iter().filter(|other| other.owner() == class.owner());
        let place = kin.take_while(|other| **other != class).count();
        AccountNo(base + u32::try_from(place).unwrap_or(NONE))
    }

    /// The account of an organisation.
    #[must_use]
    pub fn org_account(&self, org: u32, class: Class) -> AccountNo {
        Self::account_at(self.orgs.get(org).accounts, class)
    }

    /// The account of a document line.
    #[must_use]
    pub fn line_account(&self, line: u32, class: Class) -> AccountNo {
        Self::account_at(self.lines.get(line).accounts, class)
    }

    /// The account of a roster.
    #[must_use]
    pub fn roster_account(&self, roster: u32, class: Class) -> AccountNo {
        Self::account_at(self.rosters.get(roster).accounts, class)
    }

    /// The account of an application.
    #[must_use]
    pub fn application_account(&self, application: u32, class: Class) -> AccountNo {
        Self::account_at(self.applications.get(application).accounts, class)
    }

    /// What stands on an account, held to what an amount can say: beyond all the money there is, more is the same.
    #[must_use]
    pub fn balance(&self, account: AccountNo) -> Fen {
        held(self.accounts.get(account.0).balance)
    }

    /// The organisation an account belongs to in the end.
    #[must_use]
    pub fn org_of(&self, account: AccountNo) -> u32 {
        let account = self.accounts.get(account.0);
        match account.class.owner() {
            Owner::Org => account.owner,
            Owner::Line => self.lines.get(account.owner).unit,
            Owner::Roster => self.rosters.get(account.owner).school,
            Owner::Application => self.applications.get(account.owner).unit,
            Owner::Loan => self.portfolios.get(self.loans.get(account.owner).portfolio).lender,
            Owner::Portfolio => self.portfolios.get(account.owner).lender,
            Owner::Claim => self.claims.get(account.owner).unit,
            Owner::Reward => self.rewards.get(account.owner).centre,
        }
    }

    /// A posting from `credit` to `debit`, booked on the first day open to both owners in their book.
    #[must_use]
    pub fn posting(&self, effective: Day, debit: AccountNo, credit: AccountNo, fen: Fen) -> Posting {
        let book = self.accounts.get(debit.0).class.book();
        let booked = self.booked(effective, book, self.org_of(debit), self.org_of(credit));
        Posting { debit, credit, fen, booked }
    }

    /// The day something effective on `effective` is booked: not before the first day open to both units.
    #[must_use]
    pub fn booked(&self, effective: Day, book: Book, one: u32, other: u32) -> Day {
        let open = |org: u32| self.orgs.get(org).open_from[book as usize];
        effective.max(open(one)).max(open(other))
    }

    /// Where an instalment stands. An order of a cancelled application counts as never made.
    #[must_use]
    pub fn standing(&self, instalment: u32) -> Standing {
        let mut latest = self.instalments.get(instalment).payout;
        while latest != NONE {
            let payout = self.payouts.get(latest);
            if self.applications.get(payout.application).set.stage == Stage::Cancelled {
                latest = payout.reissue_of;
                continue;
            }
            return match payout.progress {
                Progress::Ordered | Progress::Unknown => Standing::Ordered(latest),
                Progress::Credited => Standing::Settled(latest),
                Progress::Returned => Standing::Returned(latest),
            };
        }
        Standing::Free
    }

    /// A person's standing on a day and the school it concerns.
    #[must_use]
    pub fn status_on(&self, person: u32, on: Day) -> Option<(Day, Status, u32)> {
        let person = self.persons.get(person);
        let all = person.earlier.iter().chain(person.status.iter());
        all.filter(|(from, _, _)| *from <= on).max_by_key(|(from, _, _)| *from).copied()
    }

    /// The handle of a registered organisation. The one that stands for unknown ones is nobody's name.
    pub(crate) fn known_org(&self, id: Uuid) -> Option<u32> {
        self.orgs.find(id).filter(|org| *org != UNKNOWN_ORG)
    }

    /// The handle of an application somebody prepared.
    pub(crate) fn known_application(&self, id: Uuid) -> Option<u32> {
        self.applications.find(id).filter(|application| *application != UNKNOWN_APPLICATION)
    }

    /// The handle of an organisation, or the refusal that says it is unknown.
    pub(crate) fn need_org(&self, id: Uuid) -> Result<u32, Refusal> {
        self.known_org(id).ok_or(Refusal::of(Code::UnknownOrg, id))
    }

    /// The handle of a document line, or the refusal that says it is unknown.
    pub(crate) fn need_line(&self, id: Uuid) -> Result<u32, Refusal> {
        self.lines.find(id).ok_or(Refusal::of(Code::UnknownLine, id))
    }
}

fn unknown_org(accounts: u32) -> Org {
    Org {
        id: Uuid::nil(),
        number: String::new(),
        name: "未知单位".to_owned(),
        level: Level::Centre,
        role: OrgRole::Finance,
        parent: NONE,
        division: 0,
        subordination: Subordination::Local,
        accounts,
        open_from: [Day::default(); 4],
        former: Vec::new(),
        last: 0,
    }
}

fn unknown_application(accounts: u32) -> Application {
    Application {
        id: Uuid::nil(),
        unit: UNKNOWN_ORG,
        fiscal_year: 0,
        set: Set::begun(""),
        parts: Vec::new(),
        accounts,
        last_payout: NONE,
        batch: NONE,
        effective: Day::default(),
        last: 0,
    }
}
