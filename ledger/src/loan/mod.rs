//! State student loans: whose interest is it, day by day.
//!
//! Read in this order: [`terms`] (rates, ceilings and shares as data), [`study`] (who pays a day), [`rates`] (at what
//! rate), [`walk`] (the sum over days), [`flows`] and [`position`] (what stands on the accounts), then `facts`,
//! `contract` and [`accrual`] (how events change it). Claims, payments to lenders and compensation funds stand outside.

pub mod accrual;
pub(crate) mod contract;
pub(crate) mod facts;
pub mod owed;
pub mod position;
pub mod rates;
mod rules;
pub mod study;
pub mod walk;

pub use crate::state::flows::{Flow, Flows};
pub use contract::{derived, portfolio_id};

use crate::event::loan_terms::LoanTerms;
use crate::event::{Kind, RatePublished, WaiverAdopted};
use crate::fold::Change;
use crate::money::Day;
use crate::outcome::Refusal;
use crate::state::State;
use crate::state::lending_rows::{Fact, Loan, What};
use uuid::Uuid;

pub(crate) enum LoanChange {
    Terms(Box<LoanTerms>),
    Rate(RatePublished),
    Waiver(WaiverAdopted),
    Sign { row: Box<Loan>, lender: u32, person: Uuid },
    Facts { loan: Uuid, facts: Vec<Fact>, through: Day, flows: Flows },
    Accrue { loan: u32, through: Day, flows: Flows },
}

/// Judges a kind of event about loans; `None` if it is about something else.
pub(crate) fn judge(state: &State, index: u64, on: Day, kind: &Kind) -> Option<Result<Change, Refusal>> {
    let (loan, what) = match kind {
        Kind::LoanTermsAdopted(terms) => return Some(rules::judge_terms(state, terms)),
        Kind::RatePublished(event) => return Some(Ok(rules::judge_rate(event))),
        Kind::WaiverAdopted(event) => return Some(Ok(rules::judge_waiver(event))),
        Kind::LoanSigned(event) => return Some(Ok(contract::judge_signed(state, on, event))),
        Kind::InterestAccrued(event) => return Some(accrual::judge_accrued(state, on, event)),
        Kind::InterestAdjusted(event) => return Some(accrual::judge_adjusted(state, on, event)),
        Kind::LoanDrawn(event) => (event.loan, What::Drawn(event.fen)),
        Kind::LoanDrawReturned(event) => (event.loan, What::DrawReturned(event.fen)),
        Kind::LoanRateAgreed(event) => (event.loan, What::RateAgreed(event.spread_bp)),
        Kind::LoanRepaid(event) => {
            let (fen, allocation, early) = (event.fen, event.allocation, event.early);
            (event.loan, What::Repaid { fen, allocation, early })
        }
        Kind::LoanRefunded(event) => (event.loan, What::Refunded(event.allocation)),
        Kind::LoanOverdue(event) => (event.loan, What::Overdue(event.fen)),
        Kind::LoanDeferred(event) => (event.loan, What::Deferred(event.until)),
        Kind::LoanStateRepaid(event) => (event.loan, What::StateRepaid(event.fen)),
        _ => return None,
    };
    Some(Ok(facts::judge(state, index, on, loan, what)))
}

pub(crate) fn apply(state: &mut State, index: u64, on: Day, change: LoanChange) {
    match change {
        LoanChange::Terms(terms) => rules::adopt(state, index, on, *terms),
        LoanChange::Rate(event) => rules::publish(state, index, on, &event),
        LoanChange::Waiver(event) => rules::waive(state, index, event),
        LoanChange::Sign { row, lender, person } => contract::sign(state, index, *row, lender, person),
        LoanChange::Facts { loan, facts, through, flows } => facts::apply(state, index, loan, facts, through, flows),
        LoanChange::Accrue { loan, through, flows } => {
            let row = state.loans.get_mut(loan);
            let before = std::mem::replace(&mut row.posted, flows);
            (row.through, row.last) = (through, index);
            crate::lender::fund::note(state, index, loan, &before, &[]);
        }
    }
}
