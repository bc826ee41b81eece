//! Samples of the kinds that tell of loans, claims, payments to lenders and risk compensation.

use super::{BANK, PERSON, SCHOOL, UNIT, day, draws, thing};
use ledger::account::Book;
use ledger::event::conventions::{Conventions, DoubtfulPart, MovesOlder, WaiverFor};
use ledger::event::loan_terms::{
    Ceiling, ClaimChecks, ClaimRounding, Cycle, DefaultBand, LoanTerms, MonthDay, Part, RewardUse, Shares, StudyEnd,
};
use ledger::event::{
    Allocation, ClaimFor, ClaimLineAdded, ClaimSubmitted, ClaimedBefore, CompensationAccrued, CompensationReceived,
    DayBasis, EntryWithdrawn, FundStated, Interest, InterestAccrued, InterestAdjusted, KeyAnnounced, Kind, LenderYear,
    Level, LoanAmended, LoanDeferred, LoanDrawReturned, LoanDrawn, LoanKind, LoanOverdue, LoanRateAgreed, LoanRefunded,
    LoanRelieved, LoanRepaid, LoanSigned, LoanStateRepaid, LoanWrittenOff, LossRecovered, OverclaimReturned, Payer,
    PayerFen, PeriodClosed, Purpose, RateIndex, RatePublished, Reason, RemittanceApproved, RemittanceCleared,
    RemittanceOrdered, RemittanceReturned, RewardPart, RewardSpent, SetDecided, SetSealed, Status, StudyLevel,
    Subordination, SurplusRewarded, WaiverAdopted,
};
use uuid::Uuid;

const LOAN: u128 = 70;
const CLAIM: u128 = 71;
const REMITTANCE: u128 = 72;
const REWARD: u128 = 73;
const CENTRE: u128 = 74;

/// The kinds from loan terms on, in the order of their numbers.
pub(super) fn kinds() -> [Vec<Kind>; 5] {
    [terms(), contracts(), repayments(), claims(), risk()]
}

fn terms() -> Vec<Kind> {
    let whole = |payer| vec![Part { payer, ppm: 1_000_000 }];
    let any = |subordination, payer| Shares { subordination, province: 0, parts: whole(payer) };
    let halves =
        [Payer::Province, Payer::University].into_iter().map(|payer| Part { payer, ppm: 500_000 }).collect::<Vec<_>>();
    let terms = LoanTerms {
        kind: LoanKind::Origin,
        version: 4,
        document: "示财教〔2024〕188号".into(),
        index: RateIndex::Lpr5y,
        spread_bp: -70,
        moves_older: MovesOlder::IfLower,
        reset: MonthDay { month: 12, day: 21 },
        fixing_days: 1,
        settlement: MonthDay { month: 12, day: 20 },
        study_end: StudyEnd::AugustEnd,
        penalty_ppm: 1_300_000,
        ceilings: vec![Ceiling { level: StudyLevel::Undergraduate, min_fen: 100_000, max_fen: 2_000_000 }],
        years_after_study: 15,
        years_at_most: 22,
        grace_years: 5,
        cycle: Cycle::Yearly,
        claim_tolerance_fen: 1,
        claim_checks: ClaimChecks::Amount,
        claim_rounding: ClaimRounding::Period,
        subsidy: vec![any(Subordination::Central, Payer::Central), any(Subordination::Local, Payer::Province)],
        waiver: vec![any(Subordination::Central, Payer::Central)],
        waiver_from_stock: true,
        risk_year: MonthDay { month: 9, day: 1 },
        risk_ratio_ppm: 50_000,
        risk: vec![Shares { subordination: Subordination::Local, province: 61, parts: halves }],
        default_bands: vec![DefaultBand { up_to_ppm: 50_000, part_ppm: 0 }],
        shortfall: whole(Payer::Lender),
        recovery_to_stock: true,
        surplus_settled_ppm: 1_000_000,
        surplus_open_ppm: 200_000,
        reward_uses: vec![RewardUse { level: Level::County, purpose: "publicity".into() }],
        relief_reasons: vec!["death".into(), "disability".into()],
        subsidy_programme: "LOAN-SUBSIDY".into(),
        waiver_programme: "LOAN-WAIVER".into(),
        risk_programme: "LOAN-RISK".into(),
        conventions: Conventions { resumes: vec![Status::Enrolled, Status::FurtherStudy], ..Conventions::default() },
        doubtful: vec![DoubtfulPart { part: "away_from".into(), mark: "KU".into() }],
    };
    vec![
        Kind::LoanTermsAdopted(Box::new(terms)),
        Kind::RatePublished(RatePublished { index: RateIndex::Lpr5y, rate_ppm: 36_000 }),
        Kind::WaiverAdopted(WaiverAdopted {
            year: 2024,
            graduated_through: 2024,
            document: "示财教〔2024〕181号".into(),
            who: WaiverFor::Leavers,
            covers_arrears: true,
        }),
    ]
}

fn contracts() -> Vec<Kind> {
    let (loan, serial) = (thing(LOAN), || "20240901000001".to_owned());
    vec![
        Kind::LoanSigned(LoanSigned {
            loan,
            number: "示贷〔2021〕7".into(),
            contract: [5; 32],
            lender: thing(BANK),
            person: thing(PERSON),
            school: thing(SCHOOL),
            kind: LoanKind::Origin,
            level: StudyLevel::Undergraduate,
            academic_year: 2021,
            basis: DayBasis::D360,
            graduates: day(20_240_630),
            repay_from: day(20_290_901),
            matures: day(20_390_901),
        }),
        Kind::LoanDrawn(LoanDrawn { loan, fen: 2_000_000, serial: serial() }),
        Kind::LoanDrawReturned(LoanDrawReturned { loan, fen: 400_000, serial: serial() }),
        Kind::LoanRateAgreed(LoanRateAgreed { loan, spread_bp: -70, serial: serial() }),
    ]
}

fn repayments() -> Vec<Kind> {
    let (loan, serial) = (thing(LOAN), || "20241220000001".to_owned());
    let allocation = Allocation { penalty: 12, interest: 3_400, principal: 56_000 };
    let figure = Interest { subsidy: -22_200, waiver: 22_200, borrower: 0, penalty: 12 };
    vec![
        Kind::LoanRepaid(LoanRepaid { loan, fen: 59_412, allocation: Some(allocation), early: true, serial: serial() }),
        Kind::LoanRefunded(LoanRefunded { loan, allocation, serial: serial() }),
        Kind::LoanOverdue(LoanOverdue { loan, fen: 50_000, serial: serial() }),
        Kind::LoanDeferred(LoanDeferred { loan, until: day(20_300_901), serial: serial() }),
        Kind::LoanWrittenOff(LoanWrittenOff { loan, fen: 50_000, serial: serial() }),
        Kind::LossRecovered(LossRecovered { loan, fen: 20_000, serial: serial() }),
        Kind::LoanStateRepaid(LoanStateRepaid { loan, programme: "SERVICE".into(), fen: 800_000, serial: serial() }),
        Kind::LoanRelieved(LoanRelieved {
            loan,
            reward: thing(REWARD),
            reason: "death".into(),
            fen: 100_000,
            serial: serial(),
        }),
        Kind::InterestAccrued(InterestAccrued { loan, last: 90, figure: Interest { subsidy: 22_200, ..figure } }),
        Kind::InterestAdjusted(InterestAdjusted { loan, last: 91, cause: Uuid::from_u128(32), figure }),
    ]
}

fn claims() -> Vec<Kind> {
    let (claim, remittance, serial) = (thing(CLAIM), thing(REMITTANCE), || "20250120000001".to_owned());
    vec![
        Kind::ClaimSubmitted(ClaimSubmitted {
            claim,
            number: "示申〔2024〕4".into(),
            lender: thing(BANK),
            kind: LoanKind::Origin,
            what: ClaimFor::Subsidy,
            from: day(20_231_221),
            through: day(20_241_220),
            unit: thing(UNIT),
            supplementary: true,
            replaces: Some(thing(CLAIM + 100)),
        }),
        Kind::ClaimLineAdded(ClaimLineAdded {
            claim,
            number: 1,
            loan: thing(LOAN),
            principal: 2_000_000,
            rate_ppm: 36_000,
            days: 111,
            fen: 22_200,
        }),
        Kind::ClaimSealed(SetSealed { set: claim, count: 1, fen: 22_200, hash: [6; 32] }),
        Kind::ClaimApproved(SetDecided { set: claim, hash: [6; 32] }),
        Kind::OverclaimReturned(OverclaimReturned {
            loan: thing(LOAN),
            what: ClaimFor::Waiver,
            claim: Some(thing(CLAIM)),
            line: 1,
            unit: thing(UNIT),
            fen: 100,
            serial: serial(),
        }),
        Kind::RemittanceOrdered(RemittanceOrdered {
            remittance,
            unit: thing(UNIT),
            fiscal_year: 2025,
            purpose: Purpose::Compensation(year()),
            draws: draws(),
        }),
        Kind::RemittanceApproved(RemittanceApproved { remittance, fen: 125_000 }),
        Kind::RemittanceCleared(RemittanceCleared { remittance, fen: 125_000, serial: serial() }),
        Kind::RemittanceReturned(RemittanceReturned { remittance, fen: 125_000, serial: serial() }),
    ]
}

fn risk() -> Vec<Kind> {
    let parts = vec![PayerFen { payer: Payer::Province, fen: 50_000 }, PayerFen { payer: Payer::County, fen: 50_000 }];
    let reward = RewardPart { reward: thing(REWARD), centre: thing(CENTRE), fen: 300_000 };
    vec![
        Kind::CompensationAccrued(CompensationAccrued {
            year: year(),
            school: thing(SCHOOL),
            default_ppm: 12_000,
            parts,
            number: 1,
        }),
        Kind::CompensationReceived(CompensationReceived {
            year: year(),
            payer: Payer::University,
            fen: 50_000,
            serial: "20250301000001".into(),
        }),
        Kind::FundStated(FundStated { lender: thing(BANK), kind: LoanKind::Campus, fen: 1_000_000 }),
        Kind::SurplusRewarded(SurplusRewarded { year: year(), surplus: 400_000, parts: vec![reward] }),
        Kind::RewardSpent(RewardSpent {
            reward: thing(REWARD),
            purpose: "publicity".into(),
            fen: 1_000,
            serial: "1".into(),
        }),
        Kind::PeriodClosed(PeriodClosed { org: thing(BANK), book: Book::Lender, through: day(20_241_231) }),
        Kind::EntryWithdrawn(EntryWithdrawn {
            entry: Uuid::from_u128(34),
            content: 0x1234_5678_9abc_def0,
            reason: Reason::Mistyped,
            document: "示冲〔2025〕1号".into(),
        }),
        Kind::KeyAnnounced(KeyAnnounced { key: [7; 32], by: [8; 32], signature: [[9; 32]; 2] }),
    ]
}

/// Kinds that came after all others.
pub(super) fn later() -> Vec<Kind> {
    vec![
        Kind::ClaimedBefore(ClaimedBefore {
            lender: thing(BANK),
            kind: LoanKind::Origin,
            loan: thing(LOAN),
            what: ClaimFor::Subsidy,
            through: day(20_231_220),
            fen: 30_000,
        }),
        Kind::LoanAmended(LoanAmended {
            loan: thing(LOAN),
            repay_from: day(20_300_901),
            matures: day(20_400_901),
            school: Some(thing(SCHOOL)),
            document: "示变〔2024〕1号".into(),
        }),
    ]
}

fn year() -> LenderYear {
    LenderYear { lender: thing(BANK), kind: LoanKind::Origin, year: 2024 }
}
