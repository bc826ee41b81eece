//! What an event changes about a payment to a lender. Data only.

use super::facts::RemittanceRevision;
use crate::event::{LoanKind, RemittanceOrdered};
use crate::handle::Handle;
use crate::money::Fen;
use crate::state::lending_rows::{Portfolio, Remittance};
use crate::state::rows::{Drawn, Org};
use crate::state::stage::RemittanceStage;

pub(crate) enum RemittanceChange {
    Order {
        event: Box<RemittanceOrdered>,
        unit: Handle<Org>,
        of: Of,
        draws: Vec<Drawn>,
        fen: Fen,
        told: Option<Box<RemittanceRevision>>,
    },
    Approve {
        remittance: Handle<Remittance>,
        told: Option<Box<RemittanceRevision>>,
    },
    /// An approval or the order is taken back: the stage that leaves.
    Back {
        remittance: Handle<Remittance>,
        to: RemittanceStage,
        told: Option<Box<RemittanceRevision>>,
    },
    /// All that the treasury told of a payment.
    Tell {
        told: Box<RemittanceRevision>,
    },
}

/// The loans paid for: those of a portfolio that is there, or those whose first payment opens it.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Portfolio(Handle<Portfolio>),
    Lender(Handle<Org>, LoanKind),
}
