//! Stable names of what loans are said of: kinds, facts, purposes, standings. Words only.

use ledger::event::{ClaimFor, LoanKind, Purpose, RateIndex, Status, StudyLevel, Subordination};
use ledger::handle::Handle;
use ledger::loan::walk::Missing;
use ledger::state::State;
use ledger::state::lending_rows::What;
use ledger::state::rows::Org;

/// A kind of loan by its stable name.
#[must_use]
pub fn kind_named(name: &str) -> Option<LoanKind> {
    LoanKind::ALL.into_iter().find(|kind| kind.name() == name)
}

/// Name of the event that tells such a fact.
#[must_use]
pub fn fact_name(what: What) -> &'static str {
    match what {
        What::Drawn(_) => "loan_drawn",
        What::DrawReturned(_) => "loan_draw_returned",
        What::RateAgreed(_) => "loan_rate_agreed",
        What::Repaid { .. } => "loan_repaid",
        What::Refunded(_) => "loan_refunded",
        What::Overdue(_) => "loan_overdue",
        What::Deferred(_) => "loan_deferred",
        What::WrittenOff(_) => "loan_written_off",
        What::Recovered(_) => "loss_recovered",
        What::StateRepaid(_) => "loan_state_repaid",
        What::Relieved { .. } => "loan_relieved",
        What::Amended { .. } => "loan_amended",
        What::ClaimedBefore { .. } => "claimed_before",
    }
}

/// Stable name of what is missing.
#[must_use]
pub fn missing_name(missing: Missing) -> &'static str {
    match missing {
        Missing::Contract => "contract",
        Missing::Terms => "terms",
        Missing::Rate => "rate",
    }
}

/// Stable name of a published rate.
#[must_use]
pub fn index_name(index: RateIndex) -> &'static str {
    ledger::loan::rates::index_name(index)
}

/// Stable name of what a claim is for.
#[must_use]
pub fn claim_for_name(what: ClaimFor) -> &'static str {
    match what {
        ClaimFor::Subsidy => "subsidy",
        ClaimFor::Waiver => "waiver",
    }
}

/// Stable name of what a payment to a lender is for.
#[must_use]
pub fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Claim(_) => "claim",
        Purpose::Advance(_) => "advance",
        Purpose::Compensation(_) => "compensation",
    }
}

/// Stable name of a level of study.
#[must_use]
pub fn study_level_name(level: StudyLevel) -> &'static str {
    match level {
        StudyLevel::Undergraduate => "undergraduate",
        StudyLevel::Postgraduate => "postgraduate",
    }
}

/// Stable name of a subordination.
#[must_use]
pub fn subordination_name(subordination: Subordination) -> &'static str {
    match subordination {
        Subordination::Central => "central",
        Subordination::Local => "local",
    }
}

/// The same of an organisation; empty while it is named only, as nobody has said.
#[must_use]
pub fn subordination_of(state: &State, org: Handle<Org>) -> &'static str {
    let org = state.orgs.get(org);
    if org.known { subordination_name(org.subordination) } else { "" }
}

/// Stable name of a standing.
#[must_use]
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Enrolled => "enrolled",
        Status::Leave => "leave",
        Status::FurtherStudy => "further_study",
        Status::Graduated => "graduated",
        Status::Withdrawn => "withdrawn",
        Status::Deceased => "deceased",
        Status::IllnessLeave => "illness_leave",
    }
}
