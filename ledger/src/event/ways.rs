//! What becomes of each kind when it is told before what it names, and how what it told is undone: closed lists over all kinds,
//! compared with what the fold does by a test, and printed in `docs/kinds.md`.

use super::KindTag;

/// What becomes of it if what it names is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Early {
    /// It names nothing that must be there.
    Nothing,
    /// What it names is there from then on, and registering fills it in.
    Mentioned,
    /// It is refused for a passing reason and may be said again.
    Refused,
    /// It is on record with a finding and counts for nothing; a mechanism as of the others is not yet there.
    Noted,
}

/// How what it told is undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WayBack {
    /// By `entry_withdrawn`, whatever was recorded since.
    Withdrawn,
    /// By the kind that gives its set up.
    Cancelled,
    /// By saying the next of its kind: a later figure, version or state.
    Superseded,
    /// By no entry.
    Never,
    /// Not yet: it will be.
    NotYet,
}

impl KindTag {
    /// What becomes of it if what it names is not known yet.
    #[must_use]
    pub fn early(self) -> Early {
        use KindTag as K;
        match self {
            K::PolicyAdopted | K::RulesAdopted | K::PersonRegistered | K::KeyAnnounced | K::IdentityKeyAnnounced => {
                Early::Nothing
            }
            K::LoanTermsAdopted | K::RatePublished | K::WaiverAdopted => Early::Nothing,
            K::OrgRegistered | K::OrgRenamed | K::StatusChanged | K::CardBound | K::CardReplaced => Early::Mentioned,
            K::LoanSigned | K::LoanDrawn | K::LoanDrawReturned | K::LoanRateAgreed | K::LoanRepaid => Early::Mentioned,
            K::LoanRefunded | K::LoanOverdue | K::LoanDeferred | K::LoanWrittenOff => Early::Mentioned,
            K::LoanStateRepaid | K::CompensationReceived | K::FundStated => Early::Mentioned,
            K::VoucherIssued | K::VoucherCleared | K::PayoutCredited | K::PayoutReturned => Early::Noted,
            K::PayoutUnknown | K::LossRecovered | K::OverclaimReturned => Early::Noted,
            K::RemittanceCleared | K::RemittanceReturned => Early::Noted,
            K::LineIssued | K::LinePassedDown | K::LineRecalled | K::RosterPrepared | K::RosterLineAdded => {
                Early::Refused
            }
            K::RosterSealed | K::RosterReviewed | K::RosterApproved | K::RosterCancelled => Early::Refused,
            K::ApplicationPrepared | K::ApplicationLineAdded | K::ApplicationSealed => Early::Refused,
            K::ApplicationApproved | K::ApplicationCancelled | K::BatchSent | K::SuspenseCleared => Early::Refused,
            K::LoanRelieved | K::InterestAccrued | K::InterestAdjusted | K::ClaimSubmitted => Early::Refused,
            K::ClaimLineAdded | K::ClaimSealed | K::ClaimApproved | K::RemittanceOrdered => Early::Refused,
            K::RemittanceApproved | K::CompensationAccrued | K::SurplusRewarded | K::RewardSpent => Early::Refused,
            K::PeriodClosed | K::EntryWithdrawn => Early::Refused,
        }
    }

    /// How what it told is undone.
    #[must_use]
    pub fn way_back(self) -> WayBack {
        use KindTag as K;
        match self {
            K::LoanTermsAdopted | K::RatePublished | K::WaiverAdopted => WayBack::Withdrawn,
            K::OrgRegistered | K::OrgRenamed | K::PersonRegistered | K::StatusChanged => WayBack::Withdrawn,
            K::CardBound | K::CardReplaced | K::LoanSigned | K::LoanDrawn | K::LoanDrawReturned => WayBack::Withdrawn,
            K::LoanRateAgreed | K::LoanRepaid | K::LoanRefunded | K::LoanOverdue => WayBack::Withdrawn,
            K::LoanDeferred | K::LoanWrittenOff | K::LoanStateRepaid | K::LoanRelieved => WayBack::Withdrawn,
            K::RosterPrepared | K::RosterLineAdded | K::RosterSealed | K::RosterReviewed => WayBack::Cancelled,
            K::RosterApproved | K::ApplicationPrepared | K::ApplicationLineAdded => WayBack::Cancelled,
            K::ApplicationSealed | K::ApplicationApproved => WayBack::Cancelled,
            K::PolicyAdopted | K::InterestAccrued | K::InterestAdjusted | K::CompensationAccrued => WayBack::Superseded,
            K::EntryWithdrawn => WayBack::Superseded,
            K::RulesAdopted | K::KeyAnnounced | K::IdentityKeyAnnounced => WayBack::Never,
            K::RosterCancelled | K::ApplicationCancelled => WayBack::Never,
            K::LineIssued | K::LinePassedDown | K::LineRecalled | K::VoucherIssued | K::VoucherCleared => {
                WayBack::NotYet
            }
            K::BatchSent | K::PayoutCredited | K::PayoutReturned | K::PayoutUnknown => WayBack::NotYet,
            K::SuspenseCleared | K::LossRecovered | K::ClaimSubmitted | K::ClaimLineAdded => WayBack::NotYet,
            K::ClaimSealed | K::ClaimApproved | K::OverclaimReturned | K::RemittanceOrdered => WayBack::NotYet,
            K::RemittanceApproved | K::RemittanceCleared | K::RemittanceReturned => WayBack::NotYet,
            K::CompensationReceived | K::FundStated | K::SurplusRewarded | K::RewardSpent => WayBack::NotYet,
            K::PeriodClosed => WayBack::NotYet,
        }
    }
}
