//! The shape of a file of loan terms. A later version says only what changed; no checks that look beyond one field.

use crate::policies::shape::{Decimal, Mark, Region, SubordinationName};
use ledger::event::conventions::{AfterDeath, AwayFrom, EarlySettles, MovesOlder, PayersBy};
use ledger::event::loan_terms::{ClaimChecks, ClaimRounding, Cycle, StudyEnd};
use ledger::event::{Level, LoanKind, Payer, RateIndex, Status, StudyLevel};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsFile {
    pub(super) kind: KindName,
    pub(super) subsidy_programme: String,
    pub(super) waiver_programme: String,
    pub(super) risk_programme: String,
    pub(super) version: Vec<TermsVersion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsVersion {
    pub(super) version: Spanned<u32>,
    // How often it was taken back and is said anew: read where events are made.
    #[serde(rename = "edition", default)]
    _edition: u8,
    // Region and note are for the reader of the file, as in other policies.
    #[serde(rename = "region")]
    _region: Region,
    pub(super) from: Spanned<String>,
    pub(super) document: Spanned<String>,
    pub(super) status: Spanned<Mark>,
    #[serde(default)]
    pub(super) doubtful: BTreeMap<DoubtfulTerm, Mark>,
    #[serde(rename = "note")]
    _note: String,
    pub(super) rate: Option<Rate>,
    pub(super) settlement: Option<Spanned<String>>,
    pub(super) study_end: Option<StudyEndName>,
    pub(super) penalty_percent: Option<Spanned<Decimal<4>>>,
    pub(super) ceilings: Option<Spanned<Vec<CeilingRow>>>,
    pub(super) term: Option<Term>,
    pub(super) claims: Option<Claims>,
    pub(super) subsidy: Option<Spanned<Vec<SharesRow>>>,
    pub(super) waiver: Option<Spanned<Vec<SharesRow>>>,
    pub(super) waiver_from_stock: Option<bool>,
    pub(super) risk_year: Option<Spanned<String>>,
    pub(super) risk_ratio_percent: Option<Spanned<Decimal<4>>>,
    pub(super) risk: Option<Spanned<Vec<SharesRow>>>,
    pub(super) default_bands: Option<Spanned<Vec<DefaultBandRow>>>,
    pub(super) loss: Option<Spanned<Loss>>,
    pub(super) reward: Option<Spanned<Reward>>,
    pub(super) relief_reasons: Option<Vec<String>>,
    #[serde(default)]
    pub(super) conventions: ConventionsTable,
}

impl TermsVersion {
    /// The first part of the terms that this version does not say.
    pub(super) fn lacks(&self) -> Option<&'static str> {
        self.parts().into_iter().find(|(_, said)| !said).map(|(name, _)| name)
    }

    /// Whether it says a part of the terms anew. What holds for one version alone it always does.
    pub(super) fn says(&self, part: &str) -> bool {
        let conventions = &self.conventions;
        let of_conventions = [
            ("away_from", conventions.away_from.is_some()),
            ("after_death", conventions.after_death.is_some()),
            ("resumes", conventions.resumes.is_some()),
            ("early_settles", conventions.early_settles.is_some()),
            ("collected_days", conventions.collected_days.is_some()),
            ("payers_by", conventions.payers_by.is_some()),
        ];
        let own = ["from", "document", "moves_older"].map(|name| (name, true));
        let parts = self.parts().into_iter().chain(of_conventions).chain(own);
        parts.into_iter().any(|(name, said)| said && name == part)
    }

    /// The parts of the terms that the first version must say, and whether this one does.
    fn parts(&self) -> [(&'static str, bool); 17] {
        [
            ("rate", self.rate.is_some()),
            ("settlement", self.settlement.is_some()),
            ("study_end", self.study_end.is_some()),
            ("penalty_percent", self.penalty_percent.is_some()),
            ("ceilings", self.ceilings.is_some()),
            ("term", self.term.is_some()),
            ("claims", self.claims.is_some()),
            ("subsidy", self.subsidy.is_some()),
            ("waiver", self.waiver.is_some()),
            ("waiver_from_stock", self.waiver_from_stock.is_some()),
            ("risk_year", self.risk_year.is_some()),
            ("risk_ratio_percent", self.risk_ratio_percent.is_some()),
            ("risk", self.risk.is_some()),
            ("default_bands", self.default_bands.is_some()),
            ("loss", self.loss.is_some()),
            ("reward", self.reward.is_some()),
            ("relief_reasons", self.relief_reasons.is_some()),
        ]
    }
}

macro_rules! doubtful_terms {
    ($($term:ident $name:literal)*) => {
        /// Fields that may be less sure than their version.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        pub(super) enum DoubtfulTerm { $(#[serde(rename = $name)] $term,)* }

        impl DoubtfulTerm {
            /// As it is called in the file.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$term => $name,)* }
            }
        }
    };
}

doubtful_terms! {
    From "from"
    Document "document"
    Rate "rate"
    MovesOlder "moves_older"
    Settlement "settlement"
    StudyEnd "study_end"
    PenaltyPercent "penalty_percent"
    Ceilings "ceilings"
    Term "term"
    Claims "claims"
    Subsidy "subsidy"
    Waiver "waiver"
    WaiverFromStock "waiver_from_stock"
    RiskYear "risk_year"
    RiskRatioPercent "risk_ratio_percent"
    Risk "risk"
    DefaultBands "default_bands"
    Loss "loss"
    Reward "reward"
    ReliefReasons "relief_reasons"
    AwayFrom "away_from"
    AfterDeath "after_death"
    Resumes "resumes"
    EarlySettles "early_settles"
    CollectedDays "collected_days"
    PayersBy "payers_by"
}

/// What documents leave open. What is left out holds as before, and in the first version as it does where nothing is said.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConventionsTable {
    pub(super) away_from: Option<AwayFromName>,
    pub(super) after_death: Option<AfterDeathName>,
    pub(super) resumes: Option<Spanned<Vec<StandingName>>>,
    pub(super) early_settles: Option<EarlySettlesName>,
    pub(super) collected_days: Option<Spanned<u32>>,
    pub(super) payers_by: Option<PayersByName>,
}

/// Yes, no, or the one way in between.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "true, false or \"if_lower\"")]
pub(super) enum MovesOlderSaid {
    Flag(bool),
    IfLower(IfLowerName),
}

impl From<MovesOlderSaid> for MovesOlder {
    fn from(said: MovesOlderSaid) -> Self {
        match said {
            MovesOlderSaid::Flag(false) => Self::No,
            MovesOlderSaid::Flag(true) => Self::Yes,
            MovesOlderSaid::IfLower(name) => name.into(),
        }
    }
}

/// The published rate, what is added to it, and when a contract takes it over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rate {
    pub(super) index: IndexName,
    pub(super) spread_bp: i32,
    pub(super) moves_older: MovesOlderSaid,
    pub(super) reset: Spanned<String>,
    pub(super) fixing_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CeilingRow {
    pub(super) level: StudyLevelName,
    pub(super) min_yuan: Decimal<2>,
    pub(super) max_yuan: Decimal<2>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Term {
    pub(super) years_after_study: u32,
    pub(super) years_at_most: u32,
    pub(super) grace_years: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub(super) cycle: CycleName,
    pub(super) tolerance_yuan: Decimal<2>,
    pub(super) checks: Option<ClaimChecksName>,
    pub(super) rounding: Option<ClaimRoundingName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SharesRow {
    pub(super) universities: SubordinationName,
    #[serde(default)]
    pub(super) provinces: Vec<u32>,
    pub(super) parts: Vec<PartRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartRow {
    pub(super) payer: PayerName,
    pub(super) percent: Decimal<4>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefaultBandRow {
    pub(super) up_to_percent: Decimal<4>,
    pub(super) part_percent: Decimal<4>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Loss {
    pub(super) shortfall: Vec<PartRow>,
    pub(super) recovery_to_stock: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reward {
    pub(super) settled_percent: Decimal<4>,
    pub(super) open_percent: Decimal<4>,
    pub(super) uses: Vec<UsesRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsesRow {
    pub(super) level: LevelName,
    pub(super) purposes: Vec<String>,
}

/// A name in a file for each value of a closed list of the ledger.
macro_rules! names {
    ($($name:ident for $domain:ident { $($written:literal $variant:ident)* })*) => {$(
        #[derive(Clone, Copy, Deserialize)]
        pub(super) enum $name { $(#[serde(rename = $written)] $variant,)* }

        impl From<$name> for $domain {
            fn from(name: $name) -> Self {
                match name { $($name::$variant => Self::$variant,)* }
            }
        }
    )*};
}

names! {
    KindName for LoanKind { "origin" Origin "campus" Campus }
    StudyLevelName for StudyLevel { "undergraduate" Undergraduate "postgraduate" Postgraduate }
    IndexName for RateIndex { "lpr5y" Lpr5y "benchmark5y" Benchmark5y }
    StudyEndName for StudyEnd { "august_end" AugustEnd "month_end" MonthEnd }
    ClaimChecksName for ClaimChecks { "each_field" EachField "amount" Amount }
    ClaimRoundingName for ClaimRounding { "cumulative" Cumulative "period" Period }
    IfLowerName for MovesOlder { "if_lower" IfLower }
    AwayFromName for AwayFrom { "month" Month "day" Day }
    AfterDeathName for AfterDeath { "borrower" Borrower "finance" Finance }
    EarlySettlesName for EarlySettles { "part" Part "whole" Whole }
    PayersByName for PayersBy { "days" Days "contract" Contract }
    StandingName for Status { "enrolled" Enrolled "further_study" FurtherStudy "illness_leave" IllnessLeave }
    CycleName for Cycle { "quarterly" Quarterly "yearly" Yearly }
    PayerName for Payer {
        "central" Central "province" Province "city" City "county" County "university" University "lender" Lender
    }
    LevelName for Level { "centre" Centre "province" Province "city" City "county" County "school" School }
}
