//! Accounts: a closed list of classes, each in one book, each with an owner.

use crate::handle::Handle;
use serde::{Deserialize, Serialize};

/// Position of an account in the order of creation. Of an owner it is its first: those of one owner follow each other.
pub type AccountNo = Handle<Account>;

/// The books. Each balances by itself; postings never cross them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Book {
    /// 指标: authority to spend.
    Indicator,
    /// Cash: treasury, bank in transit, payees.
    Cash,
    /// What persons are owed.
    Entitlement,
    /// Lenders' memorandum: loans, their interest, compensation funds.
    Lender,
}

impl Book {
    /// All books.
    pub const ALL: [Self; 4] = [Self::Indicator, Self::Cash, Self::Entitlement, Self::Lender];

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Indicator => "indicator",
            Self::Cash => "cash",
            Self::Entitlement => "entitlement",
            Self::Lender => "lender",
        }
    }
}

macro_rules! classes {
    ($($variant:ident $name:literal $zh:literal $book:ident $owner:ident $below:literal;)*) => {
        /// What an account is for. A new class is a code change, on purpose.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[allow(missing_docs)] // The table below says name, book, owner and sign of each.
        pub enum Class { $($variant,)* }

        impl Class {
            /// All classes.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Stable name machines read.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $name,)* } }

            /// Chinese name.
            #[must_use]
            pub fn name_zh(self) -> &'static str { match self { $(Self::$variant => $zh,)* } }

            /// The book it is in.
            #[must_use]
            pub fn book(self) -> Book { match self { $(Self::$variant => Book::$book,)* } }

            /// What kind of thing owns it.
            #[must_use]
            pub fn owner(self) -> Owner { match self { $(Self::$variant => Owner::$owner,)* } }

            /// Whether it may go below zero: only treasury, suspense and outside accounts, what is due to finance, what a document
            /// line lacks, debts 应退 of a lender, and what was settled out of a payment that came back or was taken back.
            #[must_use]
            pub fn may_go_below_zero(self) -> bool { match self { $(Self::$variant => $below,)* } }
        }
    };
}

/// What kind of thing owns an account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Owner {
    Org,
    Line,
    Roster,
    Application,
    Loan,
    Portfolio,
    Claim,
    Reward,
}

impl Owner {
    /// How many accounts one of this kind has.
    pub(crate) fn accounts(self) -> u32 {
        Class::ALL.iter().map(|class| u32::from(class.owner() == self)).sum()
    }
}

// A balance is what came in less what went out: debits less credits, for every class alike.
classes! {
    Issued "issued" "下达来源" Indicator Org true;
    DueToFinance "due_to_finance" "应缴财政" Indicator Org true;
    Surrendered "surrendered" "已上缴财政" Indicator Org false;
    Treasury "treasury" "国库" Cash Org true;
    Suspense "suspense" "暂记" Cash Org true;
    Receivable "receivable" "应追回" Cash Org true;
    Refundable "refundable" "应退还" Cash Org true;
    SurrenderSource "surrender_source" "暂记上缴来源" Indicator Org true;
    PaidBefore "paid_before" "建账前已付" Cash Org true;
    Available "available" "可用指标" Indicator Line false;
    Applied "applied" "已申请" Indicator Line false;
    Spent "spent" "已支出" Indicator Line true;
    Short "short" "待追减" Indicator Line true;
    Withheld "withheld" "待下级退回" Indicator Line false;
    Granted "granted" "已批资助来源" Entitlement Roster true;
    Owed "owed" "应发" Entitlement Roster false;
    Settled "settled" "已发" Entitlement Roster false;
    Transit "transit" "银行在途" Cash Application true;
    Payee "payee" "已到卡" Cash Application true;
    Principal "principal" "贷款本金" Lender Loan false;
    InterestDue "interest_due" "应收借款人利息" Lender Loan false;
    PenaltyDue "penalty_due" "应收罚息" Lender Loan false;
    SubsidyDue "subsidy_due" "应收贴息" Lender Loan false;
    WaiverDue "waiver_due" "应收免息" Lender Loan false;
    RefundDue "refund_due" "应退借款人" Lender Loan true;
    Overclaimed "overclaimed" "多报待退" Lender Loan true;
    Lent "lent" "放款来源" Lender Portfolio true;
    Earned "earned" "利息收入" Lender Portfolio true;
    Collected "collected" "已收回" Lender Portfolio true;
    Confirmed "confirmed" "已确认申报" Lender Portfolio true;
    Loss "loss" "核销损失" Lender Portfolio true;
    Stock "stock" "风险补偿金" Lender Portfolio true;
    PaidIn "paid_in" "补偿金来源" Lender Portfolio true;
    StockUsed "stock_used" "补偿金已用" Lender Portfolio false;
    LossBorne "loss_borne" "超出补偿金的损失" Lender Portfolio false;
    BorneByLender "borne_by_lender" "银行承担" Lender Portfolio true;
    BorneByCounty "borne_by_county" "县级财政承担" Lender Portfolio true;
    Remitted "remitted" "已付贷款机构" Cash Portfolio true;
    RewardSource "reward_source" "奖励来源" Cash Portfolio true;
    AdvanceGranted "advance_granted" "预拨来源" Entitlement Portfolio true;
    Advance "advance" "预拨" Entitlement Portfolio true;
    CompensationGranted "compensation_granted" "应缴补偿金来源" Entitlement Portfolio true;
    CompensationOwed "compensation_owed" "应缴补偿金" Entitlement Portfolio true;
    CompensationSettled "compensation_settled" "已缴补偿金" Entitlement Portfolio false;
    ClaimGranted "claim_granted" "应付申报来源" Entitlement Claim true;
    ClaimOwed "claim_owed" "应付申报" Entitlement Claim true;
    ClaimSettled "claim_settled" "已付申报" Entitlement Claim false;
    Rounding "rounding" "尾差" Lender Portfolio true;
    RewardAvailable "reward_available" "可用奖励" Cash Reward false;
    RewardSpent "reward_spent" "已用奖励" Cash Reward false;
}

/// One account as it is now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// What it is for.
    pub class: Class,
    /// Number of its owner in the table of that kind, which the class says.
    pub owner: u32,
    /// Debits less credits, in fen. Wider than an amount, so that no number of reports can overflow it.
    pub balance: i128,
    /// Index of the last entry that posted here.
    pub last: u64,
}
