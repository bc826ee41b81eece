//! Loan terms between wire and domain. Whether terms make sense is not asked here.

use super::check::{Check, Choice, Wire, choice};
use crate::limits::{
    MAX_BANDS, MAX_CEILINGS, MAX_FIXING_DAYS, MAX_PAYERS, MAX_PENALTY_PPM, MAX_PROVINCE, MAX_SHARES, MAX_TERM_YEARS,
    MAX_USES,
};
use crate::v1;
use ledger::event::loan_terms::{Ceiling, Cycle, DefaultBand, LoanTerms, MonthDay, Part, RewardUse, Shares, StudyEnd};
use ledger::event::{LoanKind, Payer, RateIndex, StudyLevel};

choice!(LoanKind = LoanKind { Origin Campus });
choice!(StudyLevel = StudyLevel { Undergraduate Postgraduate });
choice!(RateIndex = RateIndex { Lpr5y Benchmark5y });
choice!(StudyEnd = StudyEnd { AugustEnd MonthEnd });
choice!(Cycle = Cycle { Quarterly Yearly });
choice!(Payer = Payer { Central Province City County University Lender });

impl Wire for v1::LoanTermsAdopted {
    type Domain = Box<LoanTerms>;

    fn write(domain: &Self::Domain) -> Self {
        Self {
            kind: domain.kind.number(),
            version: domain.version,
            document: domain.document.clone(),
            index: domain.index.number(),
            spread_bp: domain.spread_bp,
            moves_older: domain.moves_older,
            reset: Some(Wire::write(&domain.reset)),
            fixing_days: domain.fixing_days,
            settlement: Some(Wire::write(&domain.settlement)),
            study_end: domain.study_end.number(),
            penalty_ppm: domain.penalty_ppm,
            ceilings: domain.ceilings.iter().map(Wire::write).collect(),
            years_after_study: domain.years_after_study,
            years_at_most: domain.years_at_most,
            grace_years: domain.grace_years,
            cycle: domain.cycle.number(),
            claim_tolerance_fen: domain.claim_tolerance_fen,
            subsidy: domain.subsidy.iter().map(Wire::write).collect(),
            waiver: domain.waiver.iter().map(Wire::write).collect(),
            waiver_from_stock: domain.waiver_from_stock,
            risk_year: Some(Wire::write(&domain.risk_year)),
            risk_ratio_ppm: domain.risk_ratio_ppm,
            risk: domain.risk.iter().map(Wire::write).collect(),
            default_bands: domain.default_bands.iter().map(Wire::write).collect(),
            shortfall: domain.shortfall.iter().map(Wire::write).collect(),
            recovery_to_stock: domain.recovery_to_stock,
            surplus_settled_ppm: domain.surplus_settled_ppm,
            surplus_open_ppm: domain.surplus_open_ppm,
            reward_uses: domain.reward_uses.iter().map(Wire::write).collect(),
            relief_reasons: domain.relief_reasons.clone(),
            subsidy_programme: domain.subsidy_programme.clone(),
            waiver_programme: domain.waiver_programme.clone(),
            risk_programme: domain.risk_programme.clone(),
        }
    }

    fn read(self, check: &mut Check) -> Self::Domain {
        let years = 0..=MAX_TERM_YEARS;
        Box::new(LoanTerms {
            kind: check.choice("kind", self.kind),
            version: self.version,
            document: check.text("document", self.document),
            index: check.choice("index", self.index),
            spread_bp: check.spread("spread_bp", self.spread_bp),
            moves_older: self.moves_older,
            reset: check.whole("reset", self.reset),
            fixing_days: check.within("fixing_days", self.fixing_days, 0..=MAX_FIXING_DAYS),
            settlement: check.whole("settlement", self.settlement),
            study_end: check.choice("study_end", self.study_end),
            penalty_ppm: check.within("penalty_ppm", self.penalty_ppm, 0..=MAX_PENALTY_PPM),
            ceilings: check.parts("ceilings", self.ceilings, 0..=MAX_CEILINGS, Wire::read),
            years_after_study: check.within("years_after_study", self.years_after_study, years.clone()),
            years_at_most: check.within("years_at_most", self.years_at_most, years.clone()),
            grace_years: check.within("grace_years", self.grace_years, years),
            cycle: check.choice("cycle", self.cycle),
            claim_tolerance_fen: check.loan_fen("claim_tolerance_fen", self.claim_tolerance_fen),
            subsidy: check.parts("subsidy", self.subsidy, 0..=MAX_SHARES, Wire::read),
            waiver: check.parts("waiver", self.waiver, 0..=MAX_SHARES, Wire::read),
            waiver_from_stock: self.waiver_from_stock,
            risk_year: check.whole("risk_year", self.risk_year),
            risk_ratio_ppm: check.ppm("risk_ratio_ppm", self.risk_ratio_ppm),
            risk: check.parts("risk", self.risk, 0..=MAX_SHARES, Wire::read),
            default_bands: check.parts("default_bands", self.default_bands, 0..=MAX_BANDS, Wire::read),
            shortfall: check.parts("shortfall", self.shortfall, 0..=MAX_PAYERS, Wire::read),
            recovery_to_stock: self.recovery_to_stock,
            surplus_settled_ppm: check.ppm("surplus_settled_ppm", self.surplus_settled_ppm),
            surplus_open_ppm: check.ppm("surplus_open_ppm", self.surplus_open_ppm),
            reward_uses: check.parts("reward_uses", self.reward_uses, 0..=MAX_USES, Wire::read),
            relief_reasons: check
                .parts("relief_reasons", self.relief_reasons, 0..=MAX_USES, |code, check| check.name("code", code)),
            subsidy_programme: check.name("subsidy_programme", self.subsidy_programme),
            waiver_programme: check.name("waiver_programme", self.waiver_programme),
            risk_programme: check.name("risk_programme", self.risk_programme),
        })
    }
}

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
        let month = check.within("month", self.month, 1..=12);
        let day = check.within("day", self.day, 1..=last);
        MonthDay { month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }
}

impl Wire for v1::Ceiling {
    type Domain = Ceiling;

    fn write(domain: &Ceiling) -> Self {
        Self { level: domain.level.number(), min_fen: domain.min_fen, max_fen: domain.max_fen }
    }

    fn read(self, check: &mut Check) -> Ceiling {
        Ceiling {
            level: check.choice("level", self.level),
            min_fen: check.loan_fen("min_fen", self.min_fen),
            max_fen: check.loan_fen("max_fen", self.max_fen),
        }
    }
}

impl Wire for v1::Part {
    type Domain = Part;

    fn write(domain: &Part) -> Self {
        Self { payer: domain.payer.number(), ppm: domain.ppm }
    }

    fn read(self, check: &mut Check) -> Part {
        Part { payer: check.choice("payer", self.payer), ppm: check.ppm("ppm", self.ppm) }
    }
}

impl Wire for v1::Shares {
    type Domain = Shares;

    fn write(domain: &Shares) -> Self {
        Self {
            subordination: domain.subordination.number(),
            province: domain.province,
            parts: domain.parts.iter().map(Wire::write).collect(),
        }
    }

    fn read(self, check: &mut Check) -> Shares {
        Shares {
            subordination: check.choice("subordination", self.subordination),
            province: check.within("province", self.province, 0..=MAX_PROVINCE),
            parts: check.parts("parts", self.parts, 1..=MAX_PAYERS, Wire::read),
        }
    }
}

impl Wire for v1::DefaultBand {
    type Domain = DefaultBand;

    fn write(domain: &DefaultBand) -> Self {
        Self { up_to_ppm: domain.up_to_ppm, part_ppm: domain.part_ppm }
    }

    fn read(self, check: &mut Check) -> DefaultBand {
        DefaultBand {
            up_to_ppm: check.ppm("up_to_ppm", self.up_to_ppm),
            part_ppm: check.ppm("part_ppm", self.part_ppm),
        }
    }
}

impl Wire for v1::RewardUse {
    type Domain = RewardUse;

    fn write(domain: &RewardUse) -> Self {
        Self { level: domain.level.number(), purpose: domain.purpose.clone() }
    }

    fn read(self, check: &mut Check) -> RewardUse {
        RewardUse { level: check.choice("level", self.level), purpose: check.name("purpose", self.purpose) }
    }
}
