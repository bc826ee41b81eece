//! Receipts of a made-up ledger: what holds, and what no longer does once anything is changed.

use super::*;
use crate::proof::signed_note::{Note, Role, Signer};
use ledger::hash::Hash;
use ledger::tree::merkle::Frontier;
use ledger::tree::proof::{prove_inclusion, root};

fn entry(n: u64) -> Vec<u8> {
    format!("entry {n}").into_bytes()
}

/// Refused for `overdrawn`, as the bytes of an outcome have it.
fn outcome(n: u64) -> Vec<u8> {
    let (salt, figure) = ([n as u8; 16], 5_i64.to_be_bytes());
    [&leaf_hash(&entry(n))[..], &salt, b"\x02\x09overdrawn", &[0; 16], &figure].concat()
}

fn signer(seed: u8) -> Signer {
    Signer::from_seed("here", Role::Author, &[seed; 32]).unwrap()
}

fn proof(index: u64, size: u64, leaf: fn(u64) -> Vec<u8>, note: impl FnOnce(Hash) -> Note) -> LogProof {
    let mut hashes = |level: u32, index: u64| {
        let mut tree = Frontier::new();
        (index << level..(index + 1) << level).for_each(|n| tree.push(leaf_hash(&leaf(n))));
        Ok::<_, ()>(tree.root())
    };
    let path = prove_inclusion(index, size, &mut hashes).unwrap();
    LogProof { data: leaf(index), index, path, checkpoint: note(root(size, &mut hashes).unwrap()) }
}

/// The checkpoint over outcomes may be a later one.
fn receipt(index: u64, size: u64, outcomes: u64) -> Receipt {
    let origin = || "here".to_owned();
    let tree = |root| Checkpoint { origin: origin(), size, root }.sign(&signer(1));
    let books = Default::default();
    let made = |root| Outcomes { origin: origin(), size: outcomes, root, books }.sign(&signer(1));
    Receipt { entry: proof(index, size, entry, tree), outcome: proof(index, outcomes, outcome, made) }
}

#[test]
fn a_receipt_comes_back_and_holds() {
    for (index, size, outcomes) in [(0, 1, 1), (0, 2, 5), (5, 7, 7), (6, 9, 7), (8, 100, 100)] {
        let again = Receipt::parse(receipt(index, size, outcomes).text().as_bytes()).unwrap();
        assert_eq!(again, receipt(index, size, outcomes));
        let proved = again.check(signer(1).verifier(), &[]).unwrap();
        assert_eq!((proved.checkpoint.size, proved.outcomes.size), (size, outcomes));
        assert!(matches!(&proved.verdict, LeafVerdict::Refused { code, figure: 5, .. } if code == "overdrawn"));
        assert_eq!(again.fits(), Ok(proved));
    }
}

#[test]
fn whatever_is_changed_no_longer_holds() {
    let good = receipt(5, 7, 7);
    let text = good.text();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let held = Receipt::parse(&bytes).and_then(|receipt| receipt.check(signer(1).verifier(), &[]));
        assert!(held.is_err(), "byte {at} of\n{text}");
    }
    assert!(good.check(signer(2).verifier(), &[]).is_err());
}

#[test]
fn an_outcome_of_another_entry_proves_nothing_of_this_one() {
    let check = |receipt: Receipt| receipt.check(signer(1).verifier(), &[]).unwrap_err();
    let (five, four) = (receipt(5, 7, 7), receipt(4, 7, 7));
    assert_eq!(check(Receipt { entry: five.entry.clone(), outcome: four.outcome }), ReceiptError::OtherEntry);
    // Nor do two proofs of the tree over entries, or one alone.
    let swapped = Receipt { outcome: five.entry.clone(), ..five.clone() };
    assert!(matches!(check(swapped), ReceiptError::Checkpoint(_)));
    assert!(Receipt::parse(five.entry.text().as_bytes()).is_err());
    let thrice = format!("{}\n{}", five.text(), five.outcome.text());
    assert!(Receipt::parse(thrice.as_bytes()).is_err());
}

#[test]
fn the_time_of_signing_is_told_and_must_fit() {
    let mut receipt = receipt(5, 7, 7);
    let text = receipt.entry.checkpoint.unverified_text().to_owned();
    receipt.entry.checkpoint.add(signer(1).sign_at(&text, 1_790_000_000));
    let proved = Receipt::parse(receipt.text().as_bytes()).unwrap().check(signer(1).verifier(), &[]).unwrap();
    assert_eq!(proved.signed_at, Some(1_790_000_000));
    // Of another text, or one byte later, it voids all of it.
    let over_other = signer(1).sign_at("other", 1_790_000_000);
    let mut later = signer(1).sign_at(&text, 1_790_000_000);
    later.bytes[7] += 1;
    for line in [over_other, later] {
        receipt.entry.checkpoint.add(line);
        assert!(receipt.check(signer(1).verifier(), &[]).is_err());
    }
}

#[test]
fn a_witness_that_is_asked_for_must_have_signed() {
    let witness = Signer::from_seed("witness", Role::Witness, &[3; 32]).unwrap();
    let mut receipt = receipt(5, 7, 7);
    let asked = [witness.verifier().clone()];
    assert!(matches!(receipt.check(signer(1).verifier(), &asked), Err(ReceiptError::Witness(_))));
    let text = receipt.entry.checkpoint.unverified_text().to_owned();
    receipt.entry.checkpoint.add(witness.cosign(&text, 1_700_000_000));
    assert!(receipt.check(signer(1).verifier(), &asked).is_ok());
    let again = Receipt::parse(receipt.text().as_bytes()).unwrap();
    assert!(again.check(signer(1).verifier(), &asked).is_ok());
}
