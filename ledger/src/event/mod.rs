//! The closed list of what the ledger can be told. One past-tense kind per business fact.
//! Here is the shape only: the file of its domain says what an event means, `proto` how it is written.

mod aid;
mod choices;
mod claim;
mod control;
pub mod conventions;
mod days;
mod debt;
mod key;
mod loan;
pub mod loan_terms;
pub mod policy;
mod registry;
mod rights;
mod risk;
mod ways;

pub use aid::*;
pub use choices::*;
pub use claim::*;
pub use control::*;
pub use days::DayRule;
pub use debt::*;
pub use key::KEY_PARTS;
pub use loan::*;
pub use registry::*;
pub use rights::*;
pub use risk::*;
pub use ways::{Early, WayBack};

use crate::event::loan_terms::LoanTerms;
use crate::event::policy::Policy;
use crate::money::Day;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One statement, as a caller made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Made from the key of what it says ([`Event::keyed_id`]); the same id is the same statement for ever.
    pub id: Uuid,
    /// The day on which it counts.
    pub effective: Day,
    /// 0, or which saying of it this is after the one before was taken back.
    pub edition: u8,
    /// What is said.
    pub kind: Kind,
}

/// Calls a macro with the closed list of kinds, so that whoever needs something for each kind has no list of their own.
///
/// A row is the kind, what it holds, its name, its Chinese name, whether it reports or asks for a decision, how its days are
/// bounded (each word is a row of [`DayRule`]), what becomes of it when told early ([`Early`]), how it is undone ([`WayBack`]), the
/// parts of its key (see `key`; with a number of the source the day and the amount are content, so a corrected day is the same
/// statement told otherwise), and `loan` if it is about the loan it names. The order is that of the oneof on the wire.
#[macro_export]
macro_rules! for_each_kind {
    ($callback:ident) => {
        $callback! {
            PolicyAdopted(Box<Policy>) "policy_adopted" "采用项目政策" decision far
                Nothing Withdrawn (programme, version);
            RulesAdopted(RulesAdopted) "rules_adopted" "采用规则版本" decision at_once Nothing Never (version);
            OrgRegistered(OrgRegistered) "org_registered" "机构登记" report near Mentioned Withdrawn (org);
            OrgRenamed(OrgRenamed) "org_renamed" "机构更名" report ahead Mentioned Withdrawn (org, day);
            LineIssued(LineIssued) "line_issued" "下达指标" decision near Refused Withdrawn (line);
            LinePassedDown(LinePassedDown) "line_passed_down" "分解下达指标" decision near
                Refused Withdrawn (document, first_to);
            LineRecalled(LineRecalled) "line_recalled" "收回指标" decision near
                Refused Withdrawn (line, document);
            PersonRegistered(PersonRegistered) "person_registered" "人员登记" report near Nothing Withdrawn (person);
            StatusChanged(StatusChanged) "status_changed" "学籍变动" report ahead
                Mentioned Withdrawn (person, school, day);
            CardBound(CardBound) "card_bound" "绑定卡" report ahead Mentioned Withdrawn (card, person, day);
            CardReplaced(CardReplaced) "card_replaced" "换卡" report ahead Mentioned Withdrawn (old, person, day);
            RosterPrepared(RosterPrepared) "roster_prepared" "编制花名册" decision near Refused Cancelled (roster);
            RosterLineAdded(RosterLineAdded) "roster_line_added" "花名册加行" decision near
                Refused Cancelled (roster, number);
            RosterSealed(SetSealed) "roster_sealed" "花名册封存" decision near Refused WhileFree (set);
            RosterReviewed(SetDecided) "roster_reviewed" "花名册审核" decision near Refused WhileFree (set);
            RosterApproved(SetDecided) "roster_approved" "花名册批准" decision near Refused WhileFree (set);
            RosterCancelled(SetCancelled) "roster_cancelled" "花名册作废" decision near Refused Never (set);
            ApplicationPrepared(ApplicationPrepared) "application_prepared" "编制支付申请" decision near
                Refused Cancelled (application);
            ApplicationLineAdded(ApplicationLineAdded) "application_line_added" "支付申请加行" decision near
                Refused Cancelled (application, number);
            ApplicationSealed(SetSealed) "application_sealed" "支付申请封存" decision near Refused WhileFree (set);
            ApplicationApproved(SetDecided) "application_approved" "支付申请批准" decision near
                Refused WhileFree (set);
            ApplicationCancelled(SetCancelled) "application_cancelled" "支付申请作废" decision near
                Refused Never (set);
            VoucherIssued(VoucherIssued) "voucher_issued" "开具支付凭证" report near Mentioned Withdrawn (voucher);
            VoucherCleared(VoucherCleared) "voucher_cleared" "支付凭证清算" report near
                Mentioned Withdrawn (voucher, own_serial);
            BatchSent(BatchSent) "batch_sent" "发送代发批次" decision near Refused WhileFree (batch);
            PayoutCredited(PayoutCredited) "payout_credited" "银行入账" report near Mentioned Withdrawn (payout, serial);
            PayoutReturned(PayoutReturned) "payout_returned" "银行退回" report near Mentioned Withdrawn (payout, serial);
            PayoutUnknown(PayoutUnknown) "payout_unknown" "结果未知" report near Mentioned Withdrawn (payout, serial);
            SuspenseCleared(SuspenseCleared) "suspense_cleared" "暂记清理" decision near
                Refused Withdrawn (item, number);
            LoanTermsAdopted(Box<LoanTerms>) "loan_terms_adopted" "采用贷款条款" decision far
                Nothing Withdrawn (kind, version);
            RatePublished(RatePublished) "rate_published" "公布利率" report published Nothing Withdrawn (index, day);
            WaiverAdopted(WaiverAdopted) "waiver_adopted" "免息通知" decision ahead
                Nothing Withdrawn (year, document);
            LoanSigned(LoanSigned) "loan_signed" "贷款签约" report near Mentioned Withdrawn (loan) loan;
            LoanDrawn(LoanDrawn) "loan_drawn" "贷款发放" report near Mentioned Withdrawn (loan, serial) loan;
            LoanDrawReturned(LoanDrawReturned) "loan_draw_returned" "放款退回" report near
                Mentioned Withdrawn (loan, serial) loan;
            LoanRateAgreed(LoanRateAgreed) "loan_rate_agreed" "约定利率" report near
                Mentioned Withdrawn (loan, serial) loan;
            LoanRepaid(LoanRepaid) "loan_repaid" "借款人还款" report near Mentioned Withdrawn (loan, serial) loan;
            LoanRefunded(LoanRefunded) "loan_refunded" "退还多付款" report near
                Mentioned Withdrawn (loan, serial) loan;
            LoanOverdue(LoanOverdue) "loan_overdue" "贷款逾期" report near Mentioned Withdrawn (loan, serial) loan;
            LoanDeferred(LoanDeferred) "loan_deferred" "延期还本" report near Mentioned Withdrawn (loan, serial) loan;
            LoanWrittenOff(LoanWrittenOff) "loan_written_off" "贷款核销" report near
                Mentioned Withdrawn (loan, serial) loan;
            LossRecovered(LossRecovered) "loss_recovered" "核销后收回" report near
                Mentioned Withdrawn (loan, serial) loan;
            LoanStateRepaid(LoanStateRepaid) "loan_state_repaid" "国家代偿" report near
                Mentioned Withdrawn (loan, serial) loan;
            LoanRelieved(LoanRelieved) "loan_relieved" "还款救助" decision near
                Refused Withdrawn (loan, reward, serial) loan;
            InterestAccrued(InterestAccrued) "interest_accrued" "计提利息" decision day_over
                Refused Superseded (loan, day, last) loan;
            InterestAdjusted(InterestAdjusted) "interest_adjusted" "调整利息" decision near
                Refused Superseded (loan, cause, last) loan;
            ClaimSubmitted(ClaimSubmitted) "claim_submitted" "提交申报" decision period_over
                Refused WhileFree (claim);
            ClaimLineAdded(ClaimLineAdded) "claim_line_added" "申报加行" decision near
                Refused Withdrawn (claim, number) loan;
            ClaimSealed(SetSealed) "claim_sealed" "申报封存" decision near Refused WhileFree (set);
            ClaimApproved(SetDecided) "claim_approved" "申报批准" decision near Refused WhileFree (set);
            OverclaimReturned(OverclaimReturned) "overclaim_returned" "退回多报款" report near
                Noted Withdrawn (loan, what, serial) loan;
            RemittanceOrdered(RemittanceOrdered) "remittance_ordered" "拨付指令" decision near
                Refused WhileFree (remittance);
            RemittanceApproved(RemittanceApproved) "remittance_approved" "拨付批准" decision near
                Refused WhileFree (remittance);
            RemittanceCleared(RemittanceCleared) "remittance_cleared" "拨付清算" report near
                Mentioned Withdrawn (remittance, serial);
            RemittanceReturned(RemittanceReturned) "remittance_returned" "拨付退回" report near
                Mentioned Withdrawn (remittance, serial);
            CompensationAccrued(CompensationAccrued) "compensation_accrued" "计提风险补偿金" decision year_begun
                Refused Withdrawn (year.lender, year.kind, year.year, school, number);
            CompensationReceived(CompensationReceived) "compensation_received" "收到风险补偿金" report near
                Mentioned Withdrawn (year.lender, year.kind, year.year, payer, serial);
            FundStated(FundStated) "fund_stated" "补偿金对账" report near Mentioned Withdrawn (lender, kind, day);
            SurplusRewarded(SurplusRewarded) "surplus_rewarded" "结余奖励" decision near
                Refused WhileFree (year.lender, year.kind, year.year);
            RewardSpent(RewardSpent) "reward_spent" "使用奖励" decision near Refused Withdrawn (reward, serial);
            PeriodClosed(PeriodClosed) "period_closed" "期间关闭" decision period_over
                Refused WhileFree (org, book, through);
            EntryWithdrawn(EntryWithdrawn) "entry_withdrawn" "撤销" decision far Refused Superseded (entry);
            KeyAnnounced(KeyAnnounced) "key_announced" "公布签名公钥" decision at_once
                Nothing Never (key, by, signature);
            IdentityKeyAnnounced(IdentityKeyAnnounced) "identity_key_announced" "公布身份密钥指纹" decision published
                Nothing Never (fingerprint);
            PersonMerged(PersonMerged) "person_merged" "合并人员" report near Mentioned Withdrawn (person);
            RecoveryReceived(RecoveryReceived) "recovery_received" "追回到账" report near
                Mentioned Withdrawn (debt, serial);
            RecoveryWaived(RecoveryWaived) "recovery_waived" "免予追回" decision near Refused Withdrawn (debt, document);
            RecoveryOrdered(RecoveryOrdered) "recovery_ordered" "责令追回" decision near
                Refused Withdrawn (payout, document);
            RefundPaid(RefundPaid) "refund_paid" "退还支付" report near Mentioned Withdrawn (debt, serial);
            LineAdjusted(LineAdjusted) "line_adjusted" "调整指标" decision near Refused Withdrawn (line, document);
            FindingExplained(FindingExplained) "finding_explained" "疑点说明" decision near
                Refused WhileFree (entry, kind, subject, document);
            FindingClosed(FindingClosed) "finding_closed" "疑点核结" decision near
                Refused WhileFree (entry, kind, subject, document);
            Surrendered(Surrendered) "surrendered" "上缴财政" report near Mentioned Withdrawn (unit, serial);
            ClaimedBefore(ClaimedBefore) "claimed_before" "建账前已申报" report period_over
                Mentioned Withdrawn (lender, kind, loan, what) loan;
            LoanAmended(LoanAmended) "loan_amended" "合同变更" report near Mentioned Withdrawn (loan, day) loan;
            AwardCancelled(AwardCancelled) "award_cancelled" "停发资助" decision near Refused WhileFree (award);
            VoucherReturned(VoucherReturned) "voucher_returned" "支付凭证退回" report near
                Mentioned Withdrawn (voucher, serial);
            DrawsCorrected(DrawsCorrected) "draws_corrected" "支付更正" decision near
                Refused Withdrawn (application, from, to, document);
            PrincipalRegistered(PrincipalRegistered) "principal_registered" "主体登记" decision at_once
                Refused Ended (holder);
            PrincipalEnded(PrincipalEnded) "principal_ended" "主体注销" decision at_once Refused Never (holder);
            CredentialBound(CredentialBound) "credential_bound" "绑定凭据" decision at_once Refused Ended (fingerprint);
            CredentialEnded(CredentialEnded) "credential_ended" "凭据作废" decision at_once
                Refused Never (fingerprint);
            RoleGranted(RoleGranted) "role_granted" "授予岗位" decision at_once Refused Ended (grant);
            RoleEnded(RoleEnded) "role_ended" "收回岗位" decision at_once Refused Never (grant);
            RightsAdopted(Box<Rights>) "rights_adopted" "采用权限表" decision at_once Nothing Superseded (version);
            RightsFounded(RightsFounded) "rights_founded" "启用权限" decision at_once Refused Never (document);
            Endorsed(Endorsed) "endorsed" "签署" decision at_once Refused Superseded (holder, subject, hash, number);
            Objected(Objected) "objected" "提出异议" decision at_once Refused Superseded (holder, subject, hash, number);
        }
    };
}

macro_rules! kinds {
    ($($variant:ident($content:ty) $name:literal $zh:literal $said:ident $days:ident $early:ident $back:ident
        ($($key:tt)*) $($about:ident)?;)*) => {
        /// Everything that can be said. Decisions may be refused; reports are booked.
        #[derive(Clone, PartialEq, Eq, Debug)]
        #[allow(missing_docs)] // Each variant is documented at its struct.
        pub enum Kind { $($variant($content),)* }

        /// A kind without what it holds.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum KindTag { $($variant,)* }

        impl KindTag {
            /// All of them, in the order of the wire.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kind's name as scenarios, tables and the wire know it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its Chinese name.
            #[must_use]
            pub fn name_zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }

            /// The kind of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// Whether it states what happened (R) rather than asking for something (D).
            #[must_use]
            pub fn is_report(self) -> bool {
                match self { $(Self::$variant => kinds!(@ $said),)* }
            }

            /// Whether it is about the loan it names.
            #[must_use]
            pub fn is_about_loan(self) -> bool {
                match self { $(Self::$variant => kinds!(@names_loan $($about)?),)* }
            }
        }

        impl Kind {
            /// Which kind it is.
            #[must_use]
            pub fn tag(&self) -> KindTag {
                match self { $(Self::$variant(_) => KindTag::$variant,)* }
            }

            /// The kind's name as scenarios, tables and the wire know it.
            #[must_use]
            pub fn name(&self) -> &'static str {
                self.tag().name()
            }

            /// Its Chinese name.
            #[must_use]
            pub fn name_zh(&self) -> &'static str {
                self.tag().name_zh()
            }

            /// Whether this states what happened (R) rather than asking for something (D).
            #[must_use]
            pub fn is_report(&self) -> bool {
                self.tag().is_report()
            }

            /// The loan it is about, if it is about one.
            #[must_use]
            pub fn loan(&self) -> Option<Uuid> {
                match self { $(Self::$variant(_event) => kinds!(@about _event $($about)?),)* }
            }

            /// How its days are bounded by the day of its recording.
            #[must_use]
            pub fn day_rule(&self) -> DayRule {
                match self { $(Self::$variant(_event) => kinds!(@days _event $days),)* }
            }
        }
    };
    (@ report) => { true };
    (@ decision) => { false };
    (@names_loan loan) => { true };
    (@names_loan) => { false };
    (@about $event:ident loan) => { Some($event.loan) };
    (@about $event:ident) => { None };
    (@days $event:ident near) => { DayRule::Near };
    (@days $event:ident published) => { DayRule::Published };
    (@days $event:ident at_once) => { DayRule::AtOnce };
    (@days $event:ident ahead) => { DayRule::Ahead };
    (@days $event:ident far) => { DayRule::Far };
    (@days $event:ident day_over) => { DayRule::DayOver };
    (@days $event:ident period_over) => { DayRule::PeriodOver($event.through) };
    (@days $event:ident year_begun) => { DayRule::YearBegun($event.year.year) };
}

for_each_kind!(kinds);
