//! The closed choices that events are made of: levels, roles, kinds of loan, payers. Words only, no rules.

use serde::{Deserialize, Serialize};

/// The level of an organisation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Level {
    Centre,
    Province,
    City,
    County,
    School,
}

/// What an organisation does in the chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum OrgRole {
    Finance,
    Education,
    AidCentre,
    School,
    Bank,
}

/// Who bears the national share of a university's aid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Subordination {
    Central,
    Local,
}

/// Whose money a document line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Source {
    Central,
    Province,
    City,
    County,
}

/// A student's standing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// Whose a card is, seen from the person it is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum CardRelation {
    /// His own.
    #[default]
    Own,
    /// A parent's or another guardian's 监护人.
    Guardian,
    /// A brother's or a sister's 兄弟姐妹.
    Sibling,
}

/// The two kinds of state student loan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum LoanKind {
    /// Student-origin credit loan 生源地信用助学贷款.
    Origin,
    /// Campus loan 校园地国家助学贷款.
    Campus,
}

impl LoanKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Origin, Self::Campus];

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Campus => "campus",
        }
    }
}

/// Level of study, on which the ceiling depends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum StudyLevel {
    Undergraduate,
    Postgraduate,
}

/// Days of a year by the contract. Sources disagree, so every contract says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum DayBasis {
    D360,
    D365,
}

impl DayBasis {
    /// The divisor.
    #[must_use]
    pub fn days(self) -> u32 {
        match self {
            Self::D360 => 360,
            Self::D365 => 365,
        }
    }
}

/// A published rate that contracts follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RateIndex {
    /// Loan prime rate over five years.
    Lpr5y,
    /// Benchmark lending rate over five years, for contracts before 2020.
    Benchmark5y,
}

/// Who bears a part of subsidy, compensation or loss.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Payer {
    Central,
    Province,
    City,
    County,
    University,
    Lender,
}

impl Payer {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Central => "central",
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::University => "university",
            Self::Lender => "lender",
        }
    }
}

/// What a lender claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClaimFor {
    /// In-school interest 贴息.
    Subsidy,
    /// Waived interest 免息.
    Waiver,
}

/// Why an entry was taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Reason {
    /// A slip of the pen: amount, day, number.
    Mistyped,
    /// Told of another than the one it happened to.
    WrongSubject,
    /// It did not happen.
    NeverHappened,
    /// It was on record under another number already.
    CountedTwice,
    /// Its source corrected itself.
    SourceCorrected,
    /// Somebody entitled to it ordered so.
    Ordered,
}
