//! What can be said of grants from the budget document to the card. What it means is in `aid`.

use super::choices::Source;
use crate::hash::Hash;
use crate::money::{Day, Fen};
use uuid::Uuid;

/// A line of a budget document 指标 was issued to its first unit (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineIssued {
    /// The document line.
    pub line: Uuid,
    /// Document number 文号.
    pub document: String,
    /// Document number of the level above, empty if there is none.
    pub parent_document: String,
    /// The unit that may now spend or pass down.
    pub unit: Uuid,
    /// Budget year in which it may be spent; an advance document names the next one.
    pub fiscal_year: u16,
    /// Programme code the money is bound to.
    pub programme: String,
    /// Whose money.
    pub source: Source,
    /// Spending item, for example 2050204.
    pub item: String,
    /// Project code.
    pub project: String,
    /// The direct-transfer mark 直达资金.
    pub direct: bool,
    /// Issued before its year began 提前下达.
    pub advance: bool,
    /// How much.
    pub fen: Fen,
}

/// One part of passing down: from a line to a new line of a unit below.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassedPart {
    /// The line that gives.
    pub from: Uuid,
    /// The new line; it has this one parent, so every fen below keeps one origin.
    pub to: Uuid,
    /// The unit that receives.
    pub unit: Uuid,
    /// How much.
    pub fen: Fen,
}

/// A document passed money down, from many lines to many units (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinePassedDown {
    /// Document number 文号 of the passing level.
    pub document: String,
    /// The parts, at most 400.
    pub parts: Vec<PassedPart>,
}

/// Unspent money of a passed-down line went back to the line it came from (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineRecalled {
    /// The line that gives back.
    pub line: Uuid,
    /// Document number 文号 of the recall.
    pub document: String,
    /// How much.
    pub fen: Fen,
}

/// More was put on a line 追加, or less 调减 (D): from the line it was passed down from or back to it, and of an issued line from
/// outside. It may not be reduced by more than is available.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineAdjusted {
    /// The line.
    pub line: Uuid,
    /// Document number 文号 of the adjustment.
    pub document: String,
    /// How much more; below zero, how much less.
    pub fen: Fen,
}

/// What an application takes from one document line it takes from another one of the same unit, year and programme 支付更正 (D). No cash
/// moves: its payments are of the other line from the first to the last, as far as the amount goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawsCorrected {
    /// The application.
    pub application: Uuid,
    /// The line it was told to draw on.
    pub from: Uuid,
    /// The line that pays instead.
    pub to: Uuid,
    /// How much.
    pub fen: Fen,
    /// Document number 文号 of the correction.
    pub document: String,
}

/// A unit paid over to finance what came back after its budget year 上缴 (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Surrendered {
    /// The unit.
    pub unit: Uuid,
    /// How much.
    pub fen: Fen,
    /// The number of the payment, empty if there is none.
    pub serial: String,
    /// Document number of the order to pay, empty if there is none.
    pub document: String,
}

/// A school began a roster 花名册 (D). The submitter is its preparer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterPrepared {
    /// The roster.
    pub roster: Uuid,
    /// The school.
    pub school: Uuid,
    /// Programme code.
    pub programme: String,
    /// First calendar year of the academic year: 2021 for 2021/22.
    pub academic_year: u16,
    /// Days on which the instalments fall due, ascending, 1 to 12.
    pub due: Vec<Day>,
    /// The cancelled roster whose place it takes, the edition before of its number; none for the first.
    pub replaces: Option<Uuid>,
}

/// A line of a roster: one person, one award (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterLineAdded {
    /// The roster.
    pub roster: Uuid,
    /// Position, from 1, without gaps.
    pub number: u32,
    /// The award this line becomes when the roster is approved.
    pub award: Uuid,
    /// Who.
    pub person: Uuid,
    /// Band number within the policy.
    pub band: u32,
    /// For the whole academic year.
    pub fen: Fen,
}

/// An award ended before its time 停发 (D): from an instalment on, what is not paid is owed no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwardCancelled {
    /// The award.
    pub award: Uuid,
    /// The first instalment that is owed no more, from 1.
    pub from_instalment: u32,
    /// Why.
    pub reason: String,
    /// Document number 文号 of the decision.
    pub document: String,
}

/// A set was closed: nothing can be added, and this is all of it (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetSealed {
    /// The set.
    pub set: Uuid,
    /// How many lines.
    pub count: u32,
    /// Their sum.
    pub fen: Fen,
    /// The chain over the lines: h(n) = SHA-256(h(n-1) || event bytes of line n), h(0) = 32 zero bytes.
    pub hash: Hash,
}

/// A sealed set was reviewed or approved, bound to its content (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetDecided {
    /// The set.
    pub set: Uuid,
    /// The sealed hash, so that nobody approves what they did not see.
    pub hash: Hash,
}

/// A set was given up before it took effect (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetCancelled {
    /// The set.
    pub set: Uuid,
}

/// A unit began a payment application (D). The submitter is its preparer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApplicationPrepared {
    /// The application.
    pub application: Uuid,
    /// The unit whose document lines pay.
    pub unit: Uuid,
    /// Budget year of those lines.
    pub fiscal_year: u16,
    /// The cancelled application whose place it takes, the edition before of its number; none for the first.
    pub replaces: Option<Uuid>,
}

/// What a payment takes from a document line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draw {
    /// The document line.
    pub line: Uuid,
    /// How much.
    pub fen: Fen,
}

/// A line of an application: one payment of one instalment to one card (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApplicationLineAdded {
    /// The application.
    pub application: Uuid,
    /// Position, from 1, without gaps.
    pub number: u32,
    /// The payment.
    pub payout: Uuid,
    /// The award that owes it.
    pub award: Uuid,
    /// Which instalment, from 1.
    pub instalment: u32,
    /// The card to credit.
    pub card: Uuid,
    /// The returned payment this one reissues.
    pub reissue_of: Option<Uuid>,
    /// One to five document lines that fund it; their sum is the instalment.
    pub draws: Vec<Draw>,
}

/// The treasury issued a payment voucher 支付凭证 (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VoucherIssued {
    /// The voucher.
    pub voucher: Uuid,
    /// The treasury's own number.
    pub number: String,
    /// The application it carries out, wholly or in part.
    pub application: Uuid,
    /// What it takes from each document line.
    pub draws: Vec<Draw>,
}

/// The treasury agent bank cleared a voucher: the money left the treasury (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VoucherCleared {
    /// The voucher.
    pub voucher: Uuid,
    /// How much left; 0 is the whole voucher.
    pub fen: Fen,
    /// The number of this clearing, where a voucher is cleared in parts; empty where it is not.
    pub serial: String,
}

/// What a voucher had taken from the treasury came back before anything of it was sent 凭证退回 (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VoucherReturned {
    /// The voucher.
    pub voucher: Uuid,
    /// How much came back.
    pub fen: Fen,
    /// The number of the return, empty if there is none.
    pub serial: String,
}

/// An approved application was sent to the paying bank as one batch (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchSent {
    /// The batch.
    pub batch: Uuid,
    /// The application it carries.
    pub application: Uuid,
    /// The paying bank 代发银行.
    pub bank: Uuid,
    /// How many payments.
    pub count: u32,
    /// Their sum.
    pub fen: Fen,
    /// The sealed hash of the application.
    pub hash: Hash,
}

/// The bank credited a payment (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayoutCredited {
    /// The payment.
    pub payout: Uuid,
    /// What was credited.
    pub fen: Fen,
    /// The bank's serial number.
    pub serial: String,
}

/// The bank could not credit a payment, or took it back (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayoutReturned {
    /// The payment.
    pub payout: Uuid,
    /// What came back.
    pub fen: Fen,
    /// Reason R01 to R99 of `return_reasons.csv`, as its number.
    pub reason: u32,
    /// The bank's serial number.
    pub serial: String,
}

/// The bank does not know yet (R). Not a failure: no reissue before it knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayoutUnknown {
    /// The payment.
    pub payout: Uuid,
    /// The bank's serial number.
    pub serial: String,
}

/// How suspense money ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clearing {
    /// Of what went out: these document lines pay for it.
    Accepted(Vec<Draw>),
    /// Of what went out: this organisation or person owes it back; without one, the payee.
    Recoverable(Option<Uuid>),
    /// Of what came in: this organisation or person gets it back; without one, the payee.
    Refundable(Option<Uuid>),
    /// Of what came in: it is due to finance.
    Surrendered,
    /// What went out and what came in, as this other item, are the same money.
    Offset(Uuid),
}

/// Money in suspense was cleared, or some of it (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SuspenseCleared {
    /// Event id of what put the money in suspense: a credit or a return, the clearing of a voucher or of a payment to a lender, what a
    /// lender gave back. Of an earlier edition of that as well: the latest one is meant.
    pub item: Uuid,
    /// Which clearing of it this is, from 1.
    pub number: u32,
    /// How much.
    pub fen: Fen,
    /// How it ends.
    pub how: Clearing,
}
