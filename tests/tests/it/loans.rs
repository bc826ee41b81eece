//! Loans against the second model: golden cases of the domain, and histories nobody wrote.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

use ledger::account::Class;
use ledger::entry::{Entry, Proof};
use ledger::event::{Allocation, DayBasis, Event, Interest, Kind, LoanRefunded, Status};
use ledger::finding::FindingKind;
use ledger::loan::stretch::{Payment, Stretch};
use ledger::loan::walk::Walk;
use ledger::money::{Day, Fen};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::rows::Finding;
use replay::answers::loans::fund::{risk_years, years};
use std::collections::{BTreeMap, BTreeSet};
use tests::desk::{restored, say};
use tests::history::{Chance, thing};
use tests::loans::{Story, Teller, agrees, borrowers, day, digest, funds, funds_agree, shuffle, telling, world};
use uuid::Uuid;

/// Histories a test makes.
const SEEDS: u64 = 120;

/// A teller who has told of the lender and the university.
pub(crate) fn begun() -> Teller {
    let mut teller = Teller::default();
    for (on, kind) in world() {
        assert!(matches!(teller.say(on, kind), Outcome::Posted { .. }));
    }
    teller
}

/// Takes a slip back, and tells what is right if it has the same number.
pub(crate) fn mend(teller: &mut Teller, (slip, right): (Event, Option<Event>)) {
    let taken = teller.take_back(&slip);
    if let Some(right) = right.filter(|_| taken) {
        teller.tell_next(&slip, &right);
    }
}

/// Registers the borrowers, each before his first status is told, or at any time.
pub(crate) fn register(chance: &mut Chance, told: &mut Vec<Event>, anywhere: bool) {
    for (effective, kind) in borrowers() {
        let Kind::PersonRegistered(registered) = &kind else { continue };
        let person = registered.person;
        let of = |event: &Event| matches!(&event.kind, Kind::StatusChanged(change) if change.person == person);
        let first = told.iter().position(of).filter(|_| !anywhere).unwrap_or(told.len());
        told.insert(chance.below(first + 1), Event::said(effective, kind));
    }
}

/// A quarter end between 2014 and 2035.
pub(crate) fn quarter_end(chance: &mut Chance) -> Day {
    let year = 2014 + u32::try_from(chance.below(22)).expect("small");
    day(year * 10_000 + [331, 630, 930, 1231][chance.below(4)])
}

/// The end of all histories.
pub(crate) fn end() -> Day {
    day(2040_12_31)
}

#[test]
fn every_loan_agrees_with_the_model_to_the_fen() {
    let mut told: BTreeMap<&str, u32> = BTreeMap::new();
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut brought, mut sums, mut early) = (0, ledger::event::Interest::default(), 0);
    let (mut late, mut in_funds) = (0, [0; 3]);
    for seed in 0..SEEDS {
        let (mut teller, mut chance) = (begun(), Chance::new(seed + 1_000));
        let mut telling = telling(seed);
        register(&mut chance, &mut telling.told, true);
        for (at, event) in telling.told.iter().enumerate() {
            let outcome = teller.tell(event);
            assert!(matches!(outcome, Outcome::Posted { .. }), "seed {seed}: {event:?} gave {outcome:?}");
            *told.entry(event.kind.name()).or_default() += 1;
            // Any fact told so far, whatever came after it.
            if chance.in_hundred(10) {
                late += u32::from(teller.correct(&telling.told[chance.below(at + 1)]));
            }
            let loan = telling.loans[chance.below(telling.loans.len())];
            let doubted = chance.in_hundred(20);
            if chance.in_hundred(40) && teller.bring_doubted(loan, quarter_end(&mut chance), doubted) {
                agrees(&teller.state, &teller.book, loan, &format!("seed {seed}, event {at}, loan {loan}"));
                brought += 1;
            }
        }
        for loan in &telling.loans {
            let doubted = chance.in_hundred(20);
            assert!(teller.bring_doubted(*loan, end(), doubted), "seed {seed}: all is known of loan {loan}");
            agrees(&teller.state, &teller.book, *loan, &format!("seed {seed}, at the end, loan {loan}"));
            let row = teller.loan(*loan).expect("known");
            let posted = ledger::loan::position::interest(&row.posted);
            sums.subsidy += posted.subsidy.min(1);
            sums.waiver += posted.waiver.min(1);
            sums.borrower += posted.borrower.min(1);
            sums.penalty += posted.penalty.min(1);
        }
        let of_seed = funds_agree(&teller.state, &teller.book, thing("org", 1), &format!("seed {seed}"));
        for (all, of_seed) in in_funds.iter_mut().zip(of_seed) {
            *all += of_seed.min(1);
        }
        let before = |finding: &Finding| finding.kind == FindingKind::BeforeSubject;
        early += teller.state.findings.iter().filter(|(_, finding)| before(finding)).count();
        for code in teller.refused {
            *refused.entry(code.name()).or_default() += 1;
        }
    }
    // A generator that stops reaching something would let everything above pass.
    println!("{told:?}\n{refused:?}\n{brought} {sums:?} {in_funds:?}");
    assert!(in_funds.iter().all(|seeds| *seeds >= 20), "used, borne, stated otherwise: {in_funds:?}");
    assert!(told.len() >= 17 && told.values().all(|times| *times >= 20), "{told:?}");
    assert!(refused.len() >= 7 && refused.values().all(|times| *times >= 20), "{refused:?}");
    let least = sums.subsidy.min(sums.waiver).min(sums.borrower).min(sums.penalty);
    assert!(late >= 200, "only {late} facts were taken back");
    assert!(least >= 20 && brought >= 800 && early >= 50, "{sums:?} {brought}, {early} before the contract");
}

#[test]
fn neither_order_nor_slips_that_were_taken_back_matter() {
    let (mut met, mut closed, mut universities) = (BTreeSet::new(), 0, 0);
    for seed in 0..SEEDS {
        let telling = telling(seed);
        let mut digests = Vec::new();
        for order in 0..3 {
            let (mut teller, mut chance) = (begun(), Chance::new(seed * 3 + order));
            let mut told = telling.told.clone();
            shuffle(&mut chance, &mut told);
            register(&mut chance, &mut told, order > 0);
            // The first is told right from the start, the others with slips that are taken back at any later time. Where the slip
            // is in what the source numbers, what is right is told as the next edition, and counts from then on.
            let mut slips: Vec<(Event, Option<Event>)> = Vec::new();
            let mut right = Vec::new();
            for event in &told {
                let slips_here = order > 0 && chance.in_hundred(10);
                let slip = slips_here.then(|| teller.slip(&mut chance, event, &told)).flatten();
                let same = slip.as_ref().is_some_and(|slip| slip.id == event.id);
                slips.extend(slip.map(|slip| (slip, same.then(|| event.clone()))));
                if !same {
                    let _ = teller.tell(event);
                    right.push(event);
                }
                if order > 0 && !right.is_empty() && chance.in_hundred(10) {
                    let _ = teller.correct(right[chance.below(right.len())]);
                }
                if !slips.is_empty() && chance.in_hundred(10) {
                    mend(&mut teller, slips.swap_remove(chance.below(slips.len())));
                }
                let loan = telling.loans[chance.below(telling.loans.len())];
                if chance.in_hundred(10) {
                    let _ = teller.bring(loan, quarter_end(&mut chance));
                }
            }
            slips.into_iter().for_each(|slip| mend(&mut teller, slip));
            for loan in &telling.loans {
                assert!(teller.bring(*loan, end()), "seed {seed}: all is known of loan {loan}");
            }
            let _ = funds_agree(&teller.state, &teller.book, thing("org", 1), &format!("seed {seed}, order {order}"));
            let open = open_findings(&teller.state);
            closed += teller.state.findings.len() - teller.state.findings.iter().filter(|(_, row)| row.open).count();
            met.extend(open.iter().map(|(kind, _)| *kind));
            universities += universities_have_draws(&teller.state, seed);
            // What moved after it was told is a matter of the order of telling.
            let open: BTreeSet<_> = open.into_iter().filter(|(kind, _)| *kind != "before_opening").collect();
            digests.push((digest(&teller.state, &telling.loans), funds(&teller.state), open));
        }
        assert_eq!(digests[0], digests[1], "seed {seed}");
        assert_eq!(digests[0], digests[2], "seed {seed}");
    }
    // A generator that opens nothing, or nothing that closes, would let everything above pass.
    println!("{met:?} {closed}");
    assert!(met.len() >= 8 && closed >= 500 && universities >= 500, "{met:?}, {closed} closed, {universities} shown");
}

/// A fund shows no university of which nothing is drawn and nothing was computed, whatever school was told by mistake; how many it
/// shows.
fn universities_have_draws(state: &State, seed: u64) -> usize {
    let mut shown = 0;
    for (portfolio, _) in state.portfolios.iter() {
        for (year, of_year) in years(state, portfolio) {
            let rows = risk_years(state, portfolio, year).into_iter().map(|row| state.risk_years.get(row));
            let with_draws = rows.filter(|row| row.drawn != 0 || row.computed > 0).count();
            assert_eq!(usize::try_from(of_year.schools), Ok(with_draws), "seed {seed}: universities of {year}");
            shown += with_draws;
        }
    }
    shown
}

/// What somebody still has to look at: kinds of findings and what they are about. Their numbers and entries differ with the order of
/// telling.
fn open_findings(state: &State) -> BTreeSet<(&'static str, Uuid)> {
    state.findings.iter().filter(|(_, row)| row.open).map(|(_, row)| (row.kind.name(), row.subject)).collect()
}

/// Interest with one payer.
fn only(payer: Payment, fen: Fen) -> Interest {
    let nothing = Interest::default();
    match payer {
        Payment::Subsidy => Interest { subsidy: fen, ..nothing },
        Payment::Waiver(_) => Interest { waiver: fen, ..nothing },
        Payment::Borrower => Interest { borrower: fen, ..nothing },
    }
}

/// The stretches of a story's loan through a day.
fn stretches(story: &Story, through: u32) -> Vec<Stretch> {
    let loan = story.teller.loan(story.loan).expect("the loan");
    let walk = Walk::new(&story.teller.state, &loan, &loan.facts).expect("its interest is known");
    let mut seen = Vec::new();
    let _ = walk.sums([day(through)], |stretch| seen.push(*stretch)).expect("its interest is known");
    seen
}

/// Days from one day to another, both included, by payer.
fn days(story: &Story, payment: Payment, from: u32, through: u32) -> u32 {
    let stretches = stretches(story, through).into_iter();
    stretches.filter(|stretch| stretch.payment == payment && stretch.from >= day(from)).map(|one| one.days()).sum()
}

/// The worked example of the domain, section 3.3: both day counts, the borrower's days and the waived ones.
#[test]
fn the_example_of_the_domain_comes_out_on_both_bases() {
    let figures = [(DayBasis::D360, 51_000, 22_200, 58_806), (DayBasis::D365, 50_301, 21_896, 58_000)];
    for (basis, spring, autumn, next) in figures {
        for waived in [false, true] {
            let mut story = Story::example(basis);
            story.status(2024_06_30, Status::Graduated);
            let mut payers = [Payment::Borrower; 2];
            if waived {
                story.waive(2024, 2024_03_01);
                story.waive(2025, 2025_03_01);
                payers = [Payment::Waiver(2024), Payment::Waiver(2025)];
            }
            let _ = story.accrue(2023_12_20);
            // A leap year: 255 days to 31 August and 111 from 1 September to 20 December are 366.
            assert_eq!(story.accrue(2024_08_31), only(Payment::Subsidy, spring), "{basis:?}");
            assert_eq!(story.accrue(2024_12_20), only(payers[0], autumn), "{basis:?}");
            assert_eq!(story.accrue(2025_12_20), only(payers[1], next), "{basis:?}");
            assert_eq!(days(&story, payers[0], 2024_09_01, 2024_12_20), 111);
            assert_eq!(days(&story, payers[1], 2024_12_21, 2025_12_20), 365);
            assert_eq!(story.balance(Class::InterestDue), if waived { 0 } else { autumn + next });
            assert_eq!(story.balance(Class::WaiverDue), if waived { autumn + next } else { 0 });
            agrees(&story.teller.state, &story.teller.book, story.loan, "the example");
        }
    }
}

/// What the borrower paid before the notice came is owed back to him, and finance owes it instead.
#[test]
fn a_late_waiver_raises_a_refund() {
    let mut story = Story::example(DayBasis::D360);
    story.status(2024_06_30, Status::Graduated);
    let _ = story.accrue(2024_12_20);
    let allocation = Allocation { interest: 22_200, ..Allocation::default() };
    story.repay(2024_12_21, 22_200, Some(allocation));
    assert_eq!(story.balance(Class::InterestDue), 0);
    story.waive(2024, 2024_03_01);
    let (figure, _) = story.adjust(2024_12_31);
    assert_eq!(figure, Interest { waiver: 22_200, borrower: -22_200, ..Interest::default() });
    assert_eq!((story.balance(Class::RefundDue), story.balance(Class::WaiverDue)), (-22_200, 22_200));
    let refund = LoanRefunded { loan: story.loan, allocation, serial: "3".into() };
    let _ = story.say(day(2025_02_01), Kind::LoanRefunded(refund));
    assert_eq!((story.balance(Class::RefundDue), story.balance(Class::InterestDue)), (0, 0));
    agrees(&story.teller.state, &story.teller.book, story.loan, "after the refund");
}

/// Done when: three quarters are closed before anybody says that the borrower has graduated.
#[test]
fn a_late_graduation_over_closed_quarters_gives_the_same_balances() {
    let quarters = [2024_09_30, 2024_12_31, 2025_03_31];
    let told = |late: bool| {
        let mut story = Story::example(DayBasis::D360);
        let _ = story.accrue(2024_06_30);
        if !late {
            story.status(2024_06_15, Status::Graduated);
        }
        for quarter in quarters {
            let _ = story.accrue(quarter);
            story.close(quarter);
        }
        if late {
            story.status(2024_06_15, Status::Graduated);
            let (figure, postings) = story.adjust(2024_06_15);
            assert!(figure.subsidy < 0 && figure.borrower == -figure.subsidy, "{figure:?}");
            assert!(!postings.is_empty() && postings.iter().all(|posting| posting.booked == day(2025_04_01)));
        }
        let _ = story.accrue(2025_06_30);
        agrees(&story.teller.state, &story.teller.book, story.loan, "a graduation");
        let digest = digest(&story.teller.state, &[story.loan]);
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let (on_time, late) = (told(false), told(true));
    println!("on time {on_time}\nlate    {late}");
    assert_eq!(on_time, late);
}

/// A loan of twenty years, paid every month: a late fact costs a walk over a bounded number of stretches.
#[test]
fn a_late_fact_of_a_long_loan_is_bounded_work() {
    let mut story = Story::begin();
    story.sign(2015_09_01, DayBasis::D365);
    for (at, kind) in tests::loans::benchmarks() {
        let _ = story.say(at, kind);
    }
    for year in 2015..2019 {
        story.draw(year * 10_000 + 915, 800_000);
    }
    let standings = [Status::Enrolled, Status::Leave, Status::Enrolled, Status::IllnessLeave, Status::Graduated];
    for (on, status) in [2015_09_01, 2016_03_10, 2016_09_01, 2017_03_01, 2019_06_20].into_iter().zip(standings) {
        story.status(on, status);
    }
    for year in 2022..2026 {
        story.waive(year, u32::from(year) * 10_000 + 501);
    }
    for month in 0..240 {
        story.repay((2019 + month / 12) * 10_000 + (month % 12 + 1) * 100 + 15, 10_000, None);
    }
    assert!(story.teller.bring(story.loan, day(2039_12_31)));
    let walked = stretches(&story, 2039_12_31).len();
    let begun = std::time::Instant::now();
    story.repay(2016_06_15, 5_000, None);
    println!("{walked} stretches; a fact learnt 23 years late was folded in {:?}", begun.elapsed());
    // Each fact, rate, settlement and standing ends at most one stretch.
    assert!((240..=330).contains(&walked), "{walked} stretches");
    agrees(&story.teller.state, &story.teller.book, story.loan, "a long loan");
}

/// Years of offices, one of which is frozen: the model follows them to their end, and every kind about loans is posted.
#[test]
fn a_year_of_offices_posts_every_kind() {
    let (mut complete, mut refused) = (Vec::new(), BTreeSet::new());
    for seed in 0..10 {
        let (mut state, mut posted) = (ledger::state::State::default(), BTreeSet::new());
        for (who, event) in tests::loans::year(seed) {
            match say(&mut state, &who, &event).expect("the fold goes on") {
                Outcome::Posted { .. } => drop(posted.insert(event.kind.name())),
                Outcome::Refused(refusal) => drop(refused.insert(refusal.code.name())),
                Outcome::Duplicate { .. } => {}
            }
        }
        let digest = state.digest();
        assert_eq!(restored(&mut state).expect("its own pages").digest(), digest, "seed {seed}");
        let lending = proto::event::KIND_NAMES.iter().skip_while(|name| **name != "loan_terms_adopted");
        // Keys came after the loans and are no part of them.
        let mut lending = lending.take_while(|name| **name != "key_announced");
        if lending.all(|name| posted.contains(name)) {
            complete.push(seed);
        }
    }
    println!("every kind is posted by the years {complete:?}, refused for {} reasons {refused:?}", refused.len());
    assert!(refused.len() >= 29 && complete.len() >= 2, "{complete:?}");
}

#[test]
fn a_dry_run_of_a_year_says_what_will_be() {
    let mut state = ledger::state::State::default();
    for (principal, event) in tests::loans::year(0) {
        let content = proto::event::encode(&event);
        let (index, recorded_ms) = (state.entries, proto::samples::LATE_MS);
        let entry = Entry {
            index,
            recorded_ms,
            principal: &principal,
            proof: Proof::Named,
            again: None,
            content: &content,
            event: &event,
        };
        let before = state.dry_run(&entry).expect("the fold goes on");
        match (before, state.fold(&entry).expect("the fold goes on")) {
            // Findings get their numbers only when they are opened.
            (Outcome::Posted { postings: before, .. }, Outcome::Posted { postings: after, .. }) => {
                assert_eq!(before, after, "{entry:?}");
            }
            (before, after) => assert_eq!(before, after, "{entry:?}"),
        }
    }
}
