//! Entities that differ, table by table: new, gone, or written with other bytes.

use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::table::{Row, Table};
use uuid::Uuid;

use super::counted_page::{CountedPage, Rows};
use super::places::{Map, Places, award_of};
use super::rows::Translate;
use crate::answers::labels;

/// How an entity differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// Only in the second state.
    New,
    /// Only in the first.
    Gone,
    /// In both, and not the same.
    Changed,
}

/// An entity that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityDiff {
    /// What it is.
    pub kind: EntityKind,
    /// How it differs.
    pub change: Change,
    /// Its id; of a part (an instalment, a line of a claim) that of the whole; of a finding that of its subject.
    pub id: Uuid,
    /// Number of the part within the whole, or of the finding in its state; else 0.
    pub number: u32,
    /// What people call it, as far as it has a name.
    pub name: String,
    /// The last entry that changed it in the first state; none if it is not there, or its kind does not keep it.
    pub last_from: Option<u64>,
    /// The same in the second.
    pub last_to: Option<u64>,
}

/// How many entities of a kind differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindCount {
    /// The kind.
    pub kind: EntityKind,
    /// Only in the second state.
    pub new: u64,
    /// Only in the first.
    pub gone: u64,
    /// In both, and not the same.
    pub changed: u64,
}

/// What an entity is called: its id, its number within that, its name.
type Called = (Uuid, u32, String);

macro_rules! kinds {
    ($($kind:ident $name:literal $zh:literal $table:ident $called:expr;)*) => {
        /// Kinds of entities, in the order in which they are compared.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[allow(missing_docs)] // The table below says the name of each.
        pub enum EntityKind { $($kind,)* }

        impl EntityKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Stable name.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$kind => $name,)* } }

            /// Chinese name.
            #[must_use]
            pub fn name_zh(self) -> &'static str { match self { $(Self::$kind => $zh,)* } }
        }

        fn each(work: &mut Work<'_>) {
            $(work.table(EntityKind::$kind, |state| &state.$table, &work.places.$table, $called);)*
        }
    };
}

kinds! {
    Org "org" "机构" orgs |state, at| (state.orgs.get(at).id, 0, labels::org_name(state, at).to_owned());
    Programme "programme" "项目政策" programmes |state, at| {
        (Uuid::nil(), 0, format!("{} {}", labels::programme_code(state, at), labels::programme_name(state, at)))
    };
    Line "line" "指标" lines |state, at| (state.lines.get(at).id, 0, labels::line_label(state, at));
    Person "person" "人员" persons |state, at| (state.persons.get(at).id, 0, String::new());
    Card "card" "卡" cards |state, at| (state.cards.get(at).id, 0, String::new());
    Roster "roster" "花名册" rosters |state, at| (state.rosters.get(at).id, 0, labels::roster_label(state, at));
    Award "award" "资助" awards |state, at| {
        (state.awards.get(at).id, 0, labels::roster_label(state, state.awards.get(at).roster))
    };
    Instalment "instalment" "资助分期" instalments |state, at| match award_of(state, at) {
        Some((award, number)) => (state.awards.get(award).id, number, String::new()),
        None => (Uuid::nil(), at.number(), String::new()),
    };
    Application "application" "支付申请" applications |state, at| {
        (state.applications.get(at).id, 0, labels::application_label(state, at))
    };
    Payout "payout" "支付" payouts |state, at| (state.payouts.get(at).id, 0, String::new());
    Voucher "voucher" "支付凭证" vouchers |state, at| {
        (state.vouchers.get(at).id, 0, state.vouchers.get(at).number.clone())
    };
    Batch "batch" "代发批次" batches |state, at| (state.batches.get(at).id, 0, String::new());
    Finding "finding" "疑点" findings |state, at| {
        let row = state.findings.get(at);
        (row.subject, at.number(), row.kind.sentence_zh().to_owned())
    };
    LoanRules "loan_rules" "贷款条款与利率" loan_rules |_, _| (Uuid::nil(), 0, String::new());
    Loan "loan" "贷款" loans |state, at| (state.loans.get(at).id, 0, labels::loan_label(state, at));
    Borrower "borrower" "借款人" borrowers |state, at| (state.borrowers.get(at).id, 0, String::new());
    Portfolio "portfolio" "贷款机构" portfolios |state, at| {
        (state.portfolios.get(at).id, 0, labels::portfolio_label(state, at))
    };
    RiskYear "risk_year" "风险年度" risk_years |state, at| {
        let row = state.risk_years.get(at);
        (row.id, 0, format!("{} {}", labels::org_name(state, row.school), row.year))
    };
    RiskPaid "risk_paid" "缴入补偿金" risk_paid |state, at| {
        let row = state.risk_paid.get(at);
        (row.id, 0, format!("{} {}", labels::portfolio_label(state, row.portfolio), row.year))
    };
    Claim "claim" "申报" claims |state, at| (state.claims.get(at).id, 0, labels::claim_label(state, at));
    ClaimLine "claim_line" "申报明细" claim_lines |state, at| {
        let row = state.claim_lines.get(at);
        (state.claims.get(row.claim).id, row.number, labels::claim_label(state, row.claim))
    };
    Remittance "remittance" "拨付" remittances |state, at| {
        let row = state.remittances.get(at);
        (row.id, 0, labels::portfolio_label(state, row.portfolio))
    };
    Reward "reward" "结余奖励" rewards |state, at| (state.rewards.get(at).id, 0, labels::reward_label(state, at));
    Key "key" "签名公钥" keys |state, at| (state.keys.get(at).id, 0, String::new());
    IdentityKey "identity_key" "身份密钥" identity_keys |state, at| (state.identity_keys.get(at).id, 0, String::new());
    Dispute "dispute" "同号异文" disputes |state, at| (state.disputes.get(at).id, 0, String::new());
}

/// Compares all tables.
pub(super) fn compare(
    from: &State,
    to: &State,
    places: &Places,
    rows: Rows,
) -> (CountedPage<EntityDiff>, Vec<KindCount>) {
    let mut work = Work { from, to, places, agree: places.agree(), listed: CountedPage::new(rows), kinds: Vec::new() };
    each(&mut work);
    (work.listed, work.kinds)
}

struct Work<'a> {
    from: &'a State,
    to: &'a State,
    places: &'a Places,
    /// Rows compare as they are: copying each to translate it would cost most of the time.
    agree: bool,
    listed: CountedPage<EntityDiff>,
    kinds: Vec<KindCount>,
}

impl<'a> Work<'a> {
    fn table<T: Row + Clone + Translate + 'a>(
        &mut self,
        kind: EntityKind,
        table: impl Fn(&'a State) -> &'a Table<T>,
        map: &Map<T>,
        called: fn(&State, Handle<T>) -> Called,
    ) {
        let (from, to) = (table(self.from), table(self.to));
        let mut count = KindCount { kind, new: 0, gone: 0, changed: 0 };
        let mut matched = vec![false; from.len()];
        for (handle, row) in to.iter() {
            let before = map.place(handle);
            if let Some(before) = before {
                matched[before.number() as usize] = true;
            }
            let before = before.map(|place| from.get(place));
            let change = match before {
                None => Change::New,
                Some(before) if self.same(before, row) => continue,
                Some(_) => Change::Changed,
            };
            count.add(change);
            let state = self.to;
            self.listed.add(|| entity(kind, change, called(state, handle), before, Some(row)));
        }
        for (handle, row) in from.iter().filter(|(handle, _)| !matched[handle.number() as usize]) {
            count.add(Change::Gone);
            let state = self.from;
            self.listed.add(|| entity(kind, Change::Gone, called(state, handle), Some(row), None));
        }
        self.kinds.extend((count.new + count.gone + count.changed > 0).then_some(count));
    }

    fn same<T: Row + Clone + Translate>(&self, before: &T, row: &T) -> bool {
        if self.agree {
            return bytes(before) == bytes(row);
        }
        let (mut before, mut row) = (before.clone(), row.clone());
        row.translate(self.places);
        before.unlink();
        row.unlink();
        bytes(&before) == bytes(&row)
    }
}

fn bytes<T: Row>(row: &T) -> Vec<u8> {
    // Writing to memory cannot fail; a row that serde refuses would fail the first pages that are kept.
    postcard::to_allocvec(row).unwrap_or_default()
}

fn entity<T: Translate>(
    kind: EntityKind,
    change: Change,
    called: Called,
    before: Option<&T>,
    after: Option<&T>,
) -> EntityDiff {
    let (id, number, name) = called;
    let (last_from, last_to) = (before.and_then(T::last), after.and_then(T::last));
    EntityDiff { kind, change, id, number, name, last_from, last_to }
}

impl KindCount {
    fn add(&mut self, change: Change) {
        match change {
            Change::New => self.new += 1,
            Change::Gone => self.gone += 1,
            Change::Changed => self.changed += 1,
        }
    }
}
