//! Files of what is signed, and of the tiles it is proved by, that suffer beside a ledger that runs. What is signed is in `signing_tests`.

use std::os::unix::fs::FileExt;
use std::path::Path;

use ledger::tree::merkle::leaf_hash;
use ledger::tree::proof::is_included;

use super::Engine;
use super::signing_tests::{before, open, record, sign};
use crate::proof::checkpoint_files::Checkpoints;
use crate::proof::tiles::Tiles;

/// A bit in a tile says nothing of the record: the tile is named, the ledger goes on, and a start makes the tile anew.
#[test]
fn a_bit_in_a_tile_does_not_accuse_the_record() {
    for tree in ["", "outcomes"] {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        record(&engine, 1, 600);
        let (checkpoint, outcomes) = sign(&engine);
        let path = Tiles::dir(dir.path()).join(tree).join("level-0");
        let file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, 10 * 32 + 3).unwrap();
        file.write_all_at(&[byte[0] ^ 1], 10 * 32 + 3).unwrap();
        let mut failed = vec![engine.prove_inclusion(11, 600).map(drop).unwrap_err().to_string()];
        failed.extend(engine.entry_bytes(10).err().filter(|_| tree.is_empty()).map(|error| error.to_string()));
        failed.extend(engine.outcome_bytes(before(&engine, 10)).err().map(|error| error.to_string()));
        assert_eq!(failed.len(), if tree.is_empty() { 3 } else { 2 });
        for said in failed {
            let named = said.contains(&format!("bytes 0 to 8192 of {}", path.display()));
            assert!(named && said.contains("nothing against the record") && !said.contains("repair"), "{said}");
        }
        let standing = engine.standing();
        assert_eq!(standing.stopped, None);
        assert!(standing.removed.is_some_and(|why| why.contains(&path.display().to_string())));
        record(&engine, 5_000, 30);
        engine.stop().unwrap();
        drop(engine);
        let engine = open(dir.path());
        assert_eq!(engine.standing().removed, None);
        let paths = engine.prove_inclusion(10, 600).unwrap();
        let leaf = leaf_hash(&engine.entry_bytes(10).unwrap());
        assert!(is_included(&leaf, 10, 600, &paths.entries, &checkpoint.root));
        let made = leaf_hash(&engine.outcome_bytes(before(&engine, 10)).unwrap());
        assert!(is_included(&made, 10, 600, &paths.outcomes, &outcomes.root));
    }
}

/// Asked so often that each file beside the ledger was read.
fn doubted(engine: &Engine, dir: &Path) -> Option<String> {
    let files = std::fs::read_dir(dir.join("checkpoints")).map_or(0, Iterator::count);
    (0..=files).find_map(|_| engine.standing().removed)
}

/// Whatever of what is signed somebody removes or changes beside a running ledger is a doubt, of a note until it is put back, of tiles until
/// the ledger is started again. What the ledger itself writes anew or lets go is none.
#[test]
fn signed_files_that_are_removed_meanwhile_are_doubted() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = open(dir.path());
    for from in 0..20 {
        record(&engine, 1 + from * 100, 40);
        sign(&engine);
    }
    assert_eq!(doubted(&engine, dir.path()), None, "old ones that are let go are not missed");
    let kept = Checkpoints::of(dir.path()).sizes().unwrap();
    let (tiles, notes) = (Tiles::dir(dir.path()), dir.path().join("checkpoints"));
    // The oldest may be let go by what is signed meanwhile.
    let (old, newest) = (format!("{:020}.checkpoint", kept[8]), format!("{:020}.outcomes", kept[kept.len() - 1]));
    for path in [notes.join(old), notes.join(newest), tiles.join("level-0"), tiles.join("outcomes/level-0")] {
        let bytes = std::fs::read(&path).unwrap();
        let named = |said: Option<String>| said.is_some_and(|why| why.contains(&path.display().to_string()));
        let is_note = path.starts_with(&notes);
        if is_note {
            let mut other = bytes.clone();
            other[7] ^= 1;
            for wrong in [[&bytes[..], b"\n"].concat(), bytes[1..].to_vec(), Vec::new(), other] {
                std::fs::write(&path, &wrong).unwrap();
                assert!(named(doubted(&engine, dir.path())), "{}: {wrong:?}", path.display());
            }
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(named(engine.standing().removed), "a directory in the place of {}", path.display());
        std::fs::remove_dir(&path).unwrap();
        assert!(named(engine.standing().removed), "{}", path.display());
        // Recording and signing go on, and make nobody forget it.
        record(&engine, 10_000, 300);
        sign(&engine);
        assert!(named(engine.standing().removed) && engine.standing().doubt.is_none(), "{}", path.display());
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(named(doubted(&engine, dir.path())), !is_note, "a note is put back, tiles are written elsewhere");
        engine.stop().unwrap();
        drop(engine);
        engine = open(dir.path());
        assert_eq!(doubted(&engine, dir.path()), None);
    }
    std::fs::remove_dir_all(&notes).unwrap();
    assert!(engine.standing().removed.is_some());
}
