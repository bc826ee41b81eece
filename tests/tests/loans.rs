//! Loans against the second model: golden cases of the domain, and histories nobody wrote.

use ledger::money::Day;
use ledger::outcome::Outcome;
use std::collections::BTreeMap;
use tests::history::Chance;
use tests::loans::{Teller, agrees, digest, shuffle, telling, world};

/// Histories a test makes.
const SEEDS: u64 = 120;

fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).expect("a day")
}

/// A teller who has told of the lender, the university and the borrowers.
fn begun() -> Teller {
    let mut teller = Teller::default();
    for (on, kind) in world() {
        assert!(matches!(teller.say(on, kind), Outcome::Posted { .. }));
    }
    teller
}

/// A quarter end between 2014 and 2035.
fn quarter_end(chance: &mut Chance) -> Day {
    let year = 2014 + u32::try_from(chance.below(22)).expect("small");
    day(year * 10_000 + [331, 630, 930, 1231][chance.below(4)])
}

/// The end of all histories.
fn end() -> Day {
    day(2040_12_31)
}

#[test]
fn every_loan_agrees_with_the_model_to_the_fen() {
    let mut told: BTreeMap<&str, u32> = BTreeMap::new();
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut brought, mut sums) = (0, ledger::event::Interest::default());
    for seed in 0..SEEDS {
        let (mut teller, mut chance) = (begun(), Chance::new(seed + 1_000));
        let telling = telling(seed, true);
        for (at, event) in telling.told.iter().enumerate() {
            let outcome = teller.tell(event);
            assert!(matches!(outcome, Outcome::Posted { .. }), "seed {seed}: {event:?} gave {outcome:?}");
            *told.entry(event.kind.name()).or_default() += 1;
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
        for code in teller.refused {
            *refused.entry(code.name()).or_default() += 1;
        }
    }
    // A generator that stops reaching something would let everything above pass.
    println!("{told:?}\n{refused:?}\n{brought} {sums:?}");
    assert!(told.len() >= 14 && told.values().all(|times| *times >= 20), "{told:?}");
    assert!(refused.len() >= 7 && refused.values().all(|times| *times >= 20), "{refused:?}");
    let least = sums.subsidy.min(sums.waiver).min(sums.borrower).min(sums.penalty);
    assert!(least >= 20 && brought >= 800, "{sums:?} {brought}");
}

#[test]
fn the_order_of_telling_does_not_matter() {
    for seed in 0..SEEDS {
        let telling = telling(seed, false);
        let mut digests = Vec::new();
        for order in 0..2 {
            let (mut teller, mut chance) = (begun(), Chance::new(seed * 2 + order));
            let mut told = telling.told.clone();
            shuffle(&mut chance, &mut told);
            for event in &told {
                let _ = teller.tell(event);
                let loan = telling.loans[chance.below(telling.loans.len())];
                if chance.in_hundred(10) {
                    let _ = teller.bring(loan, quarter_end(&mut chance));
                }
            }
            for loan in &telling.loans {
                assert!(teller.bring(*loan, end()), "seed {seed}: all is known of loan {loan}");
            }
            digests.push(digest(&teller.state, &telling.loans));
        }
        assert_eq!(digests[0], digests[1], "seed {seed}");
    }
}
