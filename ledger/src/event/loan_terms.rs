//! The terms of state student loans as data, by kind and version. No rate, ratio, ceiling or date rule is code.
//!
//! Which version counts: for rate, study end and penalty the one in force when the contract was signed; for ceilings on
//! the day of the draw; for shares of a subsidy on 1 September of the academic year; for risk compensation on the first
//! day of the risk year; for losses on their own day; for claims on their last day.

use super::choices::{Level, LoanKind, Payer, RateIndex, StudyLevel, Subordination};
use super::conventions::{Conventions, DoubtfulPart, MovesOlder};
use crate::money::{Day, Fen};
use serde::{Deserialize, Serialize};

/// A day of every year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: u8,
    /// 1 to 28, so that every year has it; 29 to 31 where the month always has them.
    pub day: u8,
}

/// From when the borrower pays after graduating.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum StudyEnd {
    /// From 1 September of the graduation year; for who graduates later in the year, from the next month.
    AugustEnd,
    /// From the 1st of the month after the degree certificate (财政贴息管理办法 art. 2).
    MonthEnd,
}

/// How often a lender claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Cycle {
    Quarterly,
    Yearly,
}

/// Which figures of a claim line must be ours for it to be confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClaimChecks {
    /// Principal, rate, days and amount.
    EachField,
    /// The amount alone; where another differs, the line is confirmed with a remark.
    Amount,
}

/// How interest claimed for a period is rounded to the fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClaimRounding {
    /// The rounded sum to its end less the rounded sum before it: nothing is lost over the life of a loan.
    Cumulative,
    /// Each period by itself; what is left over goes to an account of the lender's loans.
    Period,
}

/// What may be drawn for an academic year.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Ceiling {
    pub level: StudyLevel,
    pub min_fen: Fen,
    pub max_fen: Fen,
}

/// A payer's part in millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Part {
    pub payer: Payer,
    pub ppm: u32,
}

/// Who pays for the students of which universities. The first that fits counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shares {
    /// Subordination of the university.
    pub subordination: Subordination,
    /// First two digits of the division code of its province; 0 for any.
    pub province: u32,
    /// Parts that add up to a million; the last takes what rounding leaves.
    pub parts: Vec<Part>,
}

/// The university's part of risk compensation by its default rate. Ascending; the last is for all above.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DefaultBand {
    /// Default rates up to this, in millionths.
    pub up_to_ppm: u32,
    /// Then the university pays this part of the compensation, in millionths.
    pub part_ppm: u32,
}

/// A use of reward money that is allowed on a level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RewardUse {
    /// Level of the aid centre.
    pub level: Level,
    /// Code, such as `publicity`; `relief` allows repaying loans of borrowers in distress.
    pub purpose: String,
}

/// One version of the terms of a kind of loan; in force from the effective day of its event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LoanTerms {
    /// Origin or campus.
    pub kind: LoanKind,
    /// Version within the kind.
    pub version: u32,
    /// Document number 文号.
    pub document: String,
    /// The published rate contracts follow.
    pub index: RateIndex,
    /// Over the index, in hundredths of a per cent.
    pub spread_bp: i32,
    /// Whether contracts signed before on the same index move to this spread from the effective day on.
    pub moves_older: MovesOlder,
    /// The day on which contracts take over the published rate.
    pub reset: MonthDay,
    /// Days after the reset day on which a fixing still counts for it.
    pub fixing_days: u32,
    /// The day to which interest is settled every year.
    pub settlement: MonthDay,
    /// From when graduates pay.
    pub study_end: StudyEnd,
    /// Penalty rate on overdue principal, in millionths of the contract rate: 1,300,000 is 130 %.
    pub penalty_ppm: u32,
    /// By level of study.
    pub ceilings: Vec<Ceiling>,
    /// The term is at most the schooling left and this many years.
    pub years_after_study: u32,
    /// The term is at most this many years.
    pub years_at_most: u32,
    /// Years after graduation in which no principal falls due.
    pub grace_years: u32,
    /// How often claims come.
    pub cycle: Cycle,
    /// A claim line may differ from our figure by this much.
    pub claim_tolerance_fen: Fen,
    /// Which figures of a claim line must be ours.
    pub claim_checks: ClaimChecks,
    /// How a claimed period is rounded.
    pub claim_rounding: ClaimRounding,
    /// Who pays the in-school subsidy.
    pub subsidy: Vec<Shares>,
    /// Who pays waived interest beyond the compensation stock.
    pub waiver: Vec<Shares>,
    /// Whether waived interest is paid first from the compensation stock.
    pub waiver_from_stock: bool,
    /// First day of the risk year.
    pub risk_year: MonthDay,
    /// Compensation in millionths of the net drawings of the risk year.
    pub risk_ratio_ppm: u32,
    /// Who pays the compensation, after the university's part.
    pub risk: Vec<Shares>,
    /// The university's part by its default rate; empty if it pays none.
    pub default_bands: Vec<DefaultBand>,
    /// Who bears a loss beyond the stock; parts add up to a million.
    pub shortfall: Vec<Part>,
    /// Whether what is recovered of losses goes back to the stock.
    pub recovery_to_stock: bool,
    /// The part of the stock of settled loans that is surplus in a year, in millionths.
    pub surplus_settled_ppm: u32,
    /// The part of the stock of open loans that is surplus in a year, in millionths.
    pub surplus_open_ppm: u32,
    /// The closed list of uses of rewards.
    pub reward_uses: Vec<RewardUse>,
    /// Grounds on which a centre may repay a loan.
    pub relief_reasons: Vec<String>,
    /// Programme code of the document lines that pay subsidy.
    pub subsidy_programme: String,
    /// Programme code of the document lines that pay waived interest.
    pub waiver_programme: String,
    /// Programme code of the document lines that pay compensation.
    pub risk_programme: String,
    /// What its documents leave open.
    pub conventions: Conventions,
    /// What of it is less sure than its document.
    pub doubtful: Vec<DoubtfulPart>,
}

impl LoanTerms {
    /// How sure a part of it is, where that is less than its document.
    #[must_use]
    pub fn mark(&self, part: &str) -> Option<&str> {
        self.doubtful.iter().find(|doubtful| doubtful.part == part).map(|doubtful| doubtful.mark.as_str())
    }

    /// Who pays, among `shares`, for the students of a university.
    #[must_use]
    pub fn parts(shares: &[Shares], subordination: Subordination, division: u32) -> Option<&[Part]> {
        let province = division / 10_000;
        let fits =
            |row: &&Shares| row.subordination == subordination && (row.province == 0 || row.province == province);
        shares.iter().find(fits).map(|row| row.parts.as_slice())
    }

    /// The ceiling of a level.
    #[must_use]
    pub fn ceiling(&self, level: StudyLevel) -> Option<&Ceiling> {
        self.ceilings.iter().find(|row| row.level == level)
    }
}

impl MonthDay {
    /// This day of a year.
    #[must_use]
    pub(crate) fn of(self, year: u16) -> Day {
        Day::of(year, self.month, self.day)
    }

    /// The first such day on or after `day`.
    #[must_use]
    pub fn on_or_after(self, day: Day) -> Day {
        let this = self.of(day.year());
        if this >= day { this } else { self.of(day.year() + 1) }
    }

    /// The year that began on the last such day on or before `day`.
    #[must_use]
    pub(crate) fn year_of(self, day: Day) -> u16 {
        if self.of(day.year()) <= day { day.year() } else { day.year() - 1 }
    }
}

/// `fen` split by parts in their order: each rounded half up, held to what is left; the last takes what rounding leaves.
#[must_use]
pub fn split(fen: Fen, parts: &[Part]) -> Vec<(Payer, Fen)> {
    let mut left = fen;
    let mut split = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let exact = (i128::from(fen) * i128::from(part.ppm) + 500_000) / 1_000_000;
        let fen = if last { left } else { Fen::try_from(exact).unwrap_or(left).min(left) };
        left -= fen;
        split.push((part.payer, fen));
    }
    split
}
