//! What an event changes about a payment to a lender. Data only.

use crate::event::{LoanKind, RemittanceOrdered};
use crate::money::Fen;
use crate::state::lending_rows::RemittanceStage;
use crate::state::rows::Drawn;

pub(crate) enum RemittanceChange {
    Order {
        event: Box<RemittanceOrdered>,
        unit: u32,
        of: Of,
        draws: Vec<Drawn>,
        fen: Fen,
    },
    Approve {
        remittance: u32,
    },
    /// The stage a report brings a payment to, and whether its lines surrender what came back.
    Report {
        remittance: u32,
        stage: RemittanceStage,
        surrendered: bool,
    },
}

/// The loans paid for: those of a portfolio that is there, or those whose first payment opens it.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Portfolio(u32),
    Lender(u32, LoanKind),
}
