//! Risk compensation, rewards, closing and reversing between wire and domain. Whether they are due is not asked here.

use super::check::choice;
use super::form::{
    Day, Fen, Hash, Id, NUMBER, OPTIONAL_DOCUMENT, OPTIONAL_NUMBER, OneOf, OptionalHash, Parts, Plain, Ppm, Signature,
    WORDS, Whole, wire,
};
use crate::limits::{MAX_PAYERS, MAX_REWARDS};
use ledger::account::Book;
use ledger::event::{
    CompensationAccrued, CompensationReceived, EntryWithdrawn, FindingClosed, FindingExplained, FundStated,
    IdentityKeyAnnounced, KeyAnnounced, PeriodClosed, Reason, RewardPart, RewardSpent, SurplusRewarded,
};

choice!(Book = Book { Indicator Cash Entitlement Lender });

wire!(CompensationAccrued { year: Whole, school: Id, default_ppm: Ppm, parts: Parts(1..=MAX_PAYERS), number: Plain });

wire!(CompensationReceived { year: Whole, payer: OneOf, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(FundStated { lender: Id, kind: OneOf, fen: Fen });

wire!(RewardPart { reward: Id, centre: Id, fen: Fen });

wire!(SurplusRewarded { year: Whole, surplus: Fen, parts: Parts(1..=MAX_REWARDS) });

wire!(RewardSpent { reward: Id, purpose: NUMBER, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(PeriodClosed { org: Id, book: OneOf, through: Day });

choice!(Reason = WithdrawalReason { Mistyped WrongSubject NeverHappened CountedTwice SourceCorrected Ordered });

wire!(FindingExplained {
    entry: Id,
    kind: NUMBER,
    subject: Id,
    reason: WORDS,
    document: OPTIONAL_DOCUMENT,
    evidence: OptionalHash,
});

wire!(FindingClosed { entry: Id, kind: NUMBER, subject: Id, reason: WORDS, document: OPTIONAL_DOCUMENT });

wire!(EntryWithdrawn { entry: Id, content: Plain, reason: OneOf, document: OPTIONAL_DOCUMENT });

wire!(KeyAnnounced { key: Hash, by: Hash, signature: Signature });

wire!(IdentityKeyAnnounced { fingerprint: Hash, document: OPTIONAL_DOCUMENT });
