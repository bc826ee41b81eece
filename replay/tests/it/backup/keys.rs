//! Copies of a ledger whose key has changed.

use std::fs;
use std::time::Duration;

use super::desk::{self, Desk, files, say, signer};
use super::say_in_list;
use replay::engine::{Engine, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Note, Role, Signer};
use replay::upkeep::backup::MANIFEST;

/// Whoever has the first key only follows to the present one by what the record announces, in a copy too.
#[test]
fn a_copy_comes_back_by_the_first_key_after_keys_changed_and_not_by_what_that_signed_since() {
    let desk = Desk::told(0, 100);
    desk::announce(&desk.open(), &signer(8));
    let signing = Signing { every: 1, after: Duration::from_secs(60), ..Signing::new(signer(8)) };
    let options = Options { signing: Some(signing), ..Options::file(desk.at("ledger")) };
    let engine = Engine::open(&options, &mut |_| {}).unwrap();
    for from in 0..20 {
        say(&engine, 1_000 + 10 * from, 10);
        if from % 5 == 0 {
            desk.backup("copy").unwrap();
        }
    }
    engine.stop().unwrap();
    desk.backup("copy").unwrap();
    desk.restore_with("copy", "again", &[8]).unwrap();
    // A note that the announced key signed: whoever copies knows it by what the record announces.
    for path in files(&desk.at("ledger/checkpoints"), "").iter().rev().take(4) {
        let (whole, name) = (fs::read(path).unwrap(), path.file_name().unwrap().to_str().unwrap());
        let mut bad = whole.clone();
        let line = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
        bad[line + 3] ^= 1;
        fs::write(path, &bad).unwrap();
        for copy in ["copy", "copied anew", "copied anew"] {
            let taken = desk.backup(copy).unwrap();
            assert!(taken.missing.len() == 1 && taken.missing[0].contains(name), "{name}: {:?}", taken.missing);
        }
        fs::write(path, whole).unwrap();
        assert_eq!(desk.backup("copy").unwrap().missing, Vec::<String>::new());
    }
    let key = signer(9).verifier().to_string();
    let verified = desk.replay(&["verify", "--data", "again", "--key", &key], "");
    assert!(verified.status.success(), "{verified:?}");
    desk.restore_with("copy", "by the first", &[9]).unwrap();
    assert!(desk.restore_with("copy", "by a stranger", &[7]).is_err());
    // Whoever has the first key still signs the whole of it.
    let key_of = |ending: &str| {
        let origin = if ending == ".outcomes" { format!("{}/outcomes", desk::ORIGIN) } else { desk::ORIGIN.to_owned() };
        Signer::from_seed(&origin, Role::Author, &[9; 32]).unwrap()
    };
    for ending in [".checkpoint", ".outcomes"] {
        let path = files(&desk.at("copy/checkpoints"), ending).pop().unwrap();
        let old = fs::read(&path).unwrap();
        let text = Note::parse(&old).unwrap().unverified_text().to_owned();
        // As long as what the list names.
        let mut note = Note::signed(text, &key_of(ending));
        note.add(signer(9).sign_at(note.unverified_text(), 1));
        fs::write(&path, note.to_string()).unwrap();
        say_in_list(&desk.at("copy").join(MANIFEST), &old, note.to_string().as_bytes());
    }
    let restored = desk.restore_with("copy", "stolen", &[9]).unwrap();
    assert!(restored.missing.iter().all(|why| why.contains("the record announces another")), "{:?}", restored.missing);
    assert!(restored.missing.len() == 2 && restored.proof.unwrap().size < restored.extent.entries);
}
