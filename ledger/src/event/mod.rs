//! The closed list of what the ledger can be told. One past-tense kind per business fact.
//! Here is the shape only: the file of its domain says what an event means, `proto` how it is written.

mod aid;
mod choices;
mod claim;
mod control;
mod loan;
pub mod loan_terms;
pub mod policy;
mod registry;
mod risk;

pub use aid::*;
pub use choices::*;
pub use claim::*;
pub use control::*;
pub use loan::*;
pub use registry::*;
pub use risk::*;

use crate::event::loan_terms::LoanTerms;
use crate::event::policy::Policy;
use crate::money::Day;
use uuid::Uuid;

/// One statement, as a caller made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Made by the caller; the same id is the same statement for ever.
    pub id: Uuid,
    /// The day on which it counts.
    pub effective: Day,
    /// What is said.
    pub kind: Kind,
}

/// Calls a macro with the closed list of kinds, so that whoever needs something for each kind has no list of their own.
///
/// A row is the kind, what it holds, its name, its Chinese name, whether it reports or asks for a decision, and `loan` if it
/// is about the loan it names. The order is that of the numbers on the wire.
#[macro_export]
macro_rules! for_each_kind {
    ($callback:ident) => {
        $callback! {
            PolicyAdopted(Box<Policy>) "policy_adopted" "采用项目政策" decision;
            RulesAdopted(RulesAdopted) "rules_adopted" "采用规则版本" decision;
            OrgRegistered(OrgRegistered) "org_registered" "机构登记" report;
            OrgRenamed(OrgRenamed) "org_renamed" "机构更名" report;
            LineIssued(LineIssued) "line_issued" "下达指标" decision;
            LinePassedDown(LinePassedDown) "line_passed_down" "分解下达指标" decision;
            LineRecalled(LineRecalled) "line_recalled" "收回指标" decision;
            PersonRegistered(PersonRegistered) "person_registered" "人员登记" report;
            StatusChanged(StatusChanged) "status_changed" "学籍变动" report;
            CardBound(CardBound) "card_bound" "绑定卡" report;
            CardReplaced(CardReplaced) "card_replaced" "换卡" report;
            RosterPrepared(RosterPrepared) "roster_prepared" "编制花名册" decision;
            RosterLineAdded(RosterLineAdded) "roster_line_added" "花名册加行" decision;
            RosterSealed(SetSealed) "roster_sealed" "花名册封存" decision;
            RosterReviewed(SetDecided) "roster_reviewed" "花名册审核" decision;
            RosterApproved(SetDecided) "roster_approved" "花名册批准" decision;
            RosterCancelled(SetCancelled) "roster_cancelled" "花名册作废" decision;
            ApplicationPrepared(ApplicationPrepared) "application_prepared" "编制支付申请" decision;
            ApplicationLineAdded(ApplicationLineAdded) "application_line_added" "支付申请加行" decision;
            ApplicationSealed(SetSealed) "application_sealed" "支付申请封存" decision;
            ApplicationApproved(SetDecided) "application_approved" "支付申请批准" decision;
            ApplicationCancelled(SetCancelled) "application_cancelled" "支付申请作废" decision;
            VoucherIssued(VoucherIssued) "voucher_issued" "开具支付凭证" report;
            VoucherCleared(VoucherCleared) "voucher_cleared" "支付凭证清算" report;
            BatchSent(BatchSent) "batch_sent" "发送代发批次" decision;
            PayoutCredited(PayoutCredited) "payout_credited" "银行入账" report;
            PayoutReturned(PayoutReturned) "payout_returned" "银行退回" report;
            PayoutUnknown(PayoutUnknown) "payout_unknown" "结果未知" report;
            SuspenseCleared(SuspenseCleared) "suspense_cleared" "暂记清理" decision;
            LoanTermsAdopted(Box<LoanTerms>) "loan_terms_adopted" "采用贷款条款" decision;
            RatePublished(RatePublished) "rate_published" "公布利率" report;
            WaiverAdopted(WaiverAdopted) "waiver_adopted" "免息通知" decision;
            LoanSigned(LoanSigned) "loan_signed" "贷款签约" report loan;
            LoanDrawn(LoanDrawn) "loan_drawn" "贷款发放" report loan;
            LoanDrawReturned(LoanDrawReturned) "loan_draw_returned" "放款退回" report loan;
            LoanRateAgreed(LoanRateAgreed) "loan_rate_agreed" "约定利率" report loan;
            LoanRepaid(LoanRepaid) "loan_repaid" "借款人还款" report loan;
            LoanRefunded(LoanRefunded) "loan_refunded" "退还多付款" report loan;
            LoanOverdue(LoanOverdue) "loan_overdue" "贷款逾期" report loan;
            LoanDeferred(LoanDeferred) "loan_deferred" "延期还本" report loan;
            LoanWrittenOff(LoanWrittenOff) "loan_written_off" "贷款核销" report loan;
            LossRecovered(LossRecovered) "loss_recovered" "核销后收回" report loan;
            LoanStateRepaid(LoanStateRepaid) "loan_state_repaid" "国家代偿" report loan;
            LoanRelieved(LoanRelieved) "loan_relieved" "还款救助" decision loan;
            InterestAccrued(InterestAccrued) "interest_accrued" "计提利息" decision loan;
            InterestAdjusted(InterestAdjusted) "interest_adjusted" "调整利息" decision loan;
            ClaimSubmitted(ClaimSubmitted) "claim_submitted" "提交申报" report;
            ClaimLineAdded(ClaimLineAdded) "claim_line_added" "申报加行" report loan;
            ClaimSealed(SetSealed) "claim_sealed" "申报封存" decision;
            ClaimApproved(SetDecided) "claim_approved" "申报批准" decision;
            OverclaimReturned(OverclaimReturned) "overclaim_returned" "退回多报款" report loan;
            RemittanceOrdered(RemittanceOrdered) "remittance_ordered" "拨付指令" decision;
            RemittanceApproved(RemittanceApproved) "remittance_approved" "拨付批准" decision;
            RemittanceCleared(RemittanceCleared) "remittance_cleared" "拨付清算" report;
            RemittanceReturned(RemittanceReturned) "remittance_returned" "拨付退回" report;
            CompensationAccrued(CompensationAccrued) "compensation_accrued" "计提风险补偿金" decision;
            CompensationReceived(CompensationReceived) "compensation_received" "收到风险补偿金" report;
            FundStated(FundStated) "fund_stated" "补偿金对账" report;
            SurplusRewarded(SurplusRewarded) "surplus_rewarded" "结余奖励" decision;
            RewardSpent(RewardSpent) "reward_spent" "使用奖励" decision;
            PeriodClosed(PeriodClosed) "period_closed" "期间关闭" decision;
            EntryReversed(EntryReversed) "entry_reversed" "红字冲销" decision;
            KeyAnnounced(KeyAnnounced) "key_announced" "公布签名公钥" decision;
            IdentityKeyAnnounced(IdentityKeyAnnounced) "identity_key_announced" "公布身份密钥指纹" decision;
        }
    };
}

macro_rules! kinds {
    ($($variant:ident($content:ty) $name:literal $zh:literal $said:ident $($about:ident)?;)*) => {
        /// Everything that can be said. Decisions may be refused; reports are booked.
        #[derive(Clone, PartialEq, Eq, Debug)]
        #[allow(missing_docs)] // Each variant is documented at its struct.
        pub enum Kind { $($variant($content),)* }

        impl Kind {
            /// The kind's name as scenarios, tables and the wire know it.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// Its Chinese name.
            #[must_use]
            pub fn name_zh(&self) -> &'static str {
                match self { $(Self::$variant(_) => $zh,)* }
            }

            /// Whether this states what happened (R) rather than asking for something (D).
            #[must_use]
            pub fn is_report(&self) -> bool {
                match self { $(Self::$variant(_) => kinds!(@ $said),)* }
            }

            /// The loan it is about, if it is about one.
            #[must_use]
            pub fn loan(&self) -> Option<Uuid> {
                match self { $(Self::$variant(_event) => kinds!(@about _event $($about)?),)* }
            }
        }
    };
    (@ report) => { true };
    (@ decision) => { false };
    (@about $event:ident loan) => { Some($event.loan) };
    (@about $event:ident) => { None };
}

for_each_kind!(kinds);
