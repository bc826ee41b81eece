//! What an event changes about a payment to a lender. Data only.

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
    },
    Approve {
        remittance: Handle<Remittance>,
    },
    /// An approval or the order is taken back: the stage that leaves.
    Back {
        remittance: Handle<Remittance>,
        to: RemittanceStage,
    },
    /// The stage a report brings a payment to, and whether its lines surrender what came back.
    Report {
        remittance: Handle<Remittance>,
        stage: RemittanceStage,
        surrendered: bool,
    },
}

/// The loans paid for: those of a portfolio that is there, or those whose first payment opens it.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Portfolio(Handle<Portfolio>),
    Lender(Handle<Org>, LoanKind),
}
