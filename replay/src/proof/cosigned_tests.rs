//! What is kept of cosignatures, for how long, and what of it is shown again.

use super::*;
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::signed_note::{Role, Signer};

fn own(size: u64) -> Arc<Signed> {
    let signer = Signer::from_seed("here", Role::Author, &[1; 32]).unwrap();
    let (origin, books) = ("here".to_owned(), Default::default());
    let tree = Checkpoint { origin: origin.clone(), size, root: [2; 32] }.sign(&signer);
    Arc::new(Signed { tree, outcomes: Outcomes { origin, size, root: [3; 32], books }.sign(&signer) })
}

fn witness(seed: u8) -> Signer {
    Signer::from_seed(&format!("w{seed}"), Role::Witness, &[seed; 32]).unwrap()
}

fn signed(size: u64, by: &[u8]) -> Signed {
    let mut signed = Signed::clone(&own(size));
    for note in [&mut signed.tree, &mut signed.outcomes] {
        by.iter().for_each(|seed| note.add(witness(*seed).cosign(note.unverified_text(), 7)));
    }
    signed
}

fn open(kept: &Checkpoints, seeds: &[u8]) -> Cosigned {
    let keys = seeds.iter().map(|seed| witness(*seed).verifier().clone()).collect();
    Cosigned::open(kept.clone(), keys, &|_| Ok(()))
}

#[test]
fn they_are_let_go_as_checkpoints_are() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Checkpoints::of(dir.path());
    let mut all = open(&kept, &[5]);
    for size in 0..60 {
        all.take(size, &own(size), &signed(size, &[5])).unwrap();
    }
    let sizes = kept.cosigned_sizes().unwrap();
    // The last ones, and the largest of each stretch before.
    assert_eq!((sizes.len(), sizes.last()), (CHECKPOINTS_LAST + 1, Some(&59)));
    assert_eq!(all.recent.len(), CHECKPOINTS_LAST);
    assert_eq!(kept.sizes().unwrap(), [0; 0], "they are no checkpoints");
    // Again from the files, the last first.
    assert_eq!(*open(&kept, &[5]).last_by(1).unwrap(), signed(59, &[5]));
}

#[test]
fn whoever_is_not_named_any_more_is_not_shown_and_what_is_not_ours_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Checkpoints::of(dir.path());
    let mut all = open(&kept, &[5, 6]);
    all.take(3, &own(3), &signed(3, &[5])).unwrap();
    let (names, shown) = all.take(3, &own(3), &signed(3, &[6, 9])).unwrap();
    assert_eq!((names, &*shown), (vec!["w6".to_owned()], &signed(3, &[5, 6])));
    all.take(4, &own(4), &signed(4, &[5])).unwrap();
    assert_eq!(all.beside(Signed::clone(&own(3))), signed(3, &[5, 6]));
    let now = open(&kept, &[6]);
    assert_eq!(*now.last_by(1).unwrap(), signed(3, &[6]));
    assert!(now.last_by(2).is_none());
    let gone = |signed: &Signed| match signed.unverified()?.0.size {
        4 => Err(SigningError::NoKey),
        _ => Ok(()),
    };
    let keys = [5, 6].map(|seed| witness(seed).verifier().clone()).to_vec();
    assert_eq!(*Cosigned::open(kept, keys, &gone).last_by(1).unwrap(), signed(3, &[5, 6]));
}
