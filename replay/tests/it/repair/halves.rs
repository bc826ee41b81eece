//! A record that ends before what was signed over it, though one of the two notes that say so is gone.

use std::fs;

use super::made::{Made, signer};
use super::refused;
use replay::upkeep::repair::RepairOptions;

/// Who cuts a record would only have to spoil one of two files beside it.
#[test]
fn a_record_that_ends_before_what_one_of_two_notes_says_is_not_sound() {
    let dir = tempfile::tempdir().unwrap();
    let mut made = Made::with(5);
    made.write(dir.path());
    made.sign(dir.path(), &signer(1));
    made.say(3, 4);
    made.sign(dir.path(), &signer(1));
    let size = made.tip.next_index();
    let mut options = RepairOptions::file(dir.path());
    options.keys = vec![signer(1).verifier().clone()];
    for ending in ["outcomes", "checkpoint"] {
        let path = dir.path().join(format!("checkpoints/{size:020}.{ending}"));
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(refused(&options).contains(&format!("over {size} entries was signed")), "{ending}");
        fs::write(&path, whole).unwrap();
    }
}
