//! What an event changes about a compensation fund and its rewards. Data only.

use crate::event::{LoanKind, Payer};
use crate::loan::change::LoanChange;
use crate::money::{Day, Fen};
use uuid::Uuid;

pub(crate) enum FundChange {
    Accrue { row: u32, parts: Vec<(Payer, Fen)> },
    Receive { lender: u32, kind: LoanKind, year: u16, payer: Payer, fen: Fen },
    State { lender: u32, kind: LoanKind, stated: (Day, Fen, Fen) },
    Recover { loan: u32, fen: Fen, borne: Fen },
    Relieve { loan: LoanChange, reward: u32, fen: Fen },
    Reward { portfolio: u32, year: u16, rewards: Vec<NewReward> },
    Spend { reward: u32, purpose: String, fen: Fen },
}

/// A reward about to be made.
pub(crate) struct NewReward {
    pub id: Uuid,
    pub centre: u32,
    pub fen: Fen,
}
