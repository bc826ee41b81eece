//! Conventions that documents on loans leave open, as data of the terms and of the notices of waivers. Each value is what an
//! office chooses; `docs/conventions.md` says what each does, with an example.

use super::choices::Status;
use serde::{Deserialize, Serialize};

/// A closed list of one convention's values: each with the name it goes by in files, and in Chinese.
macro_rules! values {
    ($($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $value:ident $word:literal $zh:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$what])* $value,)* }

        impl $name {
            /// All values, the first of which is the one that holds where nothing else is said.
            pub const ALL: &[Self] = &[$(Self::$value,)*];

            /// The name it goes by, and its Chinese name.
            #[must_use]
            pub fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$value => ($word, $zh),)* }
            }
        }
    )*};
}

values! {
    /// From when somebody else pays after a leave, a withdrawal or a death.
    AwayFrom {
        /// From the 1st of the next month (财政贴息管理办法 art. 2).
        Month "month" "次月起";
        /// From that very day.
        Day "day" "当日起";
    }
    /// Who pays the interest of the days after the borrower's death.
    AfterDeath {
        /// The borrower's estate, until the loan is written off.
        Borrower "borrower" "借款人";
        /// Finance, as while he studied.
        Finance "finance" "财政";
    }
    /// Of what principal an early repayment settles the interest on its day.
    EarlySettles {
        /// Of what it repays.
        Part "part" "所还部分";
        /// Of all of the loan.
        Whole "whole" "整笔贷款";
    }
    /// By which academic year those are chosen who share what a lender claims.
    PayersBy {
        /// By that of the days claimed.
        Days "days" "计息日所属学年";
        /// By that of the contract.
        Contract "contract" "合同所属学年";
    }
    /// Whether later terms move contracts signed before, on the same index, to their spread.
    MovesOlder {
        /// They do not.
        No "no" "否";
        /// They do, whatever was agreed since.
        Yes "yes" "是";
        /// They do where their spread is the lower one.
        IfLower "if_lower" "就低";
    }
    /// Whose interest a notice waives.
    WaiverFor {
        /// Who graduated: all days he pays that fall due in the year, those of a leave before among them.
        Graduates "graduates" "毕业生";
        /// Who graduated: only the days after.
        AfterGraduation "after_graduation" "毕业生毕业之后";
        /// Who graduated or withdrew: all days he pays that fall due in the year.
        Leavers "leavers" "毕业及退学学生";
    }
}

/// Standings of which each may bring the subsidy back after a graduation or a withdrawal.
pub(crate) const MAY_RESUME: [Status; 3] = [Status::Enrolled, Status::FurtherStudy, Status::IllnessLeave];

/// What one version of the terms chooses where its documents leave it open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Conventions {
    /// From when somebody else pays after a leave, a withdrawal or a death.
    pub away_from: AwayFrom,
    /// Who pays after the borrower's death.
    pub after_death: AfterDeath,
    /// What brings finance back after a graduation or a withdrawal.
    pub resumes: Vec<Status>,
    /// Of what an early repayment settles the interest.
    pub early_settles: EarlySettles,
    /// Interest is collected so many days after its settlement, and overdue from the day after.
    pub collected_days: u32,
    /// By which academic year payers are chosen.
    pub payers_by: PayersBy,
}

impl Default for Conventions {
    /// What holds where nothing else is said.
    fn default() -> Self {
        Self {
            away_from: AwayFrom::Month,
            after_death: AfterDeath::Borrower,
            resumes: vec![Status::FurtherStudy],
            early_settles: EarlySettles::Part,
            collected_days: 1,
            payers_by: PayersBy::Days,
        }
    }
}

/// A part of the terms that is less sure than their document, by its name in the file of terms, and how sure: S2 seen in a
/// secondary copy, K from knowledge, KU doubtful.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DoubtfulPart {
    /// Name in the file of terms, such as `away_from`.
    pub part: String,
    /// The mark.
    pub mark: String,
}
