//! What is remembered, and how it is read by key. Nothing here decides; nothing here scans to decide.

pub mod accounts;
pub mod award_rows;
pub mod budget_rows;
pub mod case_rows;
pub mod claim_rows;
pub mod clearing_rows;
pub mod correction_rows;
pub mod debt_rows;
pub mod decided_rows;
pub mod disputes;
pub mod doubts;
pub mod edition_rows;
pub mod entity;
pub mod entry_rows;
pub mod flows;
pub mod fund_rows;
pub mod human;
pub mod key_rows;
pub mod lending_rows;
mod org_names;
pub(crate) mod receipt_rows;
pub mod remitted_rows;
pub mod result_rows;
pub mod returned_rows;
pub mod rights_rows;
pub mod rows;
pub mod rule_rows;
pub mod shared_cards;
pub mod stage;
mod standing;
pub mod table;
mod unknown;

use crate::account::{Account, Book};
use crate::handle::Handle;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::award_rows::AwardEnd;
use crate::state::budget_rows::{BudgetMove, Surrender};
use crate::state::case_rows::FindingCase;
use crate::state::clearing_rows::{Cleared, ClearedByItem};
use crate::state::correction_rows::Corrected;
use crate::state::debt_rows::{Debt, Recovery};
use crate::state::decided_rows::DecidedAbout;
use crate::state::disputes::Dispute;
use crate::state::doubts::Doubt;
use crate::state::edition_rows::Retold;
use crate::state::entity::{EachTable, Entity};
use crate::state::entry_rows::{Refused, Seen};
use crate::state::fund_rows::LoanLoss;
use crate::state::key_rows::{AnnouncedKey, IdentityKey};
use crate::state::lending_rows::{
    Borrower, Claim, ClaimLine, Loan, LoanRules, Portfolio, Receipt, Remittance, Reward, RiskPaid, RiskYear,
};
use crate::state::receipt_rows::OwedBack;
use crate::state::remitted_rows::{PaymentsByClaim, Remitted};
use crate::state::returned_rows::Returned;
use crate::state::rights_rows::{AdoptedRights, Credential, Founding, Grant, Principal, RightsIndex, Word};
use crate::state::rows::{
    Application, Awaited, Award, Batch, Card, Drawn, Finding, Instalment, Line, Merged, Org, Payout, Person, Programme,
    Results, Roster, Voucher,
};
use crate::state::shared_cards::CardSharer;
pub use crate::state::standing::Standing;
use crate::state::table::{Pages, Table};
pub(crate) use crate::state::unknown::named_org;
use crate::state::unknown::unknown_application;
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
    (
        first { $($first:ident: $first_row:ident $($first_name:literal $first_zh:literal)?,)* }
        later { $($later:ident: $later_row:ident $($later_name:literal $later_zh:literal)?,)* }
    ) => {
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
            cleared_by_item: ClearedByItem,
            payments_by_claim: PaymentsByClaim,
            owed_back: OwedBack,
            rights_index: RightsIndex,
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
                    cleared_by_item: ClearedByItem::default(),
                    payments_by_claim: PaymentsByClaim::default(),
                    owed_back: OwedBack::default(),
                    rights_index: RightsIndex::default(),
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

        entities! { $($($first_row $first $first_name $first_zh;)?)* $($($later_row $later $later_name $later_zh;)?)* }
    };
}

macro_rules! entities {
    ($($row:ident $table:ident $name:literal $zh:literal;)*) => {
        /// Kinds of rows that are told apart, in the order of their tables.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum EntityKind { $(#[doc = $zh] $row,)* }

        impl EntityKind {
            /// Stable name.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$row => $name,)* } }

            /// Chinese name.
            #[must_use]
            pub fn name_zh(self) -> &'static str { match self { $(Self::$row => $zh,)* } }

            /// Leads through the tables of all kinds, in their order.
            pub fn each(visitor: &mut impl EachTable) { $(visitor.table::<$row>();)* }
        }

        $(impl Entity for $row {
            const KIND: EntityKind = EntityKind::$row;
            fn table(state: &State) -> &Table<Self> { &state.$table }
        })*
    };
}

// The order is that of the digest, so a new table comes last. Rows that are told apart in two states have a name; the rest
// follow from others, or stand for entries.
tables! {
    first {
        seen: Seen,
        accounts: Account,
        orgs: Org "org" "机构",
        programmes: Programme "programme" "项目政策",
        lines: Line "line" "指标",
        persons: Person "person" "人员",
        cards: Card "card" "卡",
        rosters: Roster "roster" "花名册",
        awards: Award "award" "资助",
        instalments: Instalment "instalment" "资助分期",
        applications: Application "application" "支付申请",
        payouts: Payout "payout" "支付",
        draws: Drawn,
        vouchers: Voucher "voucher" "支付凭证",
        batches: Batch "batch" "代发批次",
        findings: Finding "finding" "疑点",
        refused: Refused,
    }
    later {
        loan_rules: LoanRules "loan_rules" "贷款条款与利率",
        loans: Loan "loan" "贷款",
        borrowers: Borrower "borrower" "借款人",
        portfolios: Portfolio "portfolio" "贷款机构",
        risk_years: RiskYear "risk_year" "风险年度",
        risk_paid: RiskPaid "risk_paid" "缴入补偿金",
        claims: Claim "claim" "申报",
        claim_lines: ClaimLine "claim_line" "申报明细",
        remittances: Remittance "remittance" "拨付",
        rewards: Reward "reward" "结余奖励",
        keys: AnnouncedKey "key" "签名公钥",
        identity_keys: IdentityKey "identity_key" "身份密钥",
        disputes: Dispute "dispute" "同号异文",
        merged: Merged "merged" "合并人员",
        doubts: Doubt,
        card_sharers: CardSharer,
        losses: LoanLoss,
        receipts: Receipt,
        budget_moves: BudgetMove,
        finding_cases: FindingCase,
        results: Results "result" "银行结果",
        awaited: Awaited "awaited" "待报申请",
        surrenders: Surrender,
        award_ends: AwardEnd,
        returned: Returned "overclaim_returned" "多报退回",
        remitted: Remitted "remittance_result" "拨付结果",
        clearings: Cleared,
        debts: Debt "debt" "应追回或应退还",
        recoveries: Recovery,
        corrected: Corrected,
        decided: DecidedAbout,
        retold: Retold,
        principals: Principal "principal" "主体",
        credentials: Credential "credential" "凭据",
        grants: Grant "grant" "岗位",
        rights: AdoptedRights "rights" "权限表",
        foundings: Founding,
        words: Word "word" "签署",
    }
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self::empty();
        let base = state.open_accounts(UNKNOWN_ORG);
        state.orgs.push(named_org(Uuid::nil(), base));
        let base = state.open_accounts(UNKNOWN_APPLICATION);
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
        (self.cleared_by_item, self.payments_by_claim) = (ClearedByItem::of(self), PaymentsByClaim::of(self));
        self.owed_back = OwedBack::of(self);
        self.rights_index = RightsIndex::of(self);
    }

    /// SHA-256 over all rows in handle order and all balances in account order. The same record gives the same
    /// digest on any machine; recorded times and what is taken from them alone, but for the day of what is
    /// found of registrations, epochs and frame bounds are not in it.
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

    /// The loan that an entry, by its event id, told something of.
    #[must_use]
    pub fn loan_told_by(&self, entry: Uuid) -> Option<Uuid> {
        let (_, seen) = self.seen.by_id(entry).filter(|(_, seen)| seen.kind.is_about_loan())?;
        self.loans.handle(seen.subject).map(|loan| self.loans.get(loan).id)
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
        let (versions, judged) = Default::default();
        let handle = self.programmes.push(Programme { code: code.to_owned(), versions, judged, last: 0 });
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

    /// The handle of a person who is registered, under whichever of his ids.
    pub(crate) fn registered_person(&self, id: Uuid) -> Option<Handle<Person>> {
        self.persons.find(id).filter(|person| self.is_registered(*person))
    }

    /// The handle of an application somebody prepared.
    pub(crate) fn known_application(&self, id: Uuid) -> Option<Handle<Application>> {
        self.applications.find(id).filter(|application| *application != UNKNOWN_APPLICATION)
    }

    /// The handle of a registered organisation, or the refusal that says it is unknown: a decision waits for whom reports have
    /// only named.
    pub(crate) fn need_org(&self, id: Uuid) -> Result<Handle<Org>, Refusal> {
        let registered = self.orgs.by_id(id).filter(|(_, row)| row.known);
        registered.map(|(handle, _)| handle).ok_or(Refusal::of(Code::UnknownOrg, id))
    }

    /// The handle of a document line, or the refusal that says it is unknown.
    pub(crate) fn need_line(&self, id: Uuid) -> Result<Handle<Line>, Refusal> {
        self.lines.find(id).ok_or(Refusal::of(Code::UnknownLine, id))
    }
}
