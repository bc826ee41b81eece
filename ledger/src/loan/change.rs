//! What an event changes about a loan or about the rules of all loans. Data only.

use crate::event::loan_terms::LoanTerms;
use crate::event::{RatePublished, WaiverAdopted};
use crate::money::Day;
use crate::state::flows::Flows;
use crate::state::lending_rows::{Fact, Loan};
use uuid::Uuid;

pub(crate) enum LoanChange {
    Terms(Box<LoanTerms>),
    Rate(RatePublished),
    Waiver(WaiverAdopted),
    Sign { row: Box<Loan>, lender: u32, person: Uuid },
    Facts { loan: Uuid, facts: Vec<Fact>, through: Day, flows: Flows },
    Accrue { loan: u32, through: Day, flows: Flows },
}
