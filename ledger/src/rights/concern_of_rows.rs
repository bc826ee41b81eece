//! Whose business a thing is that the ledger knows: the unit of a line, the school of a roster, the bank of a payment's batch, the
//! lender of a loan; and of an entry taken back whatever it told of.

use super::concern::Concern;
use crate::event::KindTag as Tag;
use crate::handle::Handle;
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, Line, Org, Payout, Person};
use crate::state::table::{Row, Table};
use uuid::Uuid;

/// The concern of the row that has this id, or unknown.
fn of_id<T: Row>(table: &Table<T>, id: Uuid, of: impl FnOnce(&T) -> Concern) -> Concern {
    table.by_id(id).map_or(Concern::Unknown, |(_, row)| of(row))
}

/// The same of a row by its number.
fn of_number<T: Row>(table: &Table<T>, number: u32, of: impl FnOnce(&T) -> Concern) -> Concern {
    table.handle(number).map_or(Concern::Unknown, |at| of(table.get(at)))
}

/// The unit that holds a line, or the one that passed it down.
pub(super) fn line(state: &State, id: Uuid, above: bool) -> Concern {
    state.lines.find(id).map_or(Concern::Unknown, |at| of_line(state, at, above))
}

fn of_line(state: &State, at: Handle<Line>, above: bool) -> Concern {
    let row = state.lines.get(at);
    let parent = row.parent.handle().filter(|_| above).map(|parent| state.lines.get(parent).unit);
    Concern::at(parent.unwrap_or(row.unit))
}

/// The schools where a person is or was.
pub(super) fn person(state: &State, id: Uuid) -> Concern {
    state.persons.find(id).map_or(Concern::Unknown, |at| of_person(state, at))
}

fn of_person(state: &State, at: Handle<Person>) -> Concern {
    let schools = Concern::each(state.persons.get(at).statuses.iter().map(|status| Some(status.school)));
    match schools {
        Concern::All(schools) => Concern::Any(schools),
        other => other,
    }
}

/// The school of a roster.
pub(super) fn award_of_roster(state: &State, id: Uuid) -> Concern {
    of_id(&state.rosters, id, |row| Concern::at(row.school))
}

/// The school of an award.
pub(super) fn award(state: &State, id: Uuid) -> Concern {
    of_id(&state.awards, id, |row| Concern::at(state.rosters.get(row.roster).school))
}

/// The unit that pays by an application.
pub(super) fn application(state: &State, id: Uuid) -> Concern {
    of_id(&state.applications, id, |row| Concern::at(row.unit))
}

fn of_application(state: &State, at: Handle<Application>) -> Concern {
    Concern::at(state.applications.get(at).unit)
}

/// The unit whose application a voucher pays.
pub(super) fn voucher(state: &State, id: Uuid) -> Concern {
    of_id(&state.vouchers, id, |row| of_application(state, row.application))
}

/// The bank to which a payment's batch went; unknown before.
pub(super) fn payout_bank(state: &State, id: Uuid) -> Concern {
    of_id(&state.payouts, id, |row| of_payout(state, row))
}

fn of_payout(state: &State, row: &Payout) -> Concern {
    let batch = state.applications.get(row.application).batch.handle();
    batch.map_or(Concern::Unknown, |batch| Concern::at(state.batches.get(batch).bank))
}

/// The unit that ordered a payment.
pub(super) fn unit_of_payout(state: &State, id: Uuid) -> Concern {
    of_id(&state.payouts, id, |row| of_application(state, row.application))
}

/// The unit that something is owed to or by.
pub(super) fn debt(state: &State, id: Uuid) -> Concern {
    of_id(&state.debts, id, |row| Concern::at(row.unit))
}

/// The unit of what was found of an entry: that in whose books its money stands, if it has any.
pub(super) fn finding(state: &State, entry: Uuid) -> Concern {
    let Some(at) = state.seen.find(entry) else { return Concern::Unknown };
    let units = state.findings_of(at.into()).map(|(_, row)| row.unit);
    units.map(Concern::at).find(|found| *found != Concern::Unknown).unwrap_or(Concern::Unknown)
}

/// The lender of a loan.
pub(super) fn loan(state: &State, id: Uuid) -> Concern {
    of_id(&state.loans, id, |row| Concern::at(row.lender))
}

/// The lender of a claim, or the unit it was submitted to.
pub(super) fn claim(state: &State, id: Uuid, lender: bool) -> Concern {
    let of = |row: &crate::state::lending_rows::Claim| {
        if lender { Concern::at(state.portfolios.get(row.portfolio).lender) } else { Concern::at(row.unit) }
    };
    of_id(&state.claims, id, of)
}

/// The unit that pays a lender.
pub(super) fn remittance(state: &State, id: Uuid) -> Concern {
    of_id(&state.remittances, id, |row| Concern::at(row.unit))
}

/// The aid centre that a reward is for.
pub(super) fn reward(state: &State, id: Uuid) -> Concern {
    of_id(&state.rewards, id, |row| Concern::at(row.centre))
}

/// The unit of a principal.
pub(super) fn principal(state: &State, name: &str) -> Concern {
    state.principal(name).map_or(Concern::Unknown, |(_, row)| Concern::at(row.unit))
}

/// The unit of a grant.
pub(super) fn grant(state: &State, number: &str) -> Concern {
    let row = state.grant(number).map(|(_, row)| row.unit);
    row.map_or(Concern::Unknown, |unit| unit.handle().map_or(Concern::Whole, Concern::at))
}

/// The concern of what an entry told, by the row that was kept of it.
pub(super) fn taken_back(state: &State, entry: Uuid) -> Concern {
    state.seen.by_id(entry).map_or(Concern::Unknown, |(_, seen)| of_seen(state, seen))
}

fn of_seen(state: &State, seen: &Seen) -> Concern {
    let number = seen.subject;
    match seen.kind {
        Tag::PolicyAdopted | Tag::LoanTermsAdopted | Tag::RatePublished | Tag::WaiverAdopted => Concern::Whole,
        Tag::OrgRegistered | Tag::OrgRenamed | Tag::PeriodClosed => of_org(state, number),
        Tag::LineIssued | Tag::LinePassedDown | Tag::LineRecalled | Tag::LineAdjusted => {
            of_number(&state.budget_moves, number, |row| {
                row.parts.first().map_or(Concern::Unknown, |part| of_line(state, part.line, true))
            })
        }
        Tag::PersonRegistered | Tag::StatusChanged => {
            state.persons.handle(number).map_or(Concern::Unknown, |at| of_person(state, at))
        }
        Tag::PersonMerged => of_number(&state.merged, number, |row| of_person(state, row.person)),
        Tag::CardBound | Tag::CardReplaced => of_number(&state.cards, number, |row| {
            row.uses.last().map_or(Concern::Unknown, |used| of_person(state, used.person))
        }),
        Tag::RosterSealed | Tag::RosterReviewed | Tag::RosterApproved => {
            of_number(&state.rosters, number, |row| Concern::at(row.school))
        }
        Tag::AwardCancelled => of_number(&state.award_ends, number, |row| {
            Concern::at(state.rosters.get(state.awards.get(row.award).roster).school)
        }),
        Tag::ApplicationSealed | Tag::ApplicationApproved | Tag::BatchSent => {
            of_number(&state.applications, number, |row| Concern::at(row.unit))
        }
        Tag::VoucherIssued | Tag::VoucherCleared | Tag::VoucherReturned => {
            of_number(&state.vouchers, number, |row| of_application(state, row.application))
        }
        Tag::PayoutCredited | Tag::PayoutReturned | Tag::PayoutUnknown => {
            state.payment_told_of(number).map_or(Concern::Unknown, |id| payout_bank(state, id))
        }
        Tag::SuspenseCleared => of_number(&state.clearings, number, |row| Concern::at(row.unit)),
        Tag::DrawsCorrected => of_number(&state.corrected, number, |row| application(state, row.id)),
        Tag::RecoveryReceived | Tag::RecoveryWaived | Tag::RecoveryOrdered | Tag::RefundPaid => {
            of_number(&state.debts, number, |row| Concern::at(row.unit))
        }
        Tag::Surrendered => of_number(&state.surrenders, number, |row| Concern::at(row.unit)),
        Tag::FindingExplained | Tag::FindingClosed => {
            of_number(&state.finding_cases, number, |row| Concern::at(state.findings.get(row.finding).unit))
        }
        _ => of_loans(state, seen),
    }
}

/// The same of loans and their lenders.
fn of_loans(state: &State, seen: &Seen) -> Concern {
    let number = seen.subject;
    let lender = |portfolio| Concern::at(state.portfolios.get(portfolio).lender);
    match seen.kind {
        Tag::ClaimSubmitted | Tag::ClaimSealed => of_number(&state.claims, number, |row| lender(row.portfolio)),
        Tag::ClaimApproved => of_number(&state.claims, number, |row| Concern::at(row.unit)),
        Tag::ClaimLineAdded => {
            of_number(&state.claim_lines, number, |row| lender(state.claims.get(row.claim).portfolio))
        }
        Tag::OverclaimReturned => of_number(&state.returned, number, |row| loan(state, row.id)),
        Tag::CompensationAccrued => of_number(&state.risk_years, number, |row| Concern::at(row.school)),
        Tag::CompensationReceived => of_number(&state.receipts, number, |row| lender(row.portfolio)),
        Tag::FundStated | Tag::SurplusRewarded => of_number(&state.portfolios, number, |row| Concern::at(row.lender)),
        Tag::RewardSpent => of_number(&state.rewards, number, |row| Concern::at(row.centre)),
        Tag::RemittanceOrdered | Tag::RemittanceApproved => {
            of_number(&state.remittances, number, |row| Concern::at(row.unit))
        }
        Tag::RemittanceCleared | Tag::RemittanceReturned => {
            of_number(&state.remitted, number, |row| remittance(state, row.id))
        }
        // What is left tells of a loan, or is not taken back by itself.
        _ => of_number(&state.loans, number, |row| Concern::at(row.lender)),
    }
}

fn of_org(state: &State, number: u32) -> Concern {
    let at: Option<Handle<Org>> = state.orgs.handle(number);
    at.map_or(Concern::Unknown, Concern::at)
}
