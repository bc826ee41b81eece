//! Roots over all balances of a ledger in use: over which entries they are signed, and by which key.

use ledger::tree::outcome_leaf::Known as _;

use super::balance_tree::Balances;
use super::signing_keys_tests::announce;
use super::signing_tests::{open, options, record, signer};
use super::{Engine, EngineError};
use crate::proof::balance_receipt::BalanceReceipt;
use crate::proof::checkpoint::Checkpoint;
use crate::proof::log_proof::LogProof;
use crate::proof::notary::{SignedBalances, Signing, SigningError};
use ledger::tree::balances::{BalanceLeaf, PlacedLeaf};

fn sign(engine: &Engine, balances: &Balances) -> Result<SignedBalances, SigningError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(engine.sign_balances(balances))
}

/// What is recorded between reading balances and signing them changes neither.
#[test]
fn balances_are_signed_with_the_entries_after_which_they_stood_so() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 700);
    let balances = engine.balances().unwrap();
    let leaves: Vec<BalanceLeaf> = {
        let state = engine.read();
        let leaf = |(number, account): (_, &ledger::account::Account)| {
            let (class, owner) = state.account(number);
            BalanceLeaf::new(class, owner, account.balance)
        };
        state.accounts.iter().map(leaf).collect()
    };
    assert!(leaves.iter().any(|leaf| leaf.balance != 0) && balances.tree.accounts() == leaves.len() as u64);
    record(&engine, 10_000, 300);
    let signed = sign(&engine, &balances).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let earlier = Checkpoint::verified(&signed.entries, signer(1).verifier()).unwrap();
    let now = runtime.block_on(engine.sign_now()).unwrap();
    let now = Checkpoint::verified(&now.tree, signer(1).verifier()).unwrap();
    assert_eq!((earlier.size, now.size), (700, 1_000));
    let path = engine.prove_consistency(700, 1_000).unwrap().entries;
    assert!(ledger::tree::proof::is_consistent((700, &earlier.root), (1_000, &now.root), &path));
    for leaf in leaves {
        let proof = |PlacedLeaf { leaf, index, path }: PlacedLeaf| {
            let checkpoint = signed.balances.clone();
            LogProof { data: leaf.bytes().to_vec(), index, path, checkpoint }
        };
        let proofs = balances.tree.prove(leaf.key).into_iter().map(proof).collect();
        let receipt = BalanceReceipt { account: leaf.key, checkpoint: signed.entries.clone(), proofs };
        let proved = receipt.check(signer(1).verifier(), &[]).unwrap();
        assert_eq!((proved.balance, proved.checkpoint.size), (Some(leaf.balance), 700));
        assert!(proved.signed_at.is_some());
    }
}

/// The key announced in between may not sign over entries before it, and the one before signs no more.
#[test]
fn balances_read_before_a_key_was_announced_are_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let signing = Signing { next: Some(signer(2)), ..Signing::new(signer(1)) };
    let engine = Engine::open(&options(dir.path(), signing), &mut |_| {}).unwrap();
    record(&engine, 1, 60);
    let early = engine.balances().unwrap();
    announce(&engine, &signer(2));
    assert!(matches!(sign(&engine, &early), Err(SigningError::KeyTurned)));
    let signed = sign(&engine, &engine.balances().unwrap()).unwrap();
    assert_eq!(Checkpoint::verified(&signed.entries, signer(2).verifier()).unwrap().size, 61);
}

#[test]
fn nothing_is_signed_that_nobody_said_or_without_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    record(&engine, 1, 60);
    let balances = Balances { entries: 61, ..engine.balances().unwrap() };
    // It waits for the entry that is to come, and is then signed over that.
    let later = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| sign(&engine, &balances));
        record(&engine, 5_000, 1);
        waiting.join().unwrap().unwrap()
    });
    assert_eq!(Checkpoint::verified(&later.entries, signer(1).verifier()).unwrap().size, 61);
    engine.stop().unwrap();
    assert!(matches!(sign(&engine, &balances), Err(SigningError::Ended(_))));
    let unsigned = tempfile::tempdir().unwrap();
    let engine = Engine::open(&super::Options::file(unsigned.path()), &mut |_| {}).unwrap();
    assert!(matches!(engine.balances(), Err(EngineError::Signing(SigningError::NoKey))));
}
