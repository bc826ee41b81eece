//! Which unit an event concerns 属地: the one column of rights that hangs on what is known. Each kind has a row here; the compiler
//! misses none. Where what it names is not known yet, its place is not either.

use super::place_of_rows::{
    application, award, award_of_roster, claim, debt, finding, grant, line, loan, payout_bank, person, principal,
    remittance, reward, taken_back, unit_of_payout, voucher,
};
use crate::event::{Event, Kind};
use crate::handle::Handle;
use crate::state::rows::Org;
use crate::state::{State, UNKNOWN_ORG};
use smallvec::SmallVec;
use uuid::Uuid;

/// The units an event concerns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// The ledger as a whole: rules, keys, what holds for everybody.
    Whole,
    /// All of these, so each needs a right.
    All(SmallVec<[Handle<Org>; 2]>),
    /// Any of these: a person is the business of every school where he is or was.
    Any(SmallVec<[Handle<Org>; 2]>),
    /// What it names is not known yet.
    Unknown,
}

impl Place {
    pub(super) fn at(org: Handle<Org>) -> Self {
        if org == UNKNOWN_ORG { Self::Unknown } else { Self::All(SmallVec::from_slice(&[org])) }
    }

    pub(super) fn each(orgs: impl Iterator<Item = Option<Handle<Org>>>) -> Self {
        let mut all = SmallVec::new();
        for org in orgs {
            let Some(org) = org else { return Self::Unknown };
            if !all.contains(&org) {
                all.push(org);
            }
        }
        if all.is_empty() { Self::Unknown } else { Self::All(all) }
    }
}

/// Which unit an event concerns, as far as the ledger knows what it names.
#[must_use]
pub fn place(state: &State, event: &Event) -> Place {
    let unit = |id: Uuid| state.orgs.find(id).map_or(Place::Unknown, Place::at);
    let whole_or = |id: Option<Uuid>| id.map_or(Place::Whole, unit);
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
        | Kind::Objected(_) => Place::Whole,
        Kind::OrgRegistered(said) => whole_or(said.parent),
        Kind::OrgRenamed(said) => unit(said.org),
        Kind::PeriodClosed(said) => unit(said.org),
        Kind::LineIssued(said) => unit(said.unit),
        Kind::LinePassedDown(said) => {
            Place::each(said.parts.iter().map(|part| state.lines.find(part.from).map(|at| state.lines.get(at).unit)))
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
        Kind::SurplusRewarded(said) => Place::each(said.parts.iter().map(|part| state.orgs.find(part.centre))),
        Kind::RewardSpent(said) => reward(state, said.reward),
        Kind::PrincipalRegistered(said) => unit(said.unit),
        Kind::PrincipalEnded(said) => principal(state, &said.holder),
        Kind::CredentialBound(said) => principal(state, &said.holder),
        Kind::CredentialEnded(said) => {
            let held = state.credential(&said.fingerprint).map(|(_, row)| state.principals.get(row.principal).unit);
            held.map_or(Place::Unknown, Place::at)
        }
        Kind::RoleGranted(said) => whole_or(said.unit),
        Kind::RoleEnded(said) => grant(state, &said.grant),
        Kind::EntryWithdrawn(said) => taken_back(state, said.entry),
        Kind::LoanDrawn(_)
        | Kind::LoanDrawReturned(_)
        | Kind::LoanRateAgreed(_)
        | Kind::LoanRepaid(_)
        | Kind::LoanRefunded(_)
        | Kind::LoanOverdue(_)
        | Kind::LoanDeferred(_)
        | Kind::LoanAmended(_)
        | Kind::LoanWrittenOff(_)
        | Kind::LossRecovered(_)
        | Kind::LoanStateRepaid(_)
        | Kind::OverclaimReturned(_) => event.kind.loan().map_or(Place::Unknown, |id| loan(state, id)),
    }
}
