//! A claim file of a hundred thousand loans with errors planted in it: all of these are disputed, for their reason, and
//! nothing else is. The right figures are counted here in plain arithmetic, not by the ledger.

use ledger::event::conventions::{Conventions, MovesOlder, WaiverFor};
use ledger::event::loan_terms::LoanTerms;
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, DayBasis, Event, Kind, Level, LoanDrawn, LoanKind, LoanSigned,
    OrgRegistered, OrgRole, PersonRegistered, RateIndex, RatePublished, Status, StatusChanged, StudyLevel,
    Subordination, WaiverAdopted,
};
use ledger::money::Fen;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::claim_rows::Verdict;
use std::collections::BTreeMap;
use tests::desk::{labelled, numbered, say};
use tests::history::Chance;
use tests::loans::{campus, day};
use uuid::Uuid;

const LINES: u32 = 100_000;

/// Days of the quarter July to September, and those up to 31 July.
const QUARTER: u32 = 92;
const JULY: u32 = 31;

/// 4.30 % as published less 70 hundredths.
const RATE_PPM: u32 = 36_000;

/// A loan as its lender has it, and what is wrong with its line.
#[derive(Clone, Copy)]
struct Loan {
    principal: Fen,
    basis: DayBasis,
    /// Day of August or September 2023 it was drawn on, counted from 1 August.
    drawn: u32,
    planted: Verdict,
}

/// Loan-days from the draw to the evening before the quarter: 335 from 1 August 2023 to 30 June 2024.
fn days_before(loan: &Loan) -> u32 {
    335 - loan.drawn
}

/// Interest of so many days at the contract's rate, half up to the fen.
fn interest(loan: &Loan, days: u32) -> Fen {
    let (exact, divisor) = (
        i128::from(loan.principal) * i128::from(RATE_PPM) * i128::from(days),
        i128::from(loan.basis.days()) * 1_000_000,
    );
    Fen::try_from((2 * exact + divisor) / (2 * divisor)).expect("a few hundred yuan")
}

/// What accrues in the first so many days of the quarter: the difference of two rounded sums, so that nothing is lost.
fn subsidy(loan: &Loan, days: u32) -> Fen {
    interest(loan, days_before(loan) + days) - interest(loan, days_before(loan))
}

fn loans() -> Vec<Loan> {
    let mut chance = Chance::new(7);
    let planted = |chance: &mut Chance| match chance.below(400) {
        at @ 0..=7 => Verdict::ALL[at + 1],
        _ => Verdict::Confirmed,
    };
    let loan = |_| Loan {
        principal: 100 * (1_000 + Fen::try_from(chance.below(19_000)).expect("small")),
        basis: if chance.in_hundred(50) { DayBasis::D360 } else { DayBasis::D365 },
        drawn: u32::try_from(chance.below(60)).expect("small"),
        planted: planted(&mut chance),
    };
    (0..LINES).map(loan).collect()
}

/// Tells the ledger, by way of the bytes.
struct Desk {
    state: State,
    told: u32,
}

impl Desk {
    fn say(&mut self, on: u32, kind: Kind) {
        self.told += 1;
        let event = Event::said(day(on), numbered(kind, self.told));
        let outcome = say(&mut self.state, "行员", &event);
        let clean = matches!(&outcome, Ok(Outcome::Posted { findings, .. }) if findings.is_empty());
        assert!(clean, "{event:?} gave {outcome:?}");
    }

    fn org(&mut self, label: &str, role: OrgRole, level: Level) {
        let (org, text) = (labelled(label), label.to_owned());
        let (parent, division, subordination) = (None, 610_000, Subordination::Local);
        let (number, name) = (text.clone(), text);
        let org = OrgRegistered { org, number, name, level, role, parent, division, subordination };
        self.say(20_200_101, Kind::OrgRegistered(org));
    }
}

fn world() -> Desk {
    let mut desk = Desk { state: State::default(), told: 0 };
    desk.org("行", OrgRole::Bank, Level::Centre);
    desk.org("校", OrgRole::School, Level::School);
    desk.org("中心", OrgRole::AidCentre, Level::Province);
    let (_, newest) = campus().pop().expect("there are some");
    let terms = LoanTerms {
        version: 1,
        moves_older: MovesOlder::No,
        spread_bp: -70,
        conventions: Conventions::default(),
        ..newest
    };
    desk.say(20_220_101, Kind::LoanTermsAdopted(Box::new(terms)));
    let rate = RatePublished { index: RateIndex::Lpr5y, rate_ppm: 43_000 };
    desk.say(20_220_822, Kind::RatePublished(rate));
    let (who, covers_arrears, document) = (WaiverFor::Graduates, false, "财教〔2024〕2号".to_owned());
    let notice = WaiverAdopted { year: 2024, graduated_through: 2023, document, who, covers_arrears };
    desk.say(20_240_101, Kind::WaiverAdopted(notice));
    desk
}

fn person(at: usize) -> Uuid {
    labelled(&format!("person{at}"))
}

fn loan_id(at: usize) -> Uuid {
    labelled(&format!("loan{at}"))
}

/// Contract, draw, and the graduation that makes days wrong where that is planted.
fn lend(desk: &mut Desk, at: usize, loan: &Loan) {
    let borrower = person(at);
    desk.say(20_230_701, Kind::PersonRegistered(PersonRegistered { person: borrower, origin: 610_000 }));
    if loan.planted == Verdict::UnknownLoan {
        return;
    }
    let signed = LoanSigned {
        loan: loan_id(at),
        number: format!("贷{at}"),
        contract: [0; 32],
        lender: labelled("行"),
        person: borrower,
        school: labelled("校"),
        kind: LoanKind::Campus,
        level: StudyLevel::Undergraduate,
        academic_year: 2023,
        basis: loan.basis,
        graduates: day(20_240_630),
        repay_from: day(20_290_901),
        matures: day(20_390_901),
    };
    desk.say(20_230_715, Kind::LoanSigned(signed));
    let drawn = if loan.drawn < 31 { 20_230_801 + loan.drawn } else { 20_230_901 + loan.drawn - 31 };
    desk.say(drawn, Kind::LoanDrawn(LoanDrawn { loan: loan_id(at), fen: loan.principal, serial: format!("放{at}") }));
    let graduated = match loan.planted {
        // Paid by the borrower from 1 August, and nobody waives it for who graduates in 2024.
        Verdict::AfterStudyEnd => 20_240_715,
        Verdict::WaivedDays => 20_231_215,
        _ => return,
    };
    let status = StatusChanged { person: borrower, status: Status::Graduated, school: labelled("校") };
    desk.say(graduated, Kind::StatusChanged(status));
}

/// The lender's line: right, or wrong in the one way that is planted.
fn line(at: usize, loan: &Loan) -> ClaimLineAdded {
    let number = u32::try_from(at).expect("small") + 1;
    let (principal, days, fen) = (loan.principal, QUARTER, subsidy(loan, QUARTER));
    let right =
        ClaimLineAdded { claim: labelled("申"), number, loan: loan_id(at), principal, rate_ppm: RATE_PPM, days, fen };
    match loan.planted {
        Verdict::WrongPrincipal => ClaimLineAdded { principal: principal + 100_000, fen: fen + 900, ..right },
        Verdict::WrongRate => ClaimLineAdded { rate_ppm: RATE_PPM + 600, fen: fen + 30, ..right },
        Verdict::WrongDays => ClaimLineAdded { days: QUARTER - 1, fen: fen - 1, ..right },
        Verdict::WrongAmount => ClaimLineAdded { fen: fen + 1, ..right },
        // The loan of the line before, which came first.
        Verdict::ClaimedTwice => ClaimLineAdded { loan: loan_id(at - 1), ..right },
        _ => right,
    }
}

/// A second line of a loan only repeats a claim if the first was confirmed.
fn repeats_only_what_is_right(loans: &mut [Loan]) {
    for at in 0..loans.len() {
        if loans[at].planted == Verdict::ClaimedTwice {
            match at.checked_sub(1) {
                Some(before) => loans[before].planted = Verdict::Confirmed,
                None => loans[at].planted = Verdict::Confirmed,
            }
        }
    }
}

#[test]
fn all_planted_errors_and_only_these_are_disputed() {
    let mut loans = loans();
    repeats_only_what_is_right(&mut loans);
    let mut desk = world();
    for (at, loan) in loans.iter().enumerate() {
        lend(&mut desk, at, loan);
    }
    let submitted = ClaimSubmitted {
        claim: labelled("申"),
        number: "2024-3".to_owned(),
        lender: labelled("行"),
        kind: LoanKind::Campus,
        what: ClaimFor::Subsidy,
        from: day(20_240_701),
        through: day(20_240_930),
        unit: labelled("中心"),
        supplementary: false,
        replaces: None,
    };
    desk.say(20_241_010, Kind::ClaimSubmitted(submitted));
    for (at, loan) in loans.iter().enumerate() {
        desk.say(20_241_010, Kind::ClaimLineAdded(line(at, loan)));
    }
    compare(&desk.state, &loans);
}

/// Each line's verdict and our figure; the confirmed sum by academic year.
fn compare(state: &State, loans: &[Loan]) {
    let (_, claim) = state.claims.by_id(labelled("申")).expect("submitted");
    let mut lines = state.claim_lines.chain(claim.last_line, |line| line.before_of_claim);
    let mut found: BTreeMap<&str, u32> = BTreeMap::new();
    for (place, loan) in loans.iter().enumerate().rev() {
        let (_, row) = lines.next().expect("a line for each loan");
        assert_eq!(
            row.verdict, loan.planted,
            "line {}: {} days, {} fen are ours",
            row.number, row.our_days, row.our_fen
        );
        let days = match loan.planted {
            // Of what is claimed twice nothing is free.
            Verdict::UnknownLoan | Verdict::WaivedDays | Verdict::ClaimedTwice => 0,
            Verdict::AfterStudyEnd => JULY,
            _ => QUARTER,
        };
        let ours = if days == 0 { 0 } else { subsidy(loan, days) };
        assert_eq!((row.our_days, row.our_fen), (days, ours), "line {} of loan {place}", row.number);
        *found.entry(row.verdict.words().0).or_default() += 1;
    }
    assert_eq!((lines.count(), claim.set.count), (0, LINES));
    // The other reasons are told by scenarios.
    assert_eq!(found.len(), 9, "every reason was planted: {found:?}");
    let confirmed: Vec<&Loan> = loans.iter().filter(|loan| loan.planted == Verdict::Confirmed).collect();
    assert_eq!(claim.confirmed_count as usize, confirmed.len());
    let sum = |days| confirmed.iter().map(|loan| subsidy(loan, days)).sum::<Fen>();
    // 62 days to 31 August belong to the academic year before.
    let years = [(2023, sum(62)), (2024, sum(QUARTER) - sum(62))];
    let parts: Vec<(u16, Fen)> = claim.parts.iter().map(|part| (part.academic_year, part.fen)).collect();
    assert_eq!(parts, years);
    assert_eq!(claim.confirmed, sum(QUARTER));
}
