//! What the job that accrues interest does when facts come in while it computes: between asking and saying, the test says
//! something itself. In process: a server of its own, the job as a library.

use crate::support::{Server, day, org};
use ledger::event::{
    DayBasis, Event, Kind, LoanDrawn, LoanKind, LoanSigned, PersonRegistered, Status, StatusChanged, StudyLevel,
};
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use services::accrue::{AccrualReport, Job, run};
use services::intake::shipped_rates;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use uuid::Uuid;

const LENDER: u128 = 1;
const SCHOOL: u128 = 2;
const PERSON: u128 = 3;
const LOAN: u128 = 4;

fn on(number: u32, kind: Kind) -> Event {
    Event::said(day(number), kind)
}

fn drawn(serial: u32, number: u32, fen: i64) -> Event {
    on(number, Kind::LoanDrawn(LoanDrawn { loan: Uuid::from_u128(LOAN), fen, serial: serial.to_string() }))
}

fn status(number: u32, status: Status) -> Event {
    let (person, school) = (Uuid::from_u128(PERSON), Uuid::from_u128(SCHOOL));
    on(number, Kind::StatusChanged(StatusChanged { person, status, school }))
}

/// A lender with one loan of 8,000 yuan drawn on 20 October 2021, nothing accrued.
async fn with_a_loan() -> Server {
    let server = Server::start().await;
    server.record("制度", &shipped_rates::shipped_events().expect("the shipped files")).await;
    let person = Uuid::from_u128(PERSON);
    let signed = LoanSigned {
        loan: Uuid::from_u128(LOAN),
        number: "A-1".to_owned(),
        contract: [7; 32],
        lender: Uuid::from_u128(LENDER),
        person,
        school: Uuid::from_u128(SCHOOL),
        kind: LoanKind::Campus,
        level: StudyLevel::Undergraduate,
        academic_year: 2021,
        basis: DayBasis::D360,
        graduates: day(20_250_630),
        repay_from: day(20_301_220),
        matures: day(20_371_220),
    };
    let story = [
        org(LENDER),
        org(SCHOOL),
        on(20_190_901, Kind::PersonRegistered(PersonRegistered { person, origin: 610_305 })),
        status(20_210_901, Status::Enrolled),
        on(20_210_915, Kind::LoanSigned(signed)),
        drawn(16, 20_211_020, 800_000),
    ];
    server.record("制单", &story).await;
    server
}

/// Runs the job; once it has asked what is due and before it says anything, `meanwhile` is said by somebody else.
async fn accrue(server: &Server, through: u32, meanwhile: &[Event]) -> AccrualReport {
    let job = Job {
        lender: Uuid::from_u128(LENDER),
        kind: String::new(),
        through: day(through),
        principal: "计息作业".to_owned(),
        dry_run: false,
    };
    let mut say = |_| {
        if !meanwhile.is_empty() {
            tokio::task::block_in_place(|| Handle::current().block_on(server.record("制单", meanwhile)));
        }
    };
    let line = server.line().await;
    run(QueryClient::new(line.clone()), RecorderClient::new(line), &job, &mut say).await.expect("the server answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_that_changed_meanwhile_is_computed_again() {
    let server = with_a_loan().await;
    let report = accrue(&server, 20_211_220, &[drawn(21, 20_211_120, 100_000)]).await;
    assert_eq!((report.stale, report.rounds, report.accrued.loans, report.turned_count), (1, 2, 1, 0), "{report:?}");
    // 62 days on 8,000 yuan and 31 on 1,000, at 4.35 % by 360 days.
    assert_eq!(report.accrued.figure.subsidy, 5_993 + 375, "{report:?}");
    assert!(report.is_whole());
    let again = accrue(&server, 20_211_220, &[]).await;
    assert_eq!((again.accrued.loans, again.duplicates, again.rounds), (0, 0, 1), "{again:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_that_differs_is_shown_beside_the_ledgers_own() {
    let server = with_a_loan().await;
    // The loan itself does not change when its borrower leaves, so the figure is not late but wrong.
    let report = accrue(&server, 20_211_220, &[status(20_211_105, Status::Withdrawn)]).await;
    let turned = &report.turned[0];
    assert_eq!((turned.code.as_str(), report.turned_count, report.rounds), ("subsidy_differs", 1, 1), "{report:?}");
    // 62 days were asked for; up to 30 November, 42 days, finance bears them.
    assert_eq!(turned.figures, Some((5_993, 4_060)), "{report:?}");
    assert!(!report.is_whole());
    let again = accrue(&server, 20_211_220, &[]).await;
    assert_eq!((again.accrued.figure.subsidy, again.accrued.figure.borrower), (4_060, 1_933), "{again:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_and_what_follows_are_said_in_one_round() {
    let server = with_a_loan().await;
    accrue(&server, 20_211_220, &[]).await;
    server.record("制单", &[status(20_211_105, Status::Withdrawn)]).await;
    let report = accrue(&server, 20_211_231, &[]).await;
    assert_eq!((report.rounds, report.adjusted.loans, report.accrued.loans), (1, 1, 1), "{report:?}");
    assert_eq!((report.adjusted.figure.subsidy, report.adjusted.figure.borrower), (-1_933, 1_933), "{report:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_loans_pass_in_calls_of_thousands() {
    let server = with_a_loan().await;
    let mut events = Vec::new();
    for n in 0..6_000_u128 {
        let loan = Uuid::from_u128(100_000 + n);
        let signed = LoanSigned {
            loan,
            number: format!("B-{n}"),
            contract: [7; 32],
            lender: Uuid::from_u128(LENDER),
            person: Uuid::from_u128(500_000 + n),
            school: Uuid::from_u128(SCHOOL),
            kind: LoanKind::Origin,
            level: StudyLevel::Undergraduate,
            academic_year: 2022,
            basis: DayBasis::D365,
            graduates: day(20_250_630),
            repay_from: day(20_301_220),
            matures: day(20_371_220),
        };
        events.push(on(20_220_915, Kind::LoanSigned(signed)));
        let drawn = LoanDrawn { loan, fen: 100_000, serial: n.to_string() };
        events.push(on(20_221_020, Kind::LoanDrawn(drawn)));
    }
    for call in events.chunks(5_000) {
        server.record("制单", call).await;
    }
    let started = Instant::now();
    let report = accrue(&server, 20_221_220, &[]).await;
    assert_eq!((report.loans, report.accrued.loans, report.rounds), (6_001, 6_001, 1), "{report:?}");
    assert!(report.is_whole() && started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    server.stop().await;
}
