//! Notes beside checkpoints that were missing or damaged before anybody copied them.

use std::fs;

use super::desk::{Desk, files};

#[test]
fn a_note_that_suffered_before_it_was_copied_is_named_and_the_rest_comes_back() {
    let desk = Desk::told(0, 700);
    let notes = files(&desk.at("ledger/checkpoints"), ".outcomes");
    let (older, newest) = (&notes[notes.len() - 2], &notes[notes.len() - 1]);
    let name = newest.file_name().unwrap().to_str().unwrap();
    let (before, whole) = (fs::read_to_string(older).unwrap(), fs::read_to_string(newest).unwrap());
    let half = |text: &str| text.rfind("\n\n").unwrap();
    // A note all the same, with signatures by the ledger's key that do not fit.
    let mixed = format!("{}{}", &whole[..half(&whole)], &before[half(&before)..]);
    for (number, spoilt) in [None, Some("no note"), Some(mixed.as_str())].into_iter().enumerate() {
        match spoilt {
            None => fs::remove_file(newest).unwrap(),
            Some(text) => fs::write(newest, text).unwrap(),
        }
        let (copy, again) = (format!("copy-{number}"), format!("again-{number}"));
        let taken = desk.backup(&copy).unwrap();
        let restored = desk.restore(&copy, &again).unwrap();
        let named: Vec<String> = taken.missing.into_iter().chain(restored.missing).collect();
        let size = name.trim_end_matches(".outcomes").trim_start_matches('0');
        assert!(named.len() == 1 && named[0].contains(size), "{number}: {named:?}");
        assert_eq!(restored.extent.entries, 700);
        assert!(restored.proof.unwrap().size < 700, "what is signed before proves as far as it goes");
        assert!(!desk.at(&again).join("checkpoints").join(name).exists());
    }
}
