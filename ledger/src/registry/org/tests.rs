//! Organisations named before they are registered: each kind of report that names one, names by day, the tree.

use super::*;
use crate::account::{Book, Class};
use crate::event::{
    ClaimFor, CompensationReceived, DayBasis, Event, FundStated, Kind, LenderYear, Level, LoanDrawn, LoanKind,
    LoanSigned, OrgRole, OverclaimReturned, Payer, PeriodClosed, PersonRegistered, Status, StatusChanged, StudyLevel,
    Subordination,
};
use crate::loan::portfolio_id;
use crate::money::Day;
use crate::outcome::{Code, Outcome};

const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const PERSON: Uuid = Uuid::from_u128(3);
const LOAN: Uuid = Uuid::from_u128(4);
/// When all this is told: the year 3001.
const LATE_MS: i64 = 32_535_216_000_000;

fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).unwrap_or_default()
}

/// Folds what is said, after asking what folding it would give. Whether it was posted, and not refused for an organisation.
fn say(state: &mut State, on: u32, kind: Kind) -> bool {
    let index = state.entries;
    let event = Event { id: Uuid::from_u128(u128::from(index) + 1_000), effective: day(on), edition: 0, kind };
    let content = index.to_le_bytes();
    let entry = Entry {
        index,
        recorded_ms: LATE_MS,
        principal: "clerk",
        proof: crate::entry::Proof::Named,
        again: None,
        content: &content,
        event: &event,
    };
    let foreseen = state.dry_run(&entry).expect("rules it knows");
    let outcome = state.fold(&entry).expect("the next entry");
    match (&foreseen, &outcome) {
        (Outcome::Posted { postings: foreseen, .. }, Outcome::Posted { postings, .. }) => {
            assert_eq!(foreseen, postings);
            for posting in postings {
                assert!(posting.debit.max(posting.credit) < state.accounts.next(), "an account that is there");
            }
        }
        _ => assert_eq!(foreseen, outcome),
    }
    for (_, org) in state.orgs.iter() {
        if let Some(early) = org.early.handle() {
            let finding = state.findings.get(early);
            let expected = (FindingKind::UnknownSubject, org.id, !org.known);
            assert_eq!((finding.kind, finding.subject, finding.open), expected, "the finding an organisation keeps");
        }
        assert_eq!(state.owner_id(org.accounts), org.id, "its accounts are its own");
    }
    match outcome {
        Outcome::Refused(refusal) => {
            assert_eq!(refusal.code, Code::UnknownOrg);
            false
        }
        Outcome::Posted { .. } | Outcome::Duplicate { .. } => true,
    }
}

fn registered(org: Uuid, parent: Option<Uuid>) -> Kind {
    let (number, name, level, role) = (org.to_string(), "某校".to_owned(), Level::School, OrgRole::School);
    let subordination = Subordination::Central;
    Kind::OrgRegistered(OrgRegistered { org, number, name, level, role, parent, division: 610_000, subordination })
}

fn renamed(org: Uuid, name: &str, division: u32) -> Kind {
    Kind::OrgRenamed(OrgRenamed { org, name: name.to_owned(), division })
}

fn signed(lender: Uuid, school: Uuid) -> Kind {
    let later = day(20_280_630);
    Kind::LoanSigned(LoanSigned {
        loan: LOAN,
        number: String::new(),
        contract: [0; 32],
        lender,
        kind: LoanKind::Campus,
        person: PERSON,
        school,
        academic_year: 2023,
        level: StudyLevel::Undergraduate,
        graduates: later,
        repay_from: later,
        matures: later,
        basis: DayBasis::D360,
    })
}

/// A person, and a loan of which only the draw is known.
fn begun() -> State {
    let mut state = State::default();
    say(&mut state, 20_230_901, Kind::PersonRegistered(PersonRegistered { person: PERSON, origin: 610_000 }));
    say(&mut state, 20_231_105, Kind::LoanDrawn(LoanDrawn { loan: LOAN, fen: 800_000, serial: String::new() }));
    state
}

/// One report of each kind that names organisations, all of them `one` and `other`.
fn reports(one: Uuid, other: Uuid) -> Vec<Kind> {
    let year = LenderYear { lender: one, kind: LoanKind::Campus, year: 2023 };
    vec![
        registered(other, Some(one)),
        renamed(one, "新名", 610_000),
        Kind::StatusChanged(StatusChanged { person: PERSON, status: Status::Enrolled, school: one }),
        signed(one, other),
        signed(one, one),
        Kind::OverclaimReturned(OverclaimReturned {
            loan: LOAN,
            what: ClaimFor::Subsidy,
            claim: Some(LOAN),
            line: 1,
            unit: one,
            fen: 7,
            serial: String::new(),
        }),
        Kind::CompensationReceived(CompensationReceived { year, payer: Payer::Central, fen: 5, serial: String::new() }),
        Kind::FundStated(FundStated { lender: one, kind: LoanKind::Campus, fen: 0 }),
    ]
}

/// What stands on the accounts, by the id of their owner.
fn books(state: &State) -> Vec<(Uuid, Class, i128)> {
    let rows = state.accounts.iter().filter(|(_, row)| row.balance != 0);
    let mut rows: Vec<_> = rows.map(|(at, row)| (state.owner_id(at), row.class, row.balance)).collect();
    rows.sort_unstable();
    rows
}

fn unknown(state: &State) -> usize {
    let about_orgs = |finding: &&Finding| finding.kind == FindingKind::UnknownSubject && finding.subject != LOAN;
    state.findings.iter().map(|(_, finding)| finding).filter(about_orgs).count()
}

#[test]
fn each_report_that_names_an_organisation_makes_it() {
    for at in 0..reports(ONE, OTHER).len() {
        let kind = reports(ONE, OTHER).swap_remove(at);
        let mut early = begun();
        let mut late = early.clone();
        assert!(say(&mut early, 20_231_001, kind.clone()), "{kind:?}");
        let named: Vec<_> = early.orgs.iter().filter(|(_, org)| !org.id.is_nil()).collect();
        assert!(named.iter().any(|(_, org)| org.id == ONE && !org.known && org.name() == "待登记"), "{kind:?}");
        let not_registered = named.iter().filter(|(_, org)| !org.known).count();
        assert_eq!(unknown(&early), not_registered, "one finding for each: {kind:?}");
        for org in [ONE, OTHER] {
            let closing = Kind::PeriodClosed(PeriodClosed { org, book: Book::Cash, through: day(20_230_101) });
            let waits = !say(&mut early, 20_231_001, closing);
            assert_eq!(waits, early.orgs.by_id(org).is_none_or(|(_, row)| !row.known), "a decision waits: {kind:?}");
        }
        // Named once more it opens no other finding.
        say(&mut early, 20_231_002, renamed(ONE, "又名", 610_100));
        assert_eq!(unknown(&early), not_registered, "{kind:?}");
        let before = books(&early);
        for org in [OTHER, ONE] {
            say(&mut early, 20_200_101, registered(org, None));
            say(&mut late, 20_200_101, registered(org, None));
        }
        assert_eq!(books(&early), before, "registering moves nothing: {kind:?}");
        assert!(early.orgs.iter().all(|(_, org)| org.known || org.id.is_nil()));
        say(&mut late, 20_231_001, kind.clone());
        assert_eq!(books(&early), books(&late), "as if registered first: {kind:?}");
        assert_eq!(unknown(&late), 0, "{kind:?}");
    }
}

#[test]
fn what_names_nobody_belongs_to_nobody() {
    for kind in reports(Uuid::nil(), Uuid::nil()) {
        let mut state = begun();
        say(&mut state, 20_231_001, kind.clone());
        say(&mut state, 20_231_001, registered(Uuid::nil(), None));
        assert_eq!(state.orgs.len(), 1, "{kind:?}");
        assert_eq!(state.orgs.get(UNKNOWN_ORG).name(), "未知单位", "{kind:?}");
    }
}

#[test]
fn money_is_with_the_lender_at_once() {
    let mut state = begun();
    say(&mut state, 20_231_001, signed(ONE, OTHER));
    let (_, fund) = state.portfolios.by_id(portfolio_id(ONE, LoanKind::Campus)).expect("the lender's loans");
    assert_eq!(state.orgs.get(fund.lender).id, ONE);
    assert_eq!(state.balance(State::account_at(fund.accounts, Class::Lent)), -800_000);
    let (_, loan) = state.loans.by_id(LOAN).expect("the loan");
    assert_eq!(state.orgs.get(loan.school).id, OTHER);
}

#[test]
fn names_go_by_day_in_whatever_order_they_are_told() {
    let told = [
        (20_200_101, registered(ONE, None)),
        (20_210_101, renamed(ONE, "甲", 610_100)),
        (20_200_101, renamed(ONE, "乙", 610_200)),
        (20_190_101, renamed(ONE, "丙", 610_300)),
        (20_220_101, renamed(ONE, "丁", 610_400)),
    ];
    for turn in 0..told.len() {
        let mut state = State::default();
        for at in 0..told.len() {
            let (on, kind) = told[(at + turn) % told.len()].clone();
            say(&mut state, on, kind);
        }
        let (org, row) = state.orgs.by_id(ONE).expect("named");
        let names: Vec<&str> = row.names.iter().map(|name| name.name.as_str()).collect();
        assert_eq!(names, ["丙", "某校", "乙", "甲", "丁"], "turned by {turn}");
        assert_eq!((row.name(), row.division()), ("丁", 610_400));
        let last = row.names.last().expect("the last").by;
        unname(&mut state, 9, org, last);
        let row = state.orgs.get(org);
        assert_eq!((row.name(), row.division(), row.last), ("甲", 610_100, 9));
    }
}

#[test]
fn a_registration_can_be_taken_back_and_told_anew() {
    for named_first in [true, false] {
        let mut state = begun();
        if named_first {
            say(&mut state, 20_231_001, signed(OTHER, ONE));
        }
        say(&mut state, 20_200_101, registered(ONE, Some(OTHER)));
        say(&mut state, 20_210_101, renamed(ONE, "新名", 610_100));
        let before = books(&state);
        let (org, row) = state.orgs.by_id(ONE).expect("registered");
        assert_eq!(row.early.is_some(), named_first);
        // Whoever takes it back opens the finding, if it has none of its own; here one that is there stands for it.
        let finding = Handle::new(0);
        unregister(&mut state, 9, org, finding);
        let row = state.orgs.get(org);
        assert!(!row.known && row.parent.is_none() && row.number.is_empty() && row.last == 9);
        assert_eq!((row.name(), row.division(), row.names.len()), ("待登记", 0, 1));
        let early = row.early.handle().expect("a finding");
        assert_eq!(early == finding, !named_first);
        assert!(state.findings.get(early).open);
        assert_eq!(state.need_org(ONE).err().map(|refusal| refusal.code), Some(Code::UnknownOrg));
        assert_eq!(books(&state), before);
        if named_first {
            say(&mut state, 20_200_101, registered(ONE, Some(OTHER)));
            assert_eq!(state.orgs.get(org).name(), "新名");
            assert!(state.need_org(ONE).is_ok());
        }
    }
}

#[test]
fn the_tree_has_no_cycles_whatever_is_registered_first() {
    let unit = |number: usize| Uuid::from_u128(100 + number as u128);
    let mut state = State::default();
    let cycles = |state: &State| state.findings.iter().filter(|(_, f)| f.kind == FindingKind::ParentCycle).count();
    let handle = |state: &State, number| state.orgs.find(unit(number)).expect("named");
    // A chain told from below: each names the one above it first.
    for number in 0..DEPTH_MAX {
        say(&mut state, 20_200_101, registered(unit(number), Some(unit(number + 1))));
    }
    assert_eq!(cycles(&state), 0);
    assert!(is_below(&state, handle(&state, 0), handle(&state, DEPTH_MAX)));
    assert!(!is_below(&state, handle(&state, DEPTH_MAX), handle(&state, 0)));
    // The top would close the ring, and one more below would go too deep.
    say(&mut state, 20_200_101, registered(unit(DEPTH_MAX), Some(unit(0))));
    say(&mut state, 20_200_101, registered(unit(500), Some(unit(0))));
    say(&mut state, 20_200_101, registered(unit(501), Some(unit(501))));
    assert_eq!(cycles(&state), 3);
    for number in [DEPTH_MAX, 500, 501] {
        assert!(state.orgs.get(handle(&state, number)).parent.is_none());
    }
    for (from, _) in state.orgs.iter() {
        assert!(state.orgs.chain(from, |unit| unit.parent).take(DEPTH_MAX + 2).count() <= DEPTH_MAX + 1);
    }
}
