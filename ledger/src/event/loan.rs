//! What can be said of loans and their interest. What it means is in `loan`.

use super::choices::{DayBasis, LoanKind, RateIndex, StudyLevel};
use super::conventions::WaiverFor;
use crate::hash::Hash;
use crate::money::{Day, Fen};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A published rate became known (R). The effective day is the day of its fixing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RatePublished {
    /// Which one.
    pub index: RateIndex,
    /// A year, in millionths: 36,000 is 3.6 %.
    pub rate_ppm: u32,
}

/// Interest falling due in a year is waived 免息 (D). The effective day is that of the notice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaiverAdopted {
    /// The year in which the interest falls due.
    pub year: u16,
    /// Who graduated in this year or before; where it holds for those who withdrew, who left.
    pub graduated_through: u16,
    /// Document number 文号.
    pub document: String,
    /// Whose.
    pub who: WaiverFor,
    /// Whether it waives the interest on overdue principal too; if not, the borrower pays the penalty rate on that.
    pub covers_arrears: bool,
}

/// A loan contract was signed on the effective day (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanSigned {
    /// The loan.
    pub loan: Uuid,
    /// The lender's contract number.
    pub number: String,
    /// SHA-256 of the e-contract.
    pub contract: Hash,
    /// The lender, an organisation.
    pub lender: Uuid,
    /// The borrower.
    pub person: Uuid,
    /// The university; its subordination and province say who subsidises.
    pub school: Uuid,
    /// Origin or campus.
    pub kind: LoanKind,
    /// Undergraduate or postgraduate.
    pub level: StudyLevel,
    /// First calendar year of the academic year it pays for.
    pub academic_year: u16,
    /// Days of a year.
    pub basis: DayBasis,
    /// Day on which the study is expected to end.
    pub graduates: Day,
    /// Day on which the first principal falls due: the end of the grace period.
    pub repay_from: Day,
    /// Day on which the last falls due.
    pub matures: Day,
}

/// Money of a loan was paid out (R). Interest runs from the effective day, that day included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanDrawn {
    /// The loan.
    pub loan: Uuid,
    /// How much.
    pub fen: Fen,
    /// The lender's serial number.
    pub serial: String,
}

/// A draw came back, as the student was not enrolled or the fee was less (R). The principal is restored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanDrawReturned {
    /// The loan.
    pub loan: Uuid,
    /// How much.
    pub fen: Fen,
    /// The lender's serial number.
    pub serial: String,
}

/// Lender and borrower agreed on another spread from the effective day on (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanRateAgreed {
    /// The loan.
    pub loan: Uuid,
    /// Over the index, in hundredths of a per cent: -70 is 70 bp below.
    pub spread_bp: i32,
    /// The source's number; without one it is known by its day.
    pub serial: String,
}

/// What a payment paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Allocation {
    /// Penalty interest 罚息.
    pub penalty: Fen,
    /// Interest.
    pub interest: Fen,
    /// Principal.
    pub principal: Fen,
}

impl Allocation {
    /// The sum, held to what an amount can say.
    #[must_use]
    pub fn total(&self) -> Fen {
        self.penalty.saturating_add(self.interest).saturating_add(self.principal)
    }
}

/// The borrower paid (R). The effective day itself bears no more interest on what was repaid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanRepaid {
    /// The loan.
    pub loan: Uuid,
    /// How much in all.
    pub fen: Fen,
    /// What the lender says it paid; none leaves it to the order of allocation.
    pub allocation: Option<Allocation>,
    /// An early settlement: interest up to the day before falls due on this day.
    pub early: bool,
    /// The lender's serial number.
    pub serial: String,
}

/// The lender gave back what a borrower had paid without owing it (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanRefunded {
    /// The loan.
    pub loan: Uuid,
    /// Of what.
    pub allocation: Allocation,
    /// The lender's serial number.
    pub serial: String,
}

/// Principal that was due and not paid became overdue on the effective day (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanOverdue {
    /// The loan.
    pub loan: Uuid,
    /// How much principal, besides what was overdue already.
    pub fen: Fen,
    /// The source's number; without one it is known by its day.
    pub serial: String,
}

/// Principal was deferred (R): nothing is overdue from the effective day until the new one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanDeferred {
    /// The loan.
    pub loan: Uuid,
    /// The new first day on which principal falls due.
    pub until: Day,
    /// The source's number; without one it is known by its day.
    pub serial: String,
}

/// The contract was amended (R): what it says holds from the effective day on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanAmended {
    /// The loan.
    pub loan: Uuid,
    /// Day on which the first principal falls due.
    pub repay_from: Day,
    /// Day on which the last falls due.
    pub matures: Day,
    /// The university from then on, if it is another.
    pub school: Option<Uuid>,
    /// Number of the agreement.
    pub document: String,
}

/// The lender wrote principal off (R). The compensation fund covers it as far as it reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanWrittenOff {
    /// The loan.
    pub loan: Uuid,
    /// How much principal.
    pub fen: Fen,
    /// The source's number; without one it is known by its day.
    pub serial: String,
}

/// Money came in on a loan written off before (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LossRecovered {
    /// The loan.
    pub loan: Uuid,
    /// How much.
    pub fen: Fen,
    /// The lender's serial number.
    pub serial: String,
}

/// The state repaid a loan for its borrower 代偿 (R): military service, work at the grassroots.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanStateRepaid {
    /// The loan.
    pub loan: Uuid,
    /// Programme under which it was repaid.
    pub programme: String,
    /// How much principal.
    pub fen: Fen,
    /// The lender's serial number.
    pub serial: String,
}

/// An aid centre repaid a loan out of reward money for a borrower in distress 还款救助 (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoanRelieved {
    /// The loan.
    pub loan: Uuid,
    /// The reward that pays.
    pub reward: Uuid,
    /// Why: a code of the closed list of the terms in force, such as `death`.
    pub reason: String,
    /// How much principal.
    pub fen: Fen,
    /// The source's number; without one it is known by its day.
    pub serial: String,
}

/// Interest by payer, in fen. Differences may be below zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Interest {
    /// Finance pays it: in-school subsidy 贴息.
    pub subsidy: Fen,
    /// Finance pays it: waiver 免息.
    pub waiver: Fen,
    /// The borrower pays it.
    pub borrower: Fen,
    /// The borrower pays it as a penalty 罚息.
    pub penalty: Fen,
}

/// Interest of a loan was accrued through the effective day (D). The fold recomputes it and refuses another figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InterestAccrued {
    /// The loan.
    pub loan: Uuid,
    /// Index of the last entry that changed the loan, as the computer of this figure saw it.
    pub last: u64,
    /// What the period adds.
    pub figure: Interest,
}

/// Interest accrued before was corrected for a fact learnt late (D). Days already accrued, other payers or rates. Where only what
/// claims come to has changed, the figure is zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InterestAdjusted {
    /// The loan.
    pub loan: Uuid,
    /// Index of the last entry that changed the loan, as the computer of this figure saw it.
    pub last: u64,
    /// Event id of the late fact: a status, a rate, a waiver, terms.
    pub cause: Uuid,
    /// The difference.
    pub figure: Interest,
}
