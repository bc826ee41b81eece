//! Notes beside checkpoints that were missing or damaged before anybody copied them.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::desk::{Desk, files};
use replay::proof::signed_note::{Note, Role, Signer};
use replay::upkeep::backup::{Backup, backup};

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
        // By whoever copies it, and by whoever finds that it was not copied.
        for named in [taken.missing, restored.missing] {
            assert!(named.len() == 1 && named[0].contains(name), "{number}: {named:?}");
        }
        assert_eq!(restored.extent.entries, 700);
        assert_eq!(restored.proof.unwrap().size, 700, "the checkpoint proves the record by itself");
        assert!(!desk.at(&again).join("checkpoints").join(name).exists());
    }
}

/// A bit of an old checkpoint says nothing about the record: it is left out by whoever copies and by whoever restores, and named.
#[test]
fn an_old_checkpoint_that_suffered_is_left_out_and_the_rest_comes_back() {
    let desk = Desk::told(0, 700);
    let oldest = files(&desk.at("ledger/checkpoints"), ".checkpoint").remove(0);
    let whole = fs::read(&oldest).unwrap();
    let name = oldest.file_name().unwrap().to_str().unwrap();
    let line = |at: usize| whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(at).unwrap().0;
    // In the root, and in the signature.
    for (number, at) in [line(1) + 3, line(4) - 9].into_iter().enumerate() {
        let mut bad = whole.clone();
        bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
        fs::write(&oldest, &bad).unwrap();
        let (copy, again) = (format!("copy-{number}"), format!("again-{number}"));
        let taken = desk.backup(&copy).unwrap();
        assert!(taken.missing.len() == 1 && taken.missing[0].contains(name), "{:?}", taken.missing);
        assert!(!desk.at(&copy).join("checkpoints").join(name).exists());
        assert_eq!(desk.restore(&copy, &again).unwrap().extent.entries, 700);
        // Whoever copied it without knowing a key.
        let job = Backup { keys: Vec::new(), ..desk.job(&format!("keyless-{number}")) };
        backup(&job, &mut |_| true).unwrap();
        let restored = desk.restore_with(&format!("keyless-{number}"), &format!("came-{number}"), &[9]).unwrap();
        assert!(restored.missing.len() == 1 && restored.missing[0].contains(name), "{:?}", restored.missing);
        assert_eq!(restored.extent.entries, 700);
        assert!(!desk.at(&format!("came-{number}")).join("checkpoints").join(name).exists());
    }
}

/// Without a single note over outcomes the checkpoints are copied, and prove the record.
#[test]
fn checkpoints_that_lost_their_notes_are_copied_and_vouch_for_the_record() {
    let desk = Desk::told(0, 700);
    for path in files(&desk.at("ledger/checkpoints"), ".outcomes") {
        fs::remove_file(path).unwrap();
    }
    let taken = desk.backup("copy").unwrap();
    assert_eq!((taken.signed, taken.missing.len()), (Some(700), taken.checkpoints));
    let restored = desk.restore("copy", "again").unwrap();
    assert_eq!((restored.extent.entries, restored.proof.unwrap().size), (700, 700));
    assert_eq!(restored.missing.len(), taken.checkpoints);
}

/// A record cut below what one of two notes says is neither copied nor brought back.
#[test]
fn one_of_two_notes_is_enough_to_notice_that_the_end_is_missing() {
    let desk = Desk::told(0, 300);
    desk.backup("short").unwrap();
    desk.tell(5_000, 200);
    for (number, ending) in [".outcomes", ".checkpoint"].into_iter().enumerate() {
        let path = files(&desk.at("ledger/checkpoints"), ending).pop().unwrap();
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let short = format!("rolled-{number}");
        desk.restore("short", &short).unwrap();
        for path in fs::read_dir(desk.at("ledger/checkpoints")).unwrap().map(|file| file.unwrap().path()) {
            fs::copy(&path, desk.at(&short).join("checkpoints").join(path.file_name().unwrap())).unwrap();
        }
        let job = Backup::of(&desk.at(&short), &desk.at(&format!("copy-{number}")), replay::engine::DEFAULT_LEDGER);
        let why = backup(&job, &mut |_| true).unwrap_err().to_string();
        assert!(why.contains("over 500 entries, the record has 300"), "{why}");
        fs::write(&path, whole).unwrap();
    }
}

/// What suffered in a copy is written anew by the next run, as long as the ledger has it.
#[test]
fn a_copy_that_suffered_is_mended_by_the_next_run() {
    let desk = Desk::told(0, 700);
    desk.backup("copy").unwrap();
    let notes = files(&desk.at("copy/checkpoints"), ".outcomes");
    fs::remove_file(&notes[0]).unwrap();
    fs::write(&notes[1], "no note").unwrap();
    let appended = [&files(&desk.at("copy/checkpoints"), ".checkpoint")[0], &files(&desk.at("copy/keys"), ".pub")[0]];
    for path in appended {
        fs::write(path, [&fs::read(path).unwrap()[..], b"x\n"].concat()).unwrap();
    }
    // Until then it is named, by whoever knows the key as by whoever asks the one in the copy.
    assert_eq!(desk.restore("copy", "before").unwrap().missing.len(), 4);
    assert_eq!(desk.backup("copy").unwrap().missing, Vec::<String>::new());
    assert_eq!(desk.restore("copy", "again").unwrap().missing, Vec::<String>::new());
}

/// What witnesses signed comes along and comes back as it was; where it suffered, it is named and keeps nothing else from coming back.
#[test]
fn cosignatures_come_along_and_are_no_reason_to_refuse() {
    let desk = Desk::told(0, 700);
    let newest = files(&desk.at("ledger/checkpoints"), ".checkpoint").pop().unwrap();
    let witness = Signer::from_seed("witness.example", Role::Witness, &[5; 32]).unwrap();
    let notes = ["checkpoint", "outcomes"].map(|kind| {
        let mut note = Note::parse(&fs::read(newest.with_extension(kind)).unwrap()).unwrap();
        note.add(witness.cosign(note.unverified_text(), 7));
        note.to_string()
    });
    let (path, text) = (newest.with_extension("cosigned"), notes.join("\n"));
    let name = path.file_name().unwrap();
    let back = |to: &str| fs::read_to_string(desk.at(to).join("checkpoints").join(name)).ok();
    fs::write(&path, &text).unwrap();
    assert_eq!(desk.backup("copy").unwrap().missing, Vec::<String>::new());
    assert_eq!(desk.restore("copy", "again").unwrap().missing, Vec::<String>::new());
    assert_eq!(back("again"), Some(text.clone()));
    fs::write(desk.at("copy/checkpoints").join(name), text.replacen('A', "B", 1)).unwrap();
    let restored = desk.restore("copy", "spoilt").unwrap();
    assert!(restored.missing.len() == 1 && back("spoilt").is_none(), "{:?}", restored.missing);
    fs::write(&path, "no note").unwrap();
    let taken = desk.backup("other").unwrap();
    assert!(taken.missing.len() == 1 && taken.missing[0].contains(".cosigned"), "{:?}", taken.missing);
    assert_eq!(desk.restore("other", "without").unwrap().extent.entries, 700);
}

/// What cannot be read keeps nothing else from being copied or brought back, and nobody waits for it.
#[test]
fn a_small_file_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let folder = |path: &Path| fs::create_dir(path).unwrap();
    for (number, put) in [&folder as &dyn Fn(&Path), &pipe].into_iter().enumerate() {
        let desk = Desk::told(0, 700);
        fs::write(desk.at("ledger/other.pub"), "no key").unwrap();
        let copy = format!("copy-{number}");
        assert_eq!(desk.backup(&copy).unwrap().missing.len(), 1, "a key that is none");
        fs::remove_file(desk.at("ledger/other.pub")).unwrap();
        for of in ["ledger", copy.as_str()] {
            for ending in [".checkpoint", ".outcomes"] {
                let path = files(&desk.at(&format!("{of}/checkpoints")), ending).remove(0);
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let whole = fs::read(&path).unwrap();
                fs::remove_file(&path).unwrap();
                put(&path);
                let named = if of == "ledger" {
                    desk.backup(&format!("without-{number}{ending}")).unwrap().missing
                } else {
                    desk.restore(&copy, &format!("again-{number}{ending}")).unwrap().missing
                };
                assert!(named.len() == 1 && named[0].contains(&name), "{named:?}");
                let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
                fs::write(&path, whole).unwrap();
            }
        }
    }
}

/// What is gone is named by whoever copies and by whoever restores, as `verify` names it.
#[test]
fn a_checkpoint_that_is_gone_is_named() {
    let desk = Desk::told(0, 700);
    let gone = files(&desk.at("ledger/checkpoints"), ".checkpoint").remove(1);
    let name = gone.file_name().unwrap().to_str().unwrap().to_owned();
    fs::remove_file(gone).unwrap();
    let (taken, restored) = (desk.backup("copy").unwrap(), desk.restore("copy", "again").unwrap());
    for missing in [taken.missing, restored.missing] {
        assert!(missing.len() == 1 && missing[0].contains(&name), "{missing:?}");
    }
}
