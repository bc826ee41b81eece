//! Terms and published rates of the small world of loans, after the tables of the domain.

use ledger::event::conventions::{AfterDeath, AwayFrom, Conventions, EarlySettles, MovesOlder, PayersBy};
use ledger::event::loan_terms::{
    Ceiling, ClaimChecks, ClaimRounding, Cycle, DefaultBand, LoanTerms, MonthDay, Part, RewardUse, Shares, StudyEnd,
};
use ledger::event::{Kind, Level, LoanKind, Payer, RateIndex, RatePublished, Status, StudyLevel, Subordination};
use ledger::money::Day;

/// Fixings of the loan prime rate over five years: day, millionths.
const FIXINGS: [(u32, u32); 12] = [
    (2019_08_20, 48_500),
    (2019_11_20, 48_000),
    (2020_02_20, 47_500),
    (2020_04_20, 46_500),
    (2022_01_20, 46_000),
    (2022_05_20, 44_500),
    (2022_08_22, 43_000),
    (2023_06_20, 42_000),
    (2024_02_20, 39_500),
    (2024_07_22, 38_500),
    (2024_10_21, 36_000),
    (2025_05_20, 35_000),
];

/// The benchmark over five years.
const BENCHMARKS: [(u32, u32); 5] =
    [(2012_07_06, 65_500), (2014_11_22, 61_500), (2015_03_01, 59_000), (2015_10_24, 49_000), (2015_12_22, 48_500)];

fn published(index: RateIndex, rates: &[(u32, u32)]) -> Vec<(Day, Kind)> {
    let rate = |(day, rate_ppm): &(u32, u32)| {
        let kind = Kind::RatePublished(RatePublished { index, rate_ppm: *rate_ppm });
        (Day::from_yyyymmdd(*day).unwrap_or_default(), kind)
    };
    rates.iter().map(rate).collect()
}

/// What was published of the loan prime rate.
#[must_use]
pub fn fixings() -> Vec<(Day, Kind)> {
    published(RateIndex::Lpr5y, &FIXINGS)
}

/// What was published of the benchmark. The last one never was: it comes in time for a reset only by a day's patience.
#[must_use]
pub fn benchmarks() -> Vec<(Day, Kind)> {
    published(RateIndex::Benchmark5y, &BENCHMARKS)
}

fn share(parts: &[(Payer, u32)]) -> Vec<Part> {
    parts.iter().map(|(payer, ppm)| Part { payer: *payer, ppm: *ppm }).collect()
}

fn shares(local: &[(Payer, u32)]) -> Vec<Shares> {
    let row = |subordination, parts: &[(Payer, u32)]| Shares { subordination, province: 0, parts: share(parts) };
    vec![row(Subordination::Central, &[(Payer::Central, 1_000_000)]), row(Subordination::Local, local)]
}

/// Each version but the second chooses otherwise than where nothing is said, so that histories meet every value.
fn conventions(kind: LoanKind, version: u32) -> Conventions {
    let usual = Conventions::default();
    match (kind, version) {
        (LoanKind::Origin, 1) => Conventions { away_from: AwayFrom::Day, collected_days: 0, ..usual },
        (LoanKind::Campus, 1) => Conventions { after_death: AfterDeath::Finance, collected_days: 31, ..usual },
        (_, 3) => Conventions {
            resumes: vec![Status::Enrolled, Status::IllnessLeave],
            early_settles: EarlySettles::Whole,
            payers_by: PayersBy::Contract,
            ..usual
        },
        (LoanKind::Campus, 4) => {
            let resumes = vec![Status::Enrolled, Status::FurtherStudy, Status::IllnessLeave];
            Conventions { away_from: AwayFrom::Day, after_death: AfterDeath::Finance, resumes, ..usual }
        }
        _ => usual,
    }
}

fn terms(kind: LoanKind, version: u32, index: RateIndex, spread_bp: i32) -> LoanTerms {
    let ceiling = |level, max_fen| Ceiling { level, min_fen: 100_000, max_fen };
    let reward = |level, purpose: &str| RewardUse { level, purpose: purpose.to_owned() };
    LoanTerms {
        kind,
        version,
        document: format!("教财〔20{version}〕号"),
        index,
        spread_bp,
        moves_older: MovesOlder::No,
        reset: MonthDay { month: 12, day: 21 },
        fixing_days: 1,
        settlement: MonthDay { month: 12, day: 20 },
        study_end: StudyEnd::AugustEnd,
        penalty_ppm: 1_300_000,
        ceilings: vec![ceiling(StudyLevel::Undergraduate, 2_000_000), ceiling(StudyLevel::Postgraduate, 2_500_000)],
        years_after_study: 15,
        years_at_most: 22,
        grace_years: 5,
        cycle: Cycle::Yearly,
        claim_tolerance_fen: 0,
        claim_checks: ClaimChecks::EachField,
        claim_rounding: ClaimRounding::Cumulative,
        subsidy: shares(&[(Payer::Central, 500_000), (Payer::Province, 500_000)]),
        waiver: shares(&[(Payer::Province, 1_000_000)]),
        waiver_from_stock: true,
        risk_year: MonthDay { month: 1, day: 1 },
        risk_ratio_ppm: 50_000,
        risk: shares(&[(Payer::Central, 500_000), (Payer::Province, 500_000)]),
        default_bands: Vec::new(),
        shortfall: share(&[(Payer::Lender, 1_000_000)]),
        recovery_to_stock: true,
        surplus_settled_ppm: 500_000,
        surplus_open_ppm: 100_000,
        reward_uses: vec![reward(Level::County, "publicity"), reward(Level::Province, "relief")],
        relief_reasons: vec!["death".to_owned()],
        subsidy_programme: "LOAN-SUBSIDY".to_owned(),
        waiver_programme: "LOAN-WAIVER".to_owned(),
        risk_programme: "LOAN-RISK".to_owned(),
        conventions: conventions(kind, version),
        doubtful: Vec::new(),
    }
}

fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).unwrap_or_default()
}

/// Versions of the terms of origin loans, with the day from which each is in force. The cuts of 2023 and 2024 move older
/// contracts; that of 2023 has the lender alone bear what is lost beyond the stock.
#[must_use]
pub fn origin() -> Vec<(Day, LoanTerms)> {
    let lpr = |version, spread_bp| terms(LoanKind::Origin, version, RateIndex::Lpr5y, spread_bp);
    let shortfall = || share(&[(Payer::Lender, 500_000), (Payer::County, 500_000)]);
    vec![
        (
            day(2014_01_01),
            LoanTerms { shortfall: shortfall(), ..terms(LoanKind::Origin, 1, RateIndex::Benchmark5y, 0) },
        ),
        (day(2020_01_01), LoanTerms { shortfall: shortfall(), ..lpr(2, -30) }),
        (day(2023_09_12), LoanTerms { moves_older: MovesOlder::Yes, ..lpr(3, -60) }),
        (day(2024_10_31), LoanTerms { moves_older: MovesOlder::IfLower, penalty_ppm: 1_500_000, ..lpr(4, -70) }),
    ]
}

/// The same of campus loans, where only the cut of 2024 moves older contracts, and a fixing must come in time.
#[must_use]
pub fn campus() -> Vec<(Day, LoanTerms)> {
    let version = |version, index, spread_bp| {
        let study_end = StudyEnd::MonthEnd;
        let default_bands = vec![
            DefaultBand { up_to_ppm: 50_000, part_ppm: 300_000 },
            DefaultBand { up_to_ppm: 1_000_000, part_ppm: 500_000 },
        ];
        let base = terms(LoanKind::Campus, version, index, spread_bp);
        let (cycle, risk_year) = (Cycle::Quarterly, MonthDay { month: 9, day: 1 });
        LoanTerms { study_end, default_bands, cycle, risk_year, fixing_days: 0, risk_ratio_ppm: 140_000, ..base }
    };
    vec![
        (day(2014_01_01), version(1, RateIndex::Benchmark5y, 0)),
        (day(2020_01_01), LoanTerms { recovery_to_stock: false, ..version(2, RateIndex::Lpr5y, -30) }),
        (day(2023_09_12), version(3, RateIndex::Lpr5y, -60)),
        (day(2024_10_31), LoanTerms { moves_older: MovesOlder::Yes, ..version(4, RateIndex::Lpr5y, -70) }),
    ]
}
