//! Which unit an event concerns 属地: the one column of rights that hangs on what is known. A kind that
//! has no row here is the whole ledger's. Where what it names is not known yet, it is not known whose business it is.

use super::concern::Concern;
use super::concern_of_rows::{
    application, award, award_of_roster, claim, debt, finding, grant, line, loan, payout_bank, person, principal,
    remittance, reward, taken_back, unit_of_payout, voucher,
};
use crate::event::{Event, Kind};
use crate::state::State;
use uuid::Uuid;

/// Which unit an event concerns, as far as the ledger knows what it names.
#[must_use]
pub fn concern(state: &State, event: &Event) -> Concern {
    let unit = |id: Uuid| state.orgs.find(id).map_or(Concern::Unknown, Concern::at);
    let whole_or = |id: Option<Uuid>| id.map_or(Concern::Whole, unit);
    match &event.kind {
        Kind::PolicyAdopted(_)
        | Kind::RulesAdopted(_)
        | Kind::LoanTermsAdopted(_)
        | Kind::RatePublished(_)
        | Kind::WaiverAdopted(_)
        | Kind::InterestAccrued(_)
        | Kind::InterestAdjusted(_)
        | Kind::KeyAnnounced(_)
        | Kind::IdentityKeyAnnounced(_)
        | Kind::RightsAdopted(_)
        | Kind::RightsFounded(_)
        | Kind::Endorsed(_)
        | Kind::Objected(_) => Concern::Whole,
        Kind::OrgRegistered(said) => whole_or(said.parent),
        Kind::OrgRenamed(said) => unit(said.org),
        Kind::PeriodClosed(said) => unit(said.org),
        Kind::LineIssued(said) => unit(said.unit),
        Kind::LinePassedDown(said) => {
            Concern::each(said.parts.iter().map(|part| state.lines.find(part.from).map(|at| state.lines.get(at).unit)))
        }
        Kind::LineRecalled(said) => line(state, said.line, true),
        Kind::LineAdjusted(said) => line(state, said.line, false),
        Kind::Surrendered(said) => unit(said.unit),
        Kind::PersonRegistered(said) => person(state, said.person),
        Kind::PersonMerged(said) => person(state, said.person),
        Kind::CardBound(said) => person(state, said.person),
        Kind::CardReplaced(said) => person(state, said.person),
        Kind::StatusChanged(said) => unit(said.school),
        Kind::RosterPrepared(said) => unit(said.school),
        Kind::RosterLineAdded(said) => award_of_roster(state, said.roster),
        Kind::RosterSealed(said) => award_of_roster(state, said.set),
        Kind::RosterReviewed(said) | Kind::RosterApproved(said) => award_of_roster(state, said.set),
        Kind::RosterCancelled(said) => award_of_roster(state, said.set),
        Kind::AwardCancelled(said) => award(state, said.award),
        Kind::ApplicationPrepared(said) => unit(said.unit),
        Kind::ApplicationLineAdded(said) => application(state, said.application),
        Kind::ApplicationSealed(said) => application(state, said.set),
        Kind::ApplicationApproved(said) => application(state, said.set),
        Kind::ApplicationCancelled(said) => application(state, said.set),
        Kind::BatchSent(said) => application(state, said.application),
        Kind::DrawsCorrected(said) => application(state, said.application),
        Kind::VoucherIssued(said) => application(state, said.application),
        Kind::VoucherCleared(said) => voucher(state, said.voucher),
        Kind::VoucherReturned(said) => voucher(state, said.voucher),
        Kind::PayoutCredited(said) => payout_bank(state, said.payout),
        Kind::PayoutReturned(said) => payout_bank(state, said.payout),
        Kind::PayoutUnknown(said) => payout_bank(state, said.payout),
        Kind::RecoveryOrdered(said) => unit_of_payout(state, said.payout),
        Kind::RecoveryWaived(said) => debt(state, said.debt),
        Kind::RecoveryReceived(said) => unit(said.unit),
        Kind::RefundPaid(said) => unit(said.unit),
        _ => of_others(state, &event.kind),
    }
}

/// The same of findings, loans, their lenders, rights, and of what is taken back.
fn of_others(state: &State, kind: &Kind) -> Concern {
    let unit = |id: Uuid| state.orgs.find(id).map_or(Concern::Unknown, Concern::at);
    let whole_or = |id: Option<Uuid>| id.map_or(Concern::Whole, unit);
    match kind {
        Kind::SuspenseCleared(said) => finding(state, said.item),
        Kind::FindingExplained(said) => finding(state, said.entry),
        Kind::FindingClosed(said) => finding(state, said.entry),
        Kind::LoanSigned(said) => unit(said.lender),
        Kind::LoanRelieved(said) => reward(state, said.reward),
        Kind::ClaimSubmitted(said) => unit(said.lender),
        Kind::ClaimLineAdded(said) => claim(state, said.claim, true),
        Kind::ClaimSealed(said) => claim(state, said.set, true),
        Kind::ClaimApproved(said) => claim(state, said.set, false),
        Kind::ClaimedBefore(said) => unit(said.lender),
        Kind::RemittanceOrdered(said) => unit(said.unit),
        Kind::RemittanceApproved(said) => remittance(state, said.remittance),
        Kind::RemittanceCleared(said) => remittance(state, said.remittance),
        Kind::RemittanceReturned(said) => remittance(state, said.remittance),
        Kind::CompensationAccrued(said) => unit(said.school),
        Kind::CompensationReceived(said) => unit(said.year.lender),
        Kind::FundStated(said) => unit(said.lender),
        Kind::SurplusRewarded(said) => Concern::each(said.parts.iter().map(|part| state.orgs.find(part.centre))),
        Kind::RewardSpent(said) => reward(state, said.reward),
        Kind::PrincipalRegistered(said) => unit(said.unit),
        Kind::PrincipalEnded(said) => principal(state, &said.holder),
        Kind::CredentialBound(said) => principal(state, &said.holder),
        Kind::CredentialEnded(said) => {
            let held = state.credential(&said.fingerprint).map(|(_, row)| state.principals.get(row.principal).unit);
            held.map_or(Concern::Unknown, Concern::at)
        }
        Kind::RoleGranted(said) => whole_or(said.unit),
        Kind::RoleEnded(said) => grant(state, &said.grant),
        Kind::EntryWithdrawn(said) => taken_back(state, said.entry),
        // What is left tells of a loan.
        _ => kind.loan().map_or(Concern::Whole, |id| loan(state, id)),
    }
}
