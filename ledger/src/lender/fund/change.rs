//! What an event changes about a compensation fund and its rewards. Data only.

use crate::event::{LoanKind, Payer};
use crate::handle::Handle;
use crate::loan::change::LoanChange;
use crate::money::Fen;
use crate::state::lending_rows::{Portfolio, Receipt, Reward, RiskYear};
use crate::state::rows::Org;
use uuid::Uuid;

pub(crate) enum FundChange {
    Accrue {
        row: Handle<RiskYear>,
        number: u32,
        parts: Vec<(Payer, Fen)>,
    },
    /// The computation that this entry told is taken back.
    Unaccrue {
        row: Handle<RiskYear>,
        told_by: u64,
    },
    Receive {
        lender: Handle<Org>,
        kind: LoanKind,
        year: u16,
        payer: Payer,
        fen: Fen,
    },
    /// What was received is taken back.
    Unreceive {
        receipt: Handle<Receipt>,
    },
    State {
        lender: Handle<Org>,
        kind: LoanKind,
        fen: Fen,
    },
    /// The statement that this entry told is taken back.
    Unstate {
        portfolio: Handle<Portfolio>,
        told_by: u64,
    },
    Relieve {
        loan: Box<LoanChange>,
        reward: Handle<Reward>,
        fen: Fen,
    },
    Reward {
        portfolio: Handle<Portfolio>,
        year: u16,
        rewards: Vec<NewReward>,
    },
    /// The rewards that this entry told are taken back; so much is in the stock again.
    Unreward {
        portfolio: Handle<Portfolio>,
        told_by: u64,
        fen: Fen,
    },
    Spend {
        reward: Handle<Reward>,
        purpose: String,
        fen: Fen,
    },
    /// What this entry told spent is taken back.
    Unspend {
        reward: Handle<Reward>,
        told_by: u64,
    },
}

/// A reward about to be made.
pub(crate) struct NewReward {
    pub id: Uuid,
    pub centre: Handle<Org>,
    pub fen: Fen,
}
