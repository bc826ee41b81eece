//! Files of notes beside a record that are not as they were signed: they are named, and the record is compared all the same.

use std::fs;

use super::record::{Record, replay, signer};

/// Whatever is in a file behind what was signed, or in its place, is no difference of the record, and is named.
#[test]
fn a_note_that_grew_or_is_no_file_is_named() {
    let record = Record::new();
    [6, 9].iter().for_each(|size| record.sign(*size));
    let (data, key) = (record.data().to_str().unwrap(), signer().verifier().to_string());
    let dir = record.data().join("checkpoints");
    let whole = |kind: &str| fs::read_to_string(dir.join(format!("{:020}.{kind}", 6))).unwrap();
    let both = format!("{}\n{}", whole("checkpoint"), whole("outcomes"));
    fs::write(dir.join(format!("{:020}.cosigned", 6)), both).unwrap();
    for kind in ["checkpoint", "outcomes", "cosigned"] {
        let (text, name) = (whole(kind), format!("{:020}.{kind}", 6));
        let last = text.lines().last().unwrap();
        // A signature a second time shows only to whoever has the key; what is in a witness's file is its own affair.
        let twice = (kind != "cosigned").then(|| format!("{text}{last}\n"));
        let grown = [format!("{text}\n"), format!("{text}more"), format!("{text}more\n")].into_iter().chain(twice);
        for spoilt in grown.map(Some).chain([None]) {
            fs::remove_file(dir.join(&name)).unwrap();
            match &spoilt {
                Some(spoilt) => fs::write(dir.join(&name), spoilt).unwrap(),
                None => fs::create_dir(dir.join(&name)).unwrap(),
            }
            let output = replay(&["verify", "--data", data, "--key", &key]);
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(4), "{kind} {spoilt:?}: {said}");
            assert!(said.contains(&name) && said.ends_with("same\n"), "{kind} {spoilt:?}: {said}");
            if spoilt.is_none() {
                fs::remove_dir(dir.join(&name)).unwrap();
            }
            fs::write(dir.join(&name), &text).unwrap();
        }
    }
}
