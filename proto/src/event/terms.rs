//! Loan terms between wire and domain. Whether terms make sense is not asked here.

use super::check::{Check, Wire, choice};
use super::form::{
    Each, Form, LoanFen, NUMBER, OPTIONAL_NOTICE, OneOf, Parts, Plain, Ppm, Spread, Whole, Within, wire,
};
use crate::limits::{
    MAX_BANDS, MAX_CEILINGS, MAX_COLLECTED_DAYS, MAX_DOUBTFUL, MAX_FIXING_DAYS, MAX_PAYERS, MAX_PENALTY_PPM,
    MAX_PROVINCE, MAX_RESUMES, MAX_SHARES, MAX_TERM_YEARS, MAX_USES,
};
use crate::v1;
use ledger::event::conventions::{
    AfterDeath, AwayFrom, Conventions, DoubtfulPart, EarlySettles, MovesOlder, PayersBy, WaiverFor,
};
use ledger::event::loan_terms::{
    Ceiling, ClaimChecks, ClaimRounding, Cycle, DefaultBand, LoanTerms, MonthDay, Part, RewardUse, Shares, StudyEnd,
};
use ledger::event::{LoanKind, Payer, RateIndex, StudyLevel};

choice!(LoanKind = LoanKind { Origin Campus });
choice!(StudyLevel = StudyLevel { Undergraduate Postgraduate });
choice!(RateIndex = RateIndex { Lpr5y Benchmark5y });
choice!(StudyEnd = StudyEnd { AugustEnd MonthEnd });
choice!(Cycle = Cycle { Quarterly Yearly });
choice!(ClaimChecks = ClaimChecks { EachField Amount });
choice!(ClaimRounding = ClaimRounding { Cumulative Period });
choice!(MovesOlder = MovesOlder { No Yes IfLower });
choice!(AwayFrom = AwayFrom { Month Day });
choice!(AfterDeath = AfterDeath { Borrower Finance });
choice!(EarlySettles = EarlySettles { Part Whole });
choice!(PayersBy = PayersBy { Days Contract });
choice!(WaiverFor = WaiverFor { Graduates AfterGraduation Leavers });
choice!(Payer = Payer { Central Province City County University Lender });

wire!(LoanTermsAdopted = Box<LoanTerms> {
    kind: OneOf,
    version: Plain,
    document: OPTIONAL_NOTICE,
    index: OneOf,
    spread_bp: Spread,
    moves_older: OneOf,
    reset: Whole,
    fixing_days: Within(0..=MAX_FIXING_DAYS),
    settlement: Whole,
    study_end: OneOf,
    penalty_ppm: Within(0..=MAX_PENALTY_PPM),
    ceilings: Parts(0..=MAX_CEILINGS),
    years_after_study: Within(0..=MAX_TERM_YEARS),
    years_at_most: Within(0..=MAX_TERM_YEARS),
    grace_years: Within(0..=MAX_TERM_YEARS),
    cycle: OneOf,
    claim_tolerance_fen: LoanFen,
    claim_checks: OneOf,
    claim_rounding: OneOf,
    subsidy: Parts(0..=MAX_SHARES),
    waiver: Parts(0..=MAX_SHARES),
    waiver_from_stock: Plain,
    risk_year: Whole,
    risk_ratio_ppm: Ppm,
    risk: Parts(0..=MAX_SHARES),
    default_bands: Parts(0..=MAX_BANDS),
    shortfall: Parts(0..=MAX_PAYERS),
    recovery_to_stock: Plain,
    surplus_settled_ppm: Ppm,
    surplus_open_ppm: Ppm,
    reward_uses: Parts(0..=MAX_USES),
    relief_reasons: Each(0..=MAX_USES, "code", NUMBER),
    subsidy_programme: NUMBER,
    waiver_programme: NUMBER,
    risk_programme: NUMBER,
    conventions: Whole,
    doubtful: Parts(0..=MAX_DOUBTFUL),
});

wire!(Conventions {
    away_from: OneOf,
    after_death: OneOf,
    resumes: Each(0..=MAX_RESUMES, "standing", OneOf),
    early_settles: OneOf,
    collected_days: Within(0..=MAX_COLLECTED_DAYS),
    payers_by: OneOf,
});

wire!(DoubtfulPart { part: NUMBER, mark: NUMBER });

impl Wire for v1::MonthDay {
    type Domain = MonthDay;

    fn write(domain: &MonthDay) -> Self {
        Self { month: domain.month.into(), day: domain.day.into() }
    }

    /// 29 February is no day of every year, so February has 28 here.
    fn read(self, check: &mut Check) -> MonthDay {
        let last = match self.month {
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let month = Within(1..=12).read(check, "month", self.month);
        let day = Within(1..=last).read(check, "day", self.day);
        MonthDay { month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }
}

wire!(Ceiling { level: OneOf, min_fen: LoanFen, max_fen: LoanFen });

wire!(Part { payer: OneOf, ppm: Ppm });

wire!(Shares { subordination: OneOf, province: Within(0..=MAX_PROVINCE), parts: Parts(1..=MAX_PAYERS) });

wire!(DefaultBand { up_to_ppm: Ppm, part_ppm: Ppm });

wire!(RewardUse { level: OneOf, purpose: NUMBER });
