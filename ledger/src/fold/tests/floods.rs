//! Floods about persons, their merges and their claims: none makes an entry slow.

use super::*;

/// A contract told after all its facts, standings without end, and contracts of one borrower without end.
#[test]
fn no_flood_about_a_person_makes_an_entry_slow() {
    let mut told = Told::begin();
    for at in 0..FLOOD as usize {
        told.say(day(20_000_101).plus(at as i32), fact([3, 0][at % 2], UNKNOWN));
    }
    for at in 0..FLOOD as i32 {
        let status = [Status::FurtherStudy, Status::Graduated][at as usize % 2];
        told.say(day(20_240_101).plus(-at * 10), standing(status));
    }
    let person = told.state.persons.iter().next().map(|(_, row)| row.statuses.len());
    assert_eq!(person, Some(64));
    assert!(told.accrue());
    told.say(day(19_990_101), contract(UNKNOWN));
    for number in 0..300 {
        let loan = Uuid::from_u128(2_000_000 + number);
        told.say(day(19_990_101), contract(loan));
        told.say(day(20_000_101), fact(0, loan));
    }
    assert_eq!(told.state.loans.iter().filter(|(_, row)| row.known).count(), 256);
    told.holds("standings and contracts");
}

/// As many ids of one human as count, each as full as it can be: a loan of one goes over the standings of all.
#[test]
fn no_flood_of_merges_makes_an_entry_slow() {
    let mut told = Told::begin();
    let id = |number: u128| if number == 0 { PERSON } else { Uuid::from_u128(3_000_000 + number) };
    for number in 0..FLOOD {
        // In chains and in stars, from either end, and round in circles.
        let (one, other) = match number % 4 {
            0 => (number + 1, 0),
            1 => (number + 1, number),
            2 if number == 2 => (0, 3),
            2 => (4, 0),
            _ => (number, number + 1),
        };
        let (person, into, document) = (id(one), id(other), String::new());
        told.say(day(20_250_101), Kind::PersonMerged(PersonMerged { person, into, document }));
    }
    let human = |told: &Told| told.state.human(told.state.persons.find(PERSON).expect("the borrower"));
    let ids: Vec<Uuid> = human(&told).iter().map(|one| told.state.persons.get(*one).id).collect();
    assert_eq!(ids.len(), IDS_MAX);
    for (at, person) in ids.iter().enumerate() {
        for number in 0..70 {
            let status = [Status::FurtherStudy, Status::Graduated][number as usize % 2];
            let on = day(19_950_101).plus(number * 80 + at as i32 * 9);
            told.say(on, Kind::StatusChanged(StatusChanged { person: *person, status, school: SCHOOL }));
        }
        for number in 0..260 {
            let Kind::LoanSigned(signed) = contract(Uuid::from_u128(4_000_000 + at as u128 * 1_000 + number)) else {
                continue;
            };
            let loan = signed.loan;
            told.say(day(19_950_101), Kind::LoanSigned(LoanSigned { person: *person, ..signed }));
            told.say(day(20_000_101), fact(0, loan));
        }
    }
    // Cards that each of them calls his own, and so many others too.
    let mut bind = |person: Uuid, card: u128| {
        let (card, relation) = (Uuid::from_u128(5_000_000 + card), CardRelation::Own);
        told.say(day(20_200_101), Kind::CardBound(CardBound { person, card, relation }));
    };
    for (at, person) in ids.iter().enumerate() {
        for card in (0..6).map(|card| at as u128 * 10 + card) {
            bind(*person, card);
            (0..70).for_each(|other| bind(Uuid::from_u128(6_000_000 + other), card));
        }
    }
    let shares = |id: &Uuid| told.state.card_sharers.by_id(*id).map_or(0, |(_, row)| row.cards.len());
    assert!(ids.iter().all(|id| shares(id) == 4));
    assert!(told.accrue());
    // The last of the merges that count: what both halves hold is compared once more.
    let last = told.state.merged.iter().filter_map(|(_, row)| row.told_by.handle()).max().expect("a merge");
    let entry = told.state.seen.get(last).id;
    let reason = Reason::Mistyped;
    let gone = EntryWithdrawn { entry, content: 0, reason, document: String::new() };
    assert!(told.say(day(20_250_101), Kind::EntryWithdrawn(gone)));
    assert!(told.findings(FindingKind::TooManyFacts) > 0 && told.findings(FindingKind::MergeCycle) > 0);
    told.holds("merges");
}

/// Claim lines of one loan without end, in many claims and in one: those too many stay in their claim, disputed.
#[test]
fn no_flood_of_claim_lines_makes_an_entry_slow() {
    let mut told = Told::begin();
    assert!(told.accrue());
    for number in 0..300 {
        let claim = Uuid::from_u128(1_000_000 + number);
        let (from, through) = (day(20_000_101), day(20_000_201));
        let (lender, unit, kind, what) = (BANK, SCHOOL, LoanKind::Origin, ClaimFor::Subsidy);
        let number = String::new();
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
        told.say(day(20_250_101), Kind::ClaimSubmitted(submitted));
        told.say(day(20_250_101), line(claim, 1));
    }
    let last = Uuid::from_u128(1_000_299);
    for number in 2..1_000 {
        told.say(day(20_250_101), line(last, number));
    }
    assert_eq!(told.state.claims.by_id(last).map(|(_, row)| row.set.count), Some(999));
    assert_eq!(told.state.claim_lines.iter().filter(|(_, line)| line.loan.is_some()).count(), 256);
    assert_eq!(told.findings(FindingKind::TooManyFacts), 44 + 998);
    told.holds("claim lines");
}

/// Transfers without end that come in on one decision, and one transfer told of decisions without end: told first, told otherwise, gone.
#[test]
fn no_flood_of_receipts_makes_an_entry_slow() {
    let mut told = Told::begin();
    let on = day(20_250_101);
    let receipt = |debt: u128, serial: String| {
        let (debt, unit, fen) = (Uuid::from_u128(7_000_000 + debt), SCHOOL, 100 + debt as i64 % 2);
        Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen, serial })
    };
    for at in 0..FLOOD {
        told.say(on, receipt(0, format!("R{at}")));
        told.say(on, receipt(at, "R".to_owned()));
    }
    // Those told of one debt are as many as count, and of these one transfer after the other is told of as many debts as are compared.
    for at in 0..FLOOD {
        for debt in 1..20 {
            told.say(on, receipt(debt, format!("R{at}")));
        }
    }
    let entries = told.state.debts.iter().flat_map(|(_, debt)| debt.facts.iter().map(|fact| fact.entry));
    let entries: Vec<Uuid> = entries.map(|entry| told.state.seen.get(entry).id).collect();
    assert!(entries.len() >= 16 * 240, "{}", entries.len());
    told.state.debts.iter().for_each(|(_, debt)| assert!(debt.facts.len() <= 240));
    for entry in entries.into_iter().take(300) {
        let gone = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: String::new() };
        assert!(told.say(on, Kind::EntryWithdrawn(gone)));
    }
    assert!(told.findings(FindingKind::TooManyFacts) > 0 && told.findings(FindingKind::Repeated) > 0);
    told.holds("receipts");
}
