//! Risk compensation, rewards, closing and reversing between wire and domain. Whether they are due is not asked here.

use super::check::choice;
use super::form::{Day, Fen, Hash, Id, Name, OneOf, Parts, Ppm, Signature, Text, Whole, wire};
use crate::limits::{MAX_PAYERS, MAX_REWARDS};
use ledger::account::Book;
use ledger::event::{
    CompensationAccrued, CompensationReceived, EntryReversed, FundStated, IdentityKeyAnnounced, KeyAnnounced,
    PeriodClosed, RewardPart, RewardSpent, SurplusRewarded,
};

choice!(Book = Book { Indicator Cash Entitlement Lender });

wire!(CompensationAccrued { year: Whole, school: Id, default_ppm: Ppm, parts: Parts(1..=MAX_PAYERS) });

wire!(CompensationReceived { year: Whole, payer: OneOf, fen: Fen, serial: Text });

wire!(FundStated { lender: Id, kind: OneOf, fen: Fen });

wire!(RewardPart { reward: Id, centre: Id, fen: Fen });

wire!(SurplusRewarded { year: Whole, surplus: Fen, parts: Parts(1..=MAX_REWARDS) });

wire!(RewardSpent { reward: Id, purpose: Name, fen: Fen });

wire!(PeriodClosed { org: Id, book: OneOf, through: Day });

wire!(EntryReversed { entry: Id, subject: Id, document: Text });

wire!(KeyAnnounced { key: Hash, by: Hash, signature: Signature });

wire!(IdentityKeyAnnounced { fingerprint: Hash, document: Text });
