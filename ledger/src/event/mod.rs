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

macro_rules! kinds {
    ($($variant:ident($content:ty) $name:literal $said:ident;)*) => {
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

            /// Whether this states what happened (R) rather than asking for something (D).
            #[must_use]
            pub fn is_report(&self) -> bool {
                match self { $(Self::$variant(_) => kinds!(@ $said),)* }
            }
        }
    };
    (@ report) => { true };
    (@ decision) => { false };
}

kinds! {
    PolicyAdopted(Box<Policy>) "policy_adopted" decision;
    RulesAdopted(RulesAdopted) "rules_adopted" decision;
    OrgRegistered(OrgRegistered) "org_registered" report;
    OrgRenamed(OrgRenamed) "org_renamed" report;
    LineIssued(LineIssued) "line_issued" decision;
    LinePassedDown(LinePassedDown) "line_passed_down" decision;
    LineRecalled(LineRecalled) "line_recalled" decision;
    PersonRegistered(PersonRegistered) "person_registered" report;
    StatusChanged(StatusChanged) "status_changed" report;
    CardBound(CardBound) "card_bound" report;
    CardReplaced(CardReplaced) "card_replaced" report;
    RosterPrepared(RosterPrepared) "roster_prepared" decision;
    RosterLineAdded(RosterLineAdded) "roster_line_added" decision;
    RosterSealed(SetSealed) "roster_sealed" decision;
    RosterReviewed(SetDecided) "roster_reviewed" decision;
    RosterApproved(SetDecided) "roster_approved" decision;
    RosterCancelled(SetCancelled) "roster_cancelled" decision;
    ApplicationPrepared(ApplicationPrepared) "application_prepared" decision;
    ApplicationLineAdded(ApplicationLineAdded) "application_line_added" decision;
    ApplicationSealed(SetSealed) "application_sealed" decision;
    ApplicationApproved(SetDecided) "application_approved" decision;
    ApplicationCancelled(SetCancelled) "application_cancelled" decision;
    VoucherIssued(VoucherIssued) "voucher_issued" report;
    VoucherCleared(VoucherCleared) "voucher_cleared" report;
    BatchSent(BatchSent) "batch_sent" decision;
    PayoutCredited(PayoutCredited) "payout_credited" report;
    PayoutReturned(PayoutReturned) "payout_returned" report;
    PayoutUnknown(PayoutUnknown) "payout_unknown" report;
    SuspenseCleared(SuspenseCleared) "suspense_cleared" decision;
    LoanTermsAdopted(Box<LoanTerms>) "loan_terms_adopted" decision;
    RatePublished(RatePublished) "rate_published" report;
    WaiverAdopted(WaiverAdopted) "waiver_adopted" decision;
    LoanSigned(LoanSigned) "loan_signed" report;
    LoanDrawn(LoanDrawn) "loan_drawn" report;
    LoanDrawReturned(LoanDrawReturned) "loan_draw_returned" report;
    LoanRateAgreed(LoanRateAgreed) "loan_rate_agreed" report;
    LoanRepaid(LoanRepaid) "loan_repaid" report;
    LoanRefunded(LoanRefunded) "loan_refunded" report;
    LoanOverdue(LoanOverdue) "loan_overdue" report;
    LoanDeferred(LoanDeferred) "loan_deferred" report;
    LoanWrittenOff(LoanWrittenOff) "loan_written_off" report;
    LossRecovered(LossRecovered) "loss_recovered" report;
    LoanStateRepaid(LoanStateRepaid) "loan_state_repaid" report;
    LoanRelieved(LoanRelieved) "loan_relieved" decision;
    InterestAccrued(InterestAccrued) "interest_accrued" decision;
    InterestAdjusted(InterestAdjusted) "interest_adjusted" decision;
    ClaimSubmitted(ClaimSubmitted) "claim_submitted" report;
    ClaimLineAdded(ClaimLineAdded) "claim_line_added" report;
    ClaimSealed(SetSealed) "claim_sealed" decision;
    ClaimApproved(SetDecided) "claim_approved" decision;
    OverclaimReturned(OverclaimReturned) "overclaim_returned" report;
    RemittanceOrdered(RemittanceOrdered) "remittance_ordered" decision;
    RemittanceApproved(RemittanceApproved) "remittance_approved" decision;
    RemittanceCleared(RemittanceCleared) "remittance_cleared" report;
    RemittanceReturned(RemittanceReturned) "remittance_returned" report;
    CompensationAccrued(CompensationAccrued) "compensation_accrued" decision;
    CompensationReceived(CompensationReceived) "compensation_received" report;
    FundStated(FundStated) "fund_stated" report;
    SurplusRewarded(SurplusRewarded) "surplus_rewarded" decision;
    RewardSpent(RewardSpent) "reward_spent" decision;
    PeriodClosed(PeriodClosed) "period_closed" decision;
    EntryReversed(EntryReversed) "entry_reversed" decision;
    KeyAnnounced(KeyAnnounced) "key_announced" decision;
}
