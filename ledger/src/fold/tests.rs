//! No flood of facts makes an entry slow: what it looks at is counted, whatever was told before. Figures are tested elsewhere.

mod floods;

use crate::account::Book;
use crate::entry::{Entry, Proof};
use crate::event::conventions::{Conventions, MovesOlder, WaiverFor};
use crate::event::loan_terms::{ClaimChecks, ClaimRounding, Cycle, LoanTerms, MonthDay, StudyEnd};
use crate::event::{
    Allocation, CardBound, CardRelation, ClaimFor, ClaimLineAdded, ClaimSubmitted, CompensationReceived, DayBasis,
    EntryWithdrawn, Event, FundStated, InterestAccrued, Kind, LenderYear, Level, LoanDeferred, LoanDrawReturned,
    LoanDrawn, LoanKind, LoanOverdue, LoanRateAgreed, LoanRefunded, LoanRepaid, LoanSigned, LoanStateRepaid,
    LoanWrittenOff, LossRecovered, OrgRegistered, OrgRole, OverclaimReturned, Payer, PeriodClosed, PersonMerged,
    PersonRegistered, RateIndex, RatePublished, Reason, RecoveryReceived, Status, StatusChanged, StudyLevel,
    Subordination, WaiverAdopted,
};
use crate::finding::FindingKind;
use crate::loan::accrual::due;
use crate::loan::fact_list::FACTS_MAX;
use crate::money::Day;
use crate::outcome::Outcome;
use crate::state::State;
use crate::state::human::IDS_MAX;
use crate::steps::taken;
use uuid::Uuid;

/// The most an entry may look at.
const STEPS_MAX: u64 = 20_000;

/// Told of one thing: more than count.
const FLOOD: u128 = 1_200;

const BANK: Uuid = Uuid::from_u128(1);
const SCHOOL: Uuid = Uuid::from_u128(2);
const PERSON: Uuid = Uuid::from_u128(3);
const LOAN: Uuid = Uuid::from_u128(4);
const UNKNOWN: Uuid = Uuid::from_u128(5);

/// When all this is told: after every day of it, the year 3001.
const LATE_MS: i64 = 32_535_216_000_000;

fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).unwrap_or_default()
}

/// A ledger that is told things, and how much it looked at for the dearest of them.
struct Told {
    state: State,
    most: u64,
}

impl Told {
    /// A lender, rates that change every year of two centuries, thirty notices, and a graduate's loan.
    fn begin() -> Self {
        let mut told = Self { state: State::default(), most: 0 };
        told.say(day(19_000_101), Kind::LoanTermsAdopted(Box::new(terms())));
        for (org, role) in [(BANK, OrgRole::Bank), (SCHOOL, OrgRole::School)] {
            let (number, name, level) = (org.to_string(), org.to_string(), Level::Centre);
            let (parent, division, subordination) = (None, 610_000, Subordination::Local);
            let org = OrgRegistered { org, number, name, level, role, parent, division, subordination };
            told.say(day(19_000_101), Kind::OrgRegistered(org));
        }
        for year in 1_950..2_150 {
            let rate_ppm = 30_000 + year % 2 * 1_000;
            let rate = RatePublished { index: RateIndex::Lpr5y, rate_ppm };
            told.say(day(year * 10_000 + 101), Kind::RatePublished(rate));
        }
        for year in 2_022..2_052 {
            let document = "免息".to_owned();
            let who = WaiverFor::Graduates;
            let waiver = WaiverAdopted { year, graduated_through: year, document, who, covers_arrears: false };
            told.say(day(20_220_101), Kind::WaiverAdopted(waiver));
        }
        told.say(day(19_900_901), Kind::PersonRegistered(PersonRegistered { person: PERSON, origin: 610_000 }));
        told.say(day(19_900_901), contract(LOAN));
        told.say(day(19_900_901), Kind::LoanDrawn(LoanDrawn { loan: LOAN, fen: 800_000, serial: String::new() }));
        told.say(day(19_940_630), standing(Status::Graduated));
        told
    }

    /// Whether it was posted.
    fn say(&mut self, effective: Day, kind: Kind) -> bool {
        let index = self.state.entries;
        let event = Event { id: Uuid::from_u128(u128::from(index) + 1_000), effective, edition: 0, kind };
        let content = index.to_le_bytes();
        taken();
        let entry = Entry {
            index,
            recorded_ms: LATE_MS,
            principal: "clerk",
            proof: Proof::Named,
            again: None,
            content: &content,
            event: &event,
        };
        let outcome = self.state.fold(&entry).expect("the next entry");
        self.most = self.most.max(taken());
        matches!(outcome, Outcome::Posted { .. })
    }

    fn findings(&self, kind: FindingKind) -> usize {
        self.state.findings.iter().filter(|(_, finding)| finding.kind == kind).count()
    }

    fn facts(&self, loan: Uuid) -> usize {
        self.state.loans.by_id(loan).map_or(0, |(_, row)| row.facts.len())
    }

    /// Interest as far as a day can be said, as the job says it: each walk from now on goes over a thousand years.
    fn accrue(&mut self) -> bool {
        let through = day(29_991_231);
        let (_, row) = self.state.loans.by_id(LOAN).expect("the loan");
        let figure = due(&self.state, row, through).expect("its interest is known").addition;
        let accrued = InterestAccrued { loan: LOAN, last: row.last, figure };
        self.say(through, Kind::InterestAccrued(accrued))
    }

    fn holds(&self, what: &str) {
        assert!(self.most <= STEPS_MAX, "{what}: an entry looked at {} things", self.most);
    }
}

fn terms() -> LoanTerms {
    let (first, none) = (MonthDay { month: 1, day: 1 }, Vec::new);
    LoanTerms {
        kind: LoanKind::Origin,
        version: 1,
        document: String::new(),
        index: RateIndex::Lpr5y,
        spread_bp: -30,
        moves_older: MovesOlder::No,
        reset: first,
        fixing_days: 0,
        settlement: MonthDay { month: 12, day: 20 },
        study_end: StudyEnd::AugustEnd,
        penalty_ppm: 1_300_000,
        ceilings: Vec::new(),
        years_after_study: 15,
        years_at_most: 22,
        grace_years: 5,
        cycle: Cycle::Yearly,
        claim_tolerance_fen: 0,
        claim_checks: ClaimChecks::EachField,
        claim_rounding: ClaimRounding::Cumulative,
        subsidy: none(),
        waiver: none(),
        waiver_from_stock: false,
        risk_year: first,
        risk_ratio_ppm: 50_000,
        risk: none(),
        default_bands: Vec::new(),
        shortfall: Vec::new(),
        recovery_to_stock: false,
        surplus_settled_ppm: 0,
        surplus_open_ppm: 0,
        reward_uses: Vec::new(),
        relief_reasons: Vec::new(),
        subsidy_programme: String::new(),
        waiver_programme: String::new(),
        risk_programme: String::new(),
        conventions: Conventions::default(),
        doubtful: Vec::new(),
    }
}

fn contract(loan: Uuid) -> Kind {
    Kind::LoanSigned(LoanSigned {
        loan,
        number: String::new(),
        contract: [0; 32],
        lender: BANK,
        person: PERSON,
        school: SCHOOL,
        kind: LoanKind::Origin,
        level: StudyLevel::Undergraduate,
        academic_year: 1_990,
        basis: DayBasis::D360,
        graduates: day(19_940_630),
        repay_from: day(19_991_220),
        matures: day(20_091_220),
    })
}

fn standing(status: Status) -> Kind {
    Kind::StatusChanged(StatusChanged { person: PERSON, status, school: SCHOOL })
}

/// The fact of one kind, by number: every way a fact about a loan can be told.
const FACTS: usize = 12;

fn fact(number: usize, loan: Uuid) -> Kind {
    let (fen, serial, spread_bp) = (1, String::new(), -70);
    let principal = Allocation { principal: fen, ..Allocation::default() };
    let repaid = |allocation, early| Kind::LoanRepaid(LoanRepaid { loan, fen, allocation, early, serial: "1".into() });
    match number {
        0 => Kind::LoanDrawn(LoanDrawn { loan, fen, serial }),
        1 => Kind::LoanDrawReturned(LoanDrawReturned { loan, fen, serial }),
        2 => Kind::LoanRateAgreed(LoanRateAgreed { loan, spread_bp, serial }),
        3 => repaid(None, false),
        4 => repaid(None, true),
        5 => repaid(Some(principal), false),
        6 => Kind::LoanRefunded(LoanRefunded { loan, allocation: principal, serial }),
        7 => Kind::LoanOverdue(LoanOverdue { loan, fen, serial }),
        8 => Kind::LoanDeferred(LoanDeferred { loan, until: day(20_300_101), serial }),
        9 => Kind::LoanWrittenOff(LoanWrittenOff { loan, fen, serial }),
        10 => Kind::LossRecovered(LossRecovered { loan, fen, serial }),
        _ => Kind::LoanStateRepaid(LoanStateRepaid { loan, programme: String::new(), fen, serial }),
    }
}

fn line(claim: Uuid, number: u32) -> Kind {
    let (loan, principal, rate_ppm, days, fen) = (LOAN, 1, 1, 1, 1);
    Kind::ClaimLineAdded(ClaimLineAdded { claim, number, loan, principal, rate_ppm, days, fen })
}

/// Days of a flood: one after the other, from the last back, or always the same.
fn days() -> [fn(i32) -> Day; 3] {
    [|at| day(19_990_101).plus(at * 7), |at| day(20_241_231).plus(-at * 7), |_| day(20_200_101)]
}

#[test]
fn no_flood_of_facts_makes_an_entry_slow() {
    for loan in [LOAN, UNKNOWN] {
        for on in days() {
            for number in 0..=FACTS {
                let mut told = Told::begin();
                for at in 0..FLOOD as usize {
                    if at == FACTS_MAX - 30 {
                        told.accrue();
                    }
                    // The last flood is of all kinds at once.
                    let number = if number == FACTS { at % FACTS } else { number };
                    told.say(on(at as i32), fact(number, loan));
                }
                told.holds(&format!("flood {number} of {loan}"));
                assert!(told.facts(loan) <= FACTS_MAX);
                let full = told.facts(loan) == FACTS_MAX;
                assert_eq!(told.findings(FindingKind::TooManyFacts) > 0, full, "flood {number}");
            }
        }
    }
}

/// A fund of twenty years in which something came in every other day, and was written off, recovered and stated.
#[test]
fn a_fund_of_many_days_is_asked_in_bounded_work() {
    let mut told = Told::begin();
    let year = LenderYear { lender: BANK, kind: LoanKind::Origin, year: 2_000 };
    for at in 0..3_650 {
        let received = CompensationReceived { year, payer: Payer::Central, fen: 10, serial: at.to_string() };
        told.say(day(20_000_101).plus(at * 2), Kind::CompensationReceived(received));
        if at % 10 == 0 {
            told.say(day(20_000_101).plus(at * 2), fact(9 + at as usize / 10 % 2, LOAN));
        }
        if at % 100 == 0 {
            let stated = FundStated { lender: BANK, kind: LoanKind::Origin, fen: 0 };
            told.say(day(20_000_101).plus(at * 2), Kind::FundStated(stated));
        }
    }
    assert_eq!(told.findings(FindingKind::StatementDiffers), 37);
    told.holds("a fund");
}

/// Everything else an entry may ask of a loan that is as full as a loan can be.
#[test]
fn a_full_loan_is_asked_in_bounded_work() {
    let mut told = Told::begin();
    for at in 0..FLOOD as usize {
        told.say(day(20_000_101).plus(at as i32 * 7), fact([3, 4, 7, 2, 6][at % 5], LOAN));
    }
    assert!(told.accrue());
    for (number, what) in [(1, ClaimFor::Subsidy), (2, ClaimFor::Waiver)] {
        let claim = Uuid::from_u128(100 + number);
        let (from, through) = (day(19_950_101), day(20_241_231));
        let (lender, unit, kind, number) = (BANK, SCHOOL, LoanKind::Origin, String::new());
        let submitted = ClaimSubmitted {
            claim,
            number,
            lender,
            unit,
            kind,
            what,
            from,
            through,
            supplementary: false,
            replaces: None,
        };
        told.say(day(20_990_101), Kind::ClaimSubmitted(submitted));
        told.say(day(20_990_101), line(claim, 1));
        let (loan, unit, fen, serial) = (LOAN, SCHOOL, 1, String::new());
        told.say(
            day(20_990_101),
            Kind::OverclaimReturned(OverclaimReturned { loan, unit, what, claim: Some(claim), line: 1, fen, serial }),
        );
    }
    told.holds("interest, claims and what is returned of them");
    // A report that did not count is not the loan's last entry, so the last that did can be taken back.
    let (_, row) = told.state.loans.by_id(LOAN).expect("the loan");
    let (last, on) = row.facts.iter().map(|fact| (fact.index, fact.on)).max().expect("a fact");
    let closing = PeriodClosed { org: BANK, book: Book::Lender, through: day(19_991_231) };
    told.say(day(20_990_101), Kind::PeriodClosed(closing));
    let entry = Uuid::from_u128(u128::from(last) + 1_000);
    let facts = told.facts(LOAN);
    told.say(
        on,
        Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: String::new() }),
    );
    assert_eq!(told.facts(LOAN), facts - 1);
    told.holds("a reversal");
}

/// Taking one back makes room for one.
#[test]
fn room_is_made_by_taking_a_fact_back() {
    let mut told = Told::begin();
    for _ in 0..FLOOD {
        told.say(day(20_200_101), fact(7, UNKNOWN));
    }
    let overdue = |told: &mut Told| told.say(day(20_200_102), fact(7, UNKNOWN));
    overdue(&mut told);
    assert_eq!(told.facts(UNKNOWN), FACTS_MAX);
    let (_, row) = told.state.loans.by_id(UNKNOWN).expect("the loan");
    let entry = Uuid::from_u128(u128::from(row.last) + 1_000);
    let reversal = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: String::new() };
    told.say(day(20_200_101), Kind::EntryWithdrawn(reversal));
    assert_eq!(told.facts(UNKNOWN), FACTS_MAX - 1);
    overdue(&mut told);
    assert_eq!(told.facts(UNKNOWN), FACTS_MAX);
    told.holds("a full loan that nobody signed");
}
