//! Organisations may be registered before, among or after what is reported of them: the books come out the same.

use ledger::account::Class;
use ledger::finding::FindingKind;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::lending_rows::Portfolio;
use ledger::state::rows::Org;
use std::collections::BTreeMap;
use tests::desk::restored;
use tests::loans::{Registered, named_first, orgs};
use uuid::Uuid;

/// Histories the test makes.
const SEEDS: u64 = 60;

/// Everything that hangs on organisations, by ids: handles and numbers of findings differ with the order of telling.
#[derive(PartialEq, Eq, Debug)]
struct Books {
    balances: BTreeMap<(Uuid, Class), i128>,
    orgs: BTreeMap<Uuid, (bool, String, u32, Option<Uuid>)>,
    funds: BTreeMap<Uuid, String>,
    years: BTreeMap<Uuid, (Uuid, u16, Fen)>,
    claims: BTreeMap<Uuid, String>,
    loans: BTreeMap<Uuid, (Uuid, Day, String)>,
}

fn books(state: &State) -> Books {
    let org = |at| state.orgs.get(at).id;
    let accounts = state.accounts.iter().filter(|(_, row)| row.balance != 0);
    let unit = |row: &Org| {
        let parent = row.parent.handle().map(org);
        (row.known, row.name().to_owned(), row.division(), parent)
    };
    let fund = |row: &Portfolio| {
        let Portfolio { lender, drawn, settled_drawn, moved, losses, stated, .. } = row;
        let stated: Vec<_> = stated.iter().map(|said| (said.on, said.fen)).collect();
        format!("{} {drawn} {settled_drawn} {moved:?} {losses:?} {stated:?}", org(*lender))
    };
    let claims = state.claims.iter().map(|(_, row)| {
        let mut parts: Vec<String> = row.parts.iter().map(|part| format!("{part:?}")).collect();
        parts.sort_unstable();
        assert!(row.unplaced.is_empty(), "sealed");
        let payers: Vec<_> = row.payers.iter().map(|row| (row.payer, row.owed)).collect();
        (row.id, format!("{} {} {parts:?} {payers:?}", org(row.unit), row.confirmed))
    });
    Books {
        balances: accounts.map(|(at, row)| ((state.owner_id(at), row.class), row.balance)).collect(),
        orgs: state.orgs.iter().map(|(_, row)| (row.id, unit(row))).collect(),
        funds: state.portfolios.iter().map(|(_, row)| (row.id, fund(row))).collect(),
        years: state.risk_years.iter().map(|(_, row)| (row.id, (org(row.school), row.year, row.drawn))).collect(),
        claims: claims.collect(),
        loans: state
            .loans
            .iter()
            .map(|(_, row)| (row.id, (org(row.school), row.through, format!("{:?}", row.posted))))
            .collect(),
    }
}

fn unknown(state: &State) -> usize {
    let findings = state.findings.iter().map(|(_, row)| row).filter(|row| row.kind == FindingKind::UnknownSubject);
    findings.filter(|row| state.orgs.find(row.subject).is_some()).count()
}

#[test]
fn registered_first_anywhere_or_last_the_books_are_the_same() {
    let (mut named, mut confirmed, mut stood) = (0, 0, 0);
    for seed in 0..SEEDS {
        let first = named_first(seed, Registered::First);
        orgs(&first.state, &first.book, &format!("seed {seed}, first"));
        assert_eq!(unknown(&first.state), 0, "seed {seed}: all are registered");
        let expected = books(&first.state);
        confirmed += first.state.claims.iter().filter(|(_, row)| row.confirmed > 0).count();
        stood += first.state.portfolios.iter().filter(|(_, row)| !row.stated.is_empty()).count();
        for registered in [Registered::Anywhere, Registered::Last] {
            let mut other = named_first(seed, registered);
            orgs(&other.state, &other.book, &format!("seed {seed}"));
            assert!(books(&other.state) == expected, "seed {seed}: other books");
            named += unknown(&other.state);
            let digest = other.state.digest();
            let copy = restored(&mut other.state).expect("pages bring it back");
            assert_eq!(copy.digest(), digest, "seed {seed}");
        }
    }
    // A generator that stops naming anybody would let everything above pass.
    println!("{named} {confirmed} {stood}");
    assert!(named >= 400 && confirmed >= 50 && stood >= 30, "{named} {confirmed} {stood}");
}
