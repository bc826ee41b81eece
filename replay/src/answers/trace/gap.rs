//! Gaps with a name: places where money has stopped on its way, or its way is not known. Where there is one is found by
//! those who follow the money.

use ledger::money::Fen;
use uuid::Uuid;

/// Where money has stopped, or its way is not known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum GapKind {
    /// Sealed, approval awaited.
    NotApproved,
    /// Approved, no treasury voucher.
    NoVoucher,
    /// A voucher that is not cleared.
    VoucherNotCleared,
    /// Cleared, no batch at the bank.
    NotSent,
    /// Sent, no result.
    NoResult,
    /// A payment to a lender that is approved and that the treasury has not paid.
    NotRemitted,
    /// Came back, no reissue.
    NotReissued,
    /// A credit in suspense.
    InSuspense,
    /// Figures that do not meet. Always zero; shown if it ever is not.
    Unexplained,
}

impl GapKind {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// Chinese sentence.
    #[must_use]
    pub fn sentence_zh(self) -> &'static str {
        self.words().1
    }

    /// English sentence.
    #[must_use]
    pub fn sentence_en(self) -> &'static str {
        self.words().2
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotApproved => ("not_approved", "已申请，尚未批准", "applied for, not yet approved"),
            Self::NoVoucher => ("no_voucher", "已批准，国库尚未开具凭证", "approved, no treasury voucher yet"),
            Self::VoucherNotCleared => {
                ("voucher_not_cleared", "凭证已开具，尚未清算", "a voucher was issued and has not cleared")
            }
            Self::NotSent => ("not_sent", "已清算，尚未发送代发银行", "cleared, no batch sent to the paying bank"),
            Self::NoResult => ("no_result", "已发送，银行尚无结果", "sent, the bank has given no result"),
            Self::NotRemitted => {
                ("not_remitted", "拨付已批准，国库尚未支付", "approved for a lender, not yet paid by the treasury")
            }
            Self::NotReissued => ("not_reissued", "已退回，尚未补发", "came back and was not reissued"),
            Self::InSuspense => ("in_suspense", "入账列暂记，尚未处理", "a credit stands in suspense"),
            Self::Unexplained => ("unexplained", "去向不明", "the figures do not meet"),
        }
    }
}

/// One place where money does not move on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// What is missing.
    pub kind: GapKind,
    /// The application, payment or line concerned.
    pub subject: Uuid,
    /// How much.
    pub fen: Fen,
    /// Days since it stopped, as far as the ledger knows the day.
    pub days: Option<i32>,
}
