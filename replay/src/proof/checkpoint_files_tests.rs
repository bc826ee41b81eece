//! Which checkpoints are kept, and what is said of files that are none.

use super::*;
use crate::proof::signed_note::{Role, Signer};
use crate::proof::tally::Turnover;

fn key() -> Signer {
    Signer::from_seed("here", Role::Author, &[1; 32]).unwrap()
}

fn signed(size: u64) -> Signed {
    let signer = key();
    let (origin, books) = ("here".to_owned(), [Turnover::default(); 4]);
    let tree = Checkpoint { origin: origin.clone(), size, root: [2; 32] }.sign(&signer);
    Signed { tree, outcomes: Outcomes { origin, size, root: [3; 32], books }.sign(&signer) }
}

#[test]
fn the_last_ones_and_one_of_each_stretch_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Checkpoints::of(dir.path());
    assert_eq!(kept.latest().unwrap(), None);
    for size in (0..60).map(|n| n * CHECKPOINTS_EVERY / 8) {
        kept.keep(size, &signed(size)).unwrap();
        assert_eq!(kept.latest().unwrap(), Some(signed(size)));
    }
    let eighths: Vec<u64> = kept.sizes().unwrap().iter().map(|size| size * 8 / CHECKPOINTS_EVERY).collect();
    let wanted: Vec<u64> = [7, 15, 23, 31, 39].into_iter().chain(43..60).collect();
    assert_eq!(eighths, wanted);
}

#[test]
fn a_file_that_was_changed_or_renamed_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Checkpoints::of(dir.path());
    kept.keep(5, &signed(5)).unwrap();
    let path = |size: u64, kind: &str| dir.path().join(format!("checkpoints/{size:020}.{kind}"));
    for kind in [TREE, OUTCOMES] {
        fs::copy(path(5, kind), path(7, kind)).unwrap();
    }
    assert!(matches!(kept.read_pair(7), Err(KeptError::Bad { .. })));
    assert_eq!(kept.latest().unwrap(), Some(signed(5)), "another is whole");
    fs::write(path(7, TREE), "no note").unwrap();
    assert!(matches!(kept.read(7), Err(KeptError::Bad { .. })));
    assert_eq!(kept.read(6).unwrap(), None);
    fs::remove_file(path(7, TREE)).unwrap();
    fs::remove_file(path(5, OUTCOMES)).unwrap();
    assert!(matches!(kept.read_pair(5), Err(KeptError::Bad { .. })));
    assert_eq!(kept.latest().unwrap(), None);
}

#[test]
fn a_damaged_one_that_is_let_go_keeps_nothing_from_being_kept() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Checkpoints::of(dir.path());
    for size in 0..3 {
        kept.keep(size, &signed(size)).unwrap();
    }
    let path = dir.path().join(format!("checkpoints/{:020}.{TREE}", 1));
    fs::write(&path, "no note").unwrap();
    for size in 3..40 {
        kept.keep(size, &signed(size)).unwrap();
    }
    assert!(!kept.sizes().unwrap().contains(&1));
    assert!(path.with_extension("checkpoint.damaged").exists(), "it is kept for whoever looks into it");
}

/// A damaged one is kept in place of the one before it; of a directory and a file neither is in the way of the other.
#[test]
fn what_lies_in_the_way_keeps_nothing_from_being_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let kept = Checkpoints::of(dir.path());
    kept.keep(1, &signed(1)).unwrap();
    let path = dir.path().join(format!("checkpoints/{:020}.{BALANCES}", 1));
    let names = ["balances.damaged", "2.balances.damaged", "3.balances.damaged"].map(|name| path.with_extension(name));
    fs::create_dir(&names[0]).unwrap();
    fs::write(&path, "first").unwrap();
    kept.put_aside(1, BALANCES, &"it is bad").unwrap();
    assert_eq!(fs::read_to_string(&names[1]).unwrap(), "first");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("kept"), "second").unwrap();
    kept.put_aside(1, BALANCES, &"it is bad").unwrap();
    assert_eq!(fs::read_to_string(names[2].join("kept")).unwrap(), "second");
    assert_eq!(kept.aside_of(BALANCES).unwrap(), [path]);
}
