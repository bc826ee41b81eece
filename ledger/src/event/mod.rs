//! The closed list of what the ledger can be told. One past-tense kind per business fact.
//! Here is the shape only: what an event means stands in the file of its domain, how it is written in `proto`.

mod claim;
mod loan;
pub mod loan_terms;
pub mod policy;
mod risk;

pub use claim::*;
pub use loan::*;
pub use risk::*;

use crate::event::loan_terms::LoanTerms;
use crate::event::policy::Policy;
use crate::money::{Day, Fen};
use uuid::Uuid;

/// SHA-256 over something.
pub type Hash = [u8; 32];

/// One statement, as a caller made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Made by the caller; the same id is the same statement for ever.
    pub id: Uuid,
    /// The day on which it counts.
    pub effective: Day,
    /// What is said.
    pub kind: Kind,
}

macro_rules! kinds {
    ($($variant:ident($content:ty) $name:literal $said:ident;)*) => {
        /// Everything that can be said. Decisions may be refused; reports are booked.
        #[derive(Clone, PartialEq, Eq, Debug)]
        #[allow(missing_docs)] // Each variant is documented at its struct.
        pub enum Kind { $($variant($content),)* }

        impl Kind {
            /// The kind's name as scenarios, tables and the wire know it.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// Whether this states what happened (R) rather than asking for something (D).
            #[must_use]
            pub fn is_report(&self) -> bool {
                match self { $(Self::$variant(_) => kinds!(@ $said),)* }
            }
        }
    };
    (@ report) => { true };
    (@ decision) => { false };
}

kinds! {
    PolicyAdopted(Box<Policy>) "policy_adopted" decision;
    RulesAdopted(RulesAdopted) "rules_adopted" decision;
    OrgRegistered(OrgRegistered) "org_registered" report;
    OrgRenamed(OrgRenamed) "org_renamed" report;
    LineIssued(LineIssued) "line_issued" decision;
    LinePassedDown(LinePassedDown) "line_passed_down" decision;
    LineRecalled(LineRecalled) "line_recalled" decision;
    PersonRegistered(PersonRegistered) "person_registered" report;
    StatusChanged(StatusChanged) "status_changed" report;
    CardBound(CardBound) "card_bound" report;
    CardReplaced(CardReplaced) "card_replaced" report;
    RosterPrepared(RosterPrepared) "roster_prepared" decision;
    RosterLineAdded(RosterLineAdded) "roster_line_added" decision;
    RosterSealed(SetSealed) "roster_sealed" decision;
    RosterReviewed(SetDecided) "roster_reviewed" decision;
    RosterApproved(SetDecided) "roster_approved" decision;
    RosterCancelled(SetCancelled) "roster_cancelled" decision;
    ApplicationPrepared(ApplicationPrepared) "application_prepared" decision;
    ApplicationLineAdded(ApplicationLineAdded) "application_line_added" decision;
    ApplicationSealed(SetSealed) "application_sealed" decision;
    ApplicationApproved(SetDecided) "application_approved" decision;
    ApplicationCancelled(SetCancelled) "application_cancelled" decision;
    VoucherIssued(VoucherIssued) "voucher_issued" report;
    VoucherCleared(VoucherCleared) "voucher_cleared" report;
    BatchSent(BatchSent) "batch_sent" decision;
    PayoutCredited(PayoutCredited) "payout_credited" report;
    PayoutReturned(PayoutReturned) "payout_returned" report;
    PayoutUnknown(PayoutUnknown) "payout_unknown" report;
    SuspenseCleared(SuspenseCleared) "suspense_cleared" decision;
    LoanTermsAdopted(Box<LoanTerms>) "loan_terms_adopted" decision;
    RatePublished(RatePublished) "rate_published" report;
    WaiverAdopted(WaiverAdopted) "waiver_adopted" decision;
    LoanSigned(LoanSigned) "loan_signed" report;
    LoanDrawn(LoanDrawn) "loan_drawn" report;
    LoanDrawReturned(LoanDrawReturned) "loan_draw_returned" report;
    LoanRateAgreed(LoanRateAgreed) "loan_rate_agreed" report;
    LoanRepaid(LoanRepaid) "loan_repaid" report;
    LoanRefunded(LoanRefunded) "loan_refunded" report;
    LoanOverdue(LoanOverdue) "loan_overdue" report;
    LoanDeferred(LoanDeferred) "loan_deferred" report;
    LoanWrittenOff(LoanWrittenOff) "loan_written_off" report;
    LossRecovered(LossRecovered) "loss_recovered" report;
    LoanStateRepaid(LoanStateRepaid) "loan_state_repaid" report;
    LoanRelieved(LoanRelieved) "loan_relieved" decision;
    InterestAccrued(InterestAccrued) "interest_accrued" decision;
    InterestAdjusted(InterestAdjusted) "interest_adjusted" decision;
    ClaimSubmitted(ClaimSubmitted) "claim_submitted" report;
    ClaimLineAdded(ClaimLineAdded) "claim_line_added" report;
    ClaimSealed(SetSealed) "claim_sealed" decision;
    ClaimApproved(SetDecided) "claim_approved" decision;
    OverclaimReturned(OverclaimReturned) "overclaim_returned" report;
    RemittanceOrdered(RemittanceOrdered) "remittance_ordered" decision;
    RemittanceApproved(RemittanceApproved) "remittance_approved" decision;
    RemittanceCleared(RemittanceCleared) "remittance_cleared" report;
    RemittanceReturned(RemittanceReturned) "remittance_returned" report;
    CompensationAccrued(CompensationAccrued) "compensation_accrued" decision;
    CompensationReceived(CompensationReceived) "compensation_received" report;
    FundStated(FundStated) "fund_stated" report;
    SurplusRewarded(SurplusRewarded) "surplus_rewarded" decision;
    RewardSpent(RewardSpent) "reward_spent" decision;
    PeriodClosed(PeriodClosed) "period_closed" decision;
    EntryReversed(EntryReversed) "entry_reversed" decision;
    KeyAnnounced(KeyAnnounced) "key_announced" decision;
}

/// From the next entry on the fold decides by this version of its rules (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RulesAdopted {
    /// The version; must be known to this program and above the one in force.
    pub version: u32,
}

/// The level an organisation stands on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Level {
    Centre,
    Province,
    City,
    County,
    School,
}

/// What an organisation does in the chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum OrgRole {
    Finance,
    Education,
    AidCentre,
    School,
    Bank,
}

/// Who bears the national share of a university's aid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Subordination {
    Central,
    Local,
}

/// An organisation of the budget-unit tree became known (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrgRegistered {
    /// The organisation.
    pub org: Uuid,
    /// The source's own number, for example a school code.
    pub number: String,
    /// Its name on the effective day.
    pub name: String,
    /// Where it stands.
    pub level: Level,
    /// What it does.
    pub role: OrgRole,
    /// The budget unit above it; none for the centre.
    pub parent: Option<Uuid>,
    /// Division code (GB/T 2260) of its place, which is another tree.
    pub division: u32,
    /// Central or local.
    pub subordination: Subordination,
}

/// An organisation changed its name or division code; it stays the same organisation (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrgRenamed {
    /// The organisation.
    pub org: Uuid,
    /// The new name.
    pub name: String,
    /// The division code from now on.
    pub division: u32,
}

/// Whose money a document line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Source {
    Central,
    Province,
    City,
    County,
}

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

/// A person became known, under an opaque id (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRegistered {
    /// The person: a keyed hash, made where the identity is kept.
    pub person: Uuid,
    /// Division code of the home.
    pub origin: u32,
}

/// A student's standing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Status {
    Enrolled,
    Leave,
    FurtherStudy,
    Graduated,
    Withdrawn,
    Deceased,
    /// Leave for illness; the subsidy goes on.
    IllnessLeave,
}

/// A student's standing changed on the effective day (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusChanged {
    /// The person.
    pub person: Uuid,
    /// From this day on.
    pub status: Status,
    /// The school it concerns.
    pub school: Uuid,
}

/// A card was bound to a person (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardBound {
    /// The person.
    pub person: Uuid,
    /// The card: a keyed hash of its number.
    pub card: Uuid,
}

/// A person's card was replaced by another (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardReplaced {
    /// The person.
    pub person: Uuid,
    /// The card no longer to be paid to.
    pub old: Uuid,
    /// The card from now on.
    pub new: Uuid,
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
    /// The sealed hash, so that nobody approves what he did not see.
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
    /// Accepted: this document line pays for it.
    Accepted(Uuid),
    /// The payee owes it back.
    Recoverable,
}

/// A credit booked to suspense was cleared (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SuspenseCleared {
    /// Event id of the credit.
    pub credit: Uuid,
    /// Accepted or to be recovered.
    pub how: Clearing,
}
