//! The tree over all balances of histories nobody wrote: each account has one place in it, and its leaf is its balance.

use ledger::entry::{Entry, Proof};
use ledger::hash::Hash;
use ledger::state::State;
use ledger::tree::balances::{AccountStands, BalanceTree, SaltSource};
use ledger::tree::merkle::leaf_hash;
use ledger::tree::outcome_leaf::Known as _;
use ledger::tree::proof::is_included;
use std::collections::BTreeSet;
use tests::history::{Chance, wild};
use tests::loans::year;
use uuid::Uuid;

fn states() -> Vec<State> {
    let anything = |seed| {
        let mut chance = Chance::new(seed);
        (0..400).map(|at| ("周".to_owned(), wild(&mut chance, at))).collect()
    };
    let folded = |said: Vec<(String, ledger::event::Event)>| {
        let mut state = State::default();
        for (index, (principal, event)) in (0..).zip(&said) {
            let (recorded_ms, content) = (proto::samples::LATE_MS, proto::event::encode(event));
            let entry =
                Entry { index, recorded_ms, principal, proof: Proof::Named, again: None, content: &content, event };
            let _ = state.fold(&entry).expect("the fold goes on");
        }
        state
    };
    (0..3).map(anything).chain([year(1)]).map(folded).collect()
}

#[test]
fn each_account_has_one_place_and_its_leaf_is_its_balance() {
    for state in states() {
        let stands = |number| {
            let (class, owner) = state.account(number);
            AccountStands::new(class, owner, state.accounts.get(number).balance)
        };
        let all: Vec<AccountStands> = state.accounts.iter().map(|(number, _)| stands(number)).collect();
        let keys: BTreeSet<_> = all.iter().map(|stands| stands.key).collect();
        assert!(keys.len() == all.len() && all.len() > 100, "no two accounts are called the same: {}", all.len());
        let tree = BalanceTree::of(SaltSource { salts: 1, entries: state.entries }, all.iter().copied());
        let root: Hash = tree.root();
        for stands in &all {
            let proof = tree.prove(stands.key);
            let ([found], Some(opening)) = (&proof.places[..], proof.opening) else { panic!("{stands:?}") };
            assert_eq!((found.leaf.key, found.leaf.seal), (stands.key, opening.seal()));
            assert_eq!(opening.balance, stands.balance);
            let leaf = leaf_hash(&found.leaf.bytes());
            assert!(is_included(&leaf, found.index, tree.accounts(), &found.path, &root));
            let beside = (stands.key.0, Uuid::from_u128(stands.key.1.as_u128() ^ 1));
            assert_eq!(tree.prove(beside).opening.is_some(), keys.contains(&beside));
        }
        let sum: i128 = all.iter().map(|stands| stands.balance).sum();
        assert_eq!(sum, 0, "each book balances");
    }
}
