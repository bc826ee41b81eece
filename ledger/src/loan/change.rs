//! What an event changes about a loan or about the rules of all loans. Data only.

use super::fact_list::FactEdit;
use crate::event::loan_terms::LoanTerms;
use crate::event::{RatePublished, WaiverAdopted};
use crate::handle::Handle;
use crate::money::Day;
use crate::state::flows::Flows;
use crate::state::lending_rows::Loan;
use crate::state::rows::Org;
use uuid::Uuid;

pub(crate) enum LoanChange {
    Terms(Box<LoanTerms>),
    Rate(RatePublished),
    Waiver(WaiverAdopted),
    Sign { row: Box<Loan>, lender: Handle<Org>, person: Uuid },
    Facts { loan: Uuid, edit: FactEdit, through: Day, flows: Flows },
    Accrue { loan: Handle<Loan>, through: Day, flows: Flows },
}
