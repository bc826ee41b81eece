//! What an event changes about a loan or about the rules of all loans. Data only.

use super::fact_list::FactEdit;
use super::position::Position;
use crate::event::loan_terms::LoanTerms;
use crate::event::{RatePublished, WaiverAdopted};
use crate::handle::Handle;
use crate::money::Day;
use crate::state::flows::Flows;
use crate::state::fund_rows::Loss;
use crate::state::lending_rows::Loan;
use crate::state::rows::Org;
use uuid::Uuid;

pub(crate) enum LoanChange {
    Terms(Box<LoanTerms>),
    Rate(RatePublished),
    Waiver(WaiverAdopted),
    /// What this entry told holds for no loan any more.
    RuleGone {
        told_by: u64,
    },
    Sign {
        row: Box<Loan>,
        lender: Handle<Org>,
        person: Uuid,
        losses: Vec<Loss>,
    },
    /// The contract is taken back; what is left of the loan, with the flows of its facts alone.
    Unsign {
        loan: Handle<Loan>,
        flows: Flows,
    },
    Facts {
        loan: Uuid,
        edit: FactEdit,
        through: Day,
        after: Position,
    },
    Accrue {
        loan: Handle<Loan>,
        through: Day,
        after: Position,
    },
}
