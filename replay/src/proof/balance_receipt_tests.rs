//! Receipts of balances of a made-up ledger: what holds, and what no longer does once anything is changed.

use super::*;
use crate::proof::signed_note::{Role, Signer};
use ledger::account::Class;
use ledger::tree::balances::{AccountStands, BalanceTree, SaltSource};

const ENTRIES: u64 = 40;

fn signer(seed: u8) -> Signer {
    Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
}

/// Every other owner of two classes.
fn tree() -> BalanceTree {
    let source = SaltSource { salts: 0x5a17, entries: ENTRIES };
    let accounts = [Class::Available, Class::Spent].into_iter().flat_map(|class| {
        (1..=9).map(move |owner| AccountStands::new(class, Uuid::from_u128(owner * 2), 100 - owner as i128 * 25))
    });
    BalanceTree::of(source, accounts)
}

fn key(class: Class, owner: u128) -> AccountKey {
    AccountStands::new(class, Uuid::from_u128(owner), 0).key
}

fn note(accounts: u64, entries: u64, by: u8) -> Note {
    BalanceRoot { origin: "here".to_owned(), accounts, root: tree().root(), entries }.sign(&signer(by))
}

fn receipt(account: AccountKey) -> BalanceReceipt {
    let tree = tree();
    let checkpoint = Checkpoint { origin: "here".to_owned(), size: ENTRIES, root: [7; 32] }.sign(&signer(1));
    BalanceReceipt::new(account, tree.prove(account), checkpoint, &note(tree.accounts(), ENTRIES, 1))
}

fn check(receipt: &BalanceReceipt) -> Result<ProvedBalance, ReceiptError> {
    receipt.check(signer(1).verifier(), &[])
}

#[test]
fn a_receipt_comes_back_and_says_how_the_account_stood_or_that_there_was_none() {
    for (account, balance) in [
        (key(Class::Available, 2), Some(75)),
        (key(Class::Available, 8), Some(0)),
        (key(Class::Spent, 18), Some(-125)),
        (key(Class::Available, 9), None),
        (key(Class::Available, 19), None),
        (key(Class::Issued, 2), None),
        (key(Class::Rounding, 2), None),
    ] {
        let again = BalanceReceipt::parse(receipt(account).text().as_bytes()).unwrap();
        assert_eq!(again, receipt(account));
        let proved = check(&again).unwrap();
        assert_eq!((proved.checkpoint.size, proved.accounts, proved.balance), (ENTRIES, 18, balance), "{account:?}");
        assert_eq!(again.fits(), Ok(proved));
    }
}

#[test]
fn whatever_is_changed_no_longer_holds() {
    for account in [key(Class::Available, 8), key(Class::Available, 9)] {
        let text = receipt(account).text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            // The account that the receipt names stands in no leaf where there is none: another place between the same two is proved too.
            let held = BalanceReceipt::parse(&bytes).and_then(|receipt| Ok((check(&receipt)?, receipt.account)));
            let other = held.as_ref().is_ok_and(|(proved, asked)| proved.balance.is_none() && *asked != account);
            assert!(held.is_err() || other, "byte {at} of\n{text}");
        }
        assert!(receipt(account).check(signer(2).verifier(), &[]).is_err());
    }
}

#[test]
fn what_stands_elsewhere_or_stood_at_another_time_proves_nothing() {
    let (good, none) = (receipt(key(Class::Available, 8)), receipt(key(Class::Available, 9)));
    let of = |account, proofs: &[LogProof]| {
        let proofs = proofs.to_vec();
        check(&BalanceReceipt { account, proofs, ..good.clone() }).unwrap_err()
    };
    // Of another account; of one side alone; of two that are not beside each other, or in the other order; of nothing.
    assert_eq!(of(key(Class::Available, 6), &good.proofs), ReceiptError::OtherAccount);
    for proof in &none.proofs {
        assert_eq!(of(none.account, std::slice::from_ref(proof)), ReceiptError::OtherAccount);
    }
    let far = receipt(key(Class::Available, 12)).proofs.remove(0);
    assert_eq!(of(none.account, &[none.proofs[0].clone(), far]), ReceiptError::OtherAccount);
    let turned = [none.proofs[1].clone(), none.proofs[0].clone()];
    assert_eq!(of(none.account, &turned), ReceiptError::OtherAccount);
    // An account that is there has no place between its neighbours.
    let beside =
        [receipt(key(Class::Available, 6)).proofs.remove(0), receipt(key(Class::Available, 10)).proofs.remove(0)];
    assert_eq!(of(good.account, &beside), ReceiptError::OtherAccount);
    assert!(matches!(of(good.account, &[]), ReceiptError::Malformed(_)));
    let with = |note: Note| {
        let mut proof = good.proofs[0].clone();
        proof.checkpoint = note;
        of(good.account, &[proof])
    };
    assert_eq!(with(note(18, 41, 1)), ReceiptError::OtherEntries { entries: 41, size: ENTRIES });
    assert!(matches!(with(note(18, ENTRIES, 2)), ReceiptError::Checkpoint(_)));
    assert!(matches!(with(note(40, ENTRIES, 1)), ReceiptError::BalanceNotIncluded { .. }));
    // The ledger signs outcomes, too, by another name.
    let outcomes = crate::proof::checkpoint::Outcomes {
        origin: "here".to_owned(),
        size: 18,
        root: tree().root(),
        books: Default::default(),
    };
    assert!(matches!(with(outcomes.sign(&signer(1))), ReceiptError::Checkpoint(_)));
}

#[test]
fn the_time_of_signing_is_told_and_must_fit() {
    let mut receipt = receipt(key(Class::Available, 8));
    let note = &mut receipt.proofs[0].checkpoint;
    let cosigned = signer(1).sign_at(note.unverified_text(), 1_790_000_000);
    note.add(cosigned);
    assert_eq!(check(&receipt).unwrap().signed_at, Some(1_790_000_000));
    receipt.proofs[0].checkpoint.add(signer(1).sign_at("other", 1_790_000_000));
    assert!(check(&receipt).is_err());
    let witness = Signer::from_seed("witness", Role::Witness, &[3; 32]).unwrap();
    let asked = [witness.verifier().clone()];
    let receipt = super::tests::receipt(key(Class::Available, 8));
    assert!(matches!(receipt.check(signer(1).verifier(), &asked), Err(ReceiptError::Witness(_))));
}
