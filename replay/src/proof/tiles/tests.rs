//! Tiles against the frontier, at sizes around whole tiles, and after damage.

use std::fs;
use std::path::Path;

use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::{Unprovable, is_consistent, is_included};

use super::*;
use crate::record::leaves::Leaves;

fn leaf(n: u64) -> Hash {
    leaf_hash(&n.to_be_bytes())
}

fn filled(dir: &Path, size: u64) -> Tiles {
    fill(Tiles::open(dir).unwrap(), size)
}

fn as_files(dir: &Path, size: u64) -> Tiles {
    fill(Tiles::as_files(dir).unwrap(), size)
}

fn fill(mut tiles: Tiles, size: u64) -> Tiles {
    (tiles.size()..size).for_each(|n| tiles.push(leaf(n)).unwrap());
    tiles
}

fn root_of(size: u64) -> Hash {
    let mut frontier = Frontier::new();
    (0..size).for_each(|n| frontier.push(leaf(n)));
    frontier.root()
}

#[test]
fn names_are_in_groups_of_three() {
    assert_eq!(tile_name(67), "067");
    assert_eq!(tile_name(1_234_067), "x001/x234/067");
    assert_eq!(tile_name(1_000), "x001/000");
}

#[test]
fn roots_and_proofs_fit_at_every_kind_of_size() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = filled(dir.path(), 70_000);
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 69_999, 70_000] {
        let root = root_of(size);
        assert_eq!(tiles.root(size).unwrap(), root, "size {size}");
        for index in [0, 1, 254, 255, 256, 40_000, 65_535, 65_536, 69_998].into_iter().filter(|index| *index < size) {
            let path = tiles.prove_inclusion(index, size).unwrap();
            assert!(is_included(&leaf(index), index, size, &path, &root), "{index} in {size}");
        }
        let path = tiles.prove_consistency(size, 70_000).unwrap();
        assert!(is_consistent((size, &root), (70_000, &root_of(70_000)), &path), "{size}");
    }
    assert!(matches!(tiles.prove_inclusion(0, 70_001), Err(Unprovable::OutOfRange { .. })));
    assert!(matches!(tiles.subtree(63, 1), Err(TileError::Beyond { .. })));
    assert!(matches!(tiles.subtree(64, 0), Err(TileError::Beyond { .. })));
}

#[test]
fn tiles_are_opened_again_at_the_last_whole_one() {
    let dir = tempfile::tempdir().unwrap();
    drop(filled(dir.path(), 66_000));
    assert_eq!(Tiles::open(dir.path()).unwrap().size(), 66_000 / 256 * 256);
    assert_eq!(filled(dir.path(), 66_001).root(66_001).unwrap(), root_of(66_001));
}

#[test]
fn missing_tiles_are_made_again() {
    let dir = tempfile::tempdir().unwrap();
    drop(filled(dir.path(), 66_000));
    fs::remove_file(dir.path().join("level-1")).unwrap();
    assert_eq!(filled(dir.path(), 66_000).root(66_000).unwrap(), root_of(66_000));
    let level = fs::OpenOptions::new().write(true).open(dir.path().join("level-0")).unwrap();
    level.set_len(256 * 8192 + 5).unwrap();
    assert_eq!(filled(dir.path(), 66_000).root(66_000).unwrap(), root_of(66_000));
    let mut tiles = filled(dir.path(), 66_000);
    tiles.clear().unwrap();
    assert_eq!(tiles.size(), 0);
    assert_eq!(filled(dir.path(), 300).root(300).unwrap(), root_of(300));
}

#[test]
fn leaves_of_frames_come_to_the_same_tree() {
    let dir = tempfile::tempdir().unwrap();
    let mut tiles = Tiles::open(dir.path()).unwrap();
    let (mut tree, mut next) = (Frontier::new(), 0);
    for length in [1, 254, 3, 700, 0, 66_000] {
        let mut leaves = Leaves::default();
        (next..next + length).for_each(|n| leaves.push(&mut tree, leaf(n)));
        next += length;
        tiles.extend(&leaves).unwrap();
        assert_eq!(tiles.root(next).unwrap(), tree.root());
    }
    assert_eq!(filled(dir.path(), next).root(next).unwrap(), tree.root());
}

#[test]
fn a_damaged_tile_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = filled(dir.path(), 600);
    fs::write(dir.path().join("level-0"), b"short").unwrap();
    assert!(matches!(tiles.prove_inclusion(0, 600), Err(Unprovable::Hash(TileError::Damaged { .. }))));
    let files = as_files(dir.path(), 600);
    fs::write(dir.path().join("tile/0/000"), b"short").unwrap();
    assert!(matches!(files.prove_inclusion(0, 600), Err(Unprovable::Hash(TileError::Damaged { .. }))));
}

/// One bit anywhere in a tile: nothing is proved by it, others are as good as before, and the next start makes all of them anew.
#[test]
fn a_bit_in_a_tile_is_found_by_the_tile_above_it_and_named() {
    for (level, number, bad, good) in
        [("level-0", 3, 3 * 256 + 7, 900 * 7), ("level-0", 255, 65_400, 7), ("level-1", 0, 9, 65_900)]
    {
        let dir = tempfile::tempdir().unwrap();
        let root = root_of(66_000);
        drop(filled(dir.path(), 66_000));
        let path = dir.path().join(level);
        let mut bytes = fs::read(&path).unwrap();
        bytes[number * 8192 + 200] ^= 4;
        fs::write(&path, bytes).unwrap();
        let tiles = filled(dir.path(), 66_000);
        if level == "level-1" {
            assert_ne!(tiles.root(66_000).unwrap(), root, "whoever holds it against the record makes it anew");
            continue;
        }
        assert_eq!(tiles.root(66_000).unwrap(), root, "a start does not read it");
        for _ in 0..2 {
            let Err(Unprovable::Hash(error)) = tiles.prove_inclusion(bad, 66_000) else { panic!("{level} {number}") };
            let (from, said) = (number as u64 * 8192, error.to_string());
            assert!(
                matches!(&error, TileError::Damaged { path: found, from: at, to } if *found == path && (*at, *to) == (from, from + 8192))
            );
            assert!(said.contains("nothing against the record") && said.contains("start again"), "{said}");
            assert!(tiles.subtree(0, bad).is_err());
        }
        assert_eq!(tiles.known().lost(), Some(path));
        let way = tiles.prove_inclusion(good, 66_000).unwrap();
        assert!(is_included(&leaf(good), good, 66_000, &way, &root));
        drop(tiles);
        assert_eq!(Tiles::open(dir.path()).unwrap().size(), 0, "they are made anew");
        let tiles = filled(dir.path(), 66_000);
        let way = tiles.prove_inclusion(bad, 66_000).unwrap();
        assert!(is_included(&leaf(bad), bad, 66_000, &way, &root));
        drop(tiles);
        assert_eq!(Tiles::open(dir.path()).unwrap().size(), 66_000 / 256 * 256, "once");
    }
}

#[test]
fn the_edge_is_written_as_partial_tiles() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = as_files(dir.path(), 600);
    tiles.write_edge().unwrap();
    let bytes = fs::read(dir.path().join("tile/0/002.p/88")).unwrap();
    assert_eq!(bytes.len(), 88 * 32);
    assert_eq!(bytes[..32], leaf(512));
    assert_eq!(fs::read(dir.path().join("tile/1/000.p/2")).unwrap().len(), 64);
}

#[test]
fn a_tile_that_could_not_be_written_is_written_with_what_comes_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut tiles = as_files(dir.path(), 65_535);
    let (place, aside) = (dir.path().join("tile"), dir.path().join("aside"));
    fs::rename(&place, &aside).unwrap();
    fs::write(&place, "in the way").unwrap();
    assert!(tiles.push(leaf(65_535)).is_err());
    assert_eq!(tiles.size(), 65_536, "the leaf is taken, its tile waits");
    assert!(tiles.push(leaf(65_536)).is_err() && tiles.write_again().is_err());
    assert_eq!(tiles.size(), 65_536, "nothing more is taken");
    fs::remove_file(&place).unwrap();
    fs::rename(&aside, &place).unwrap();
    tiles.write_again().unwrap();
    let tiles = fill(tiles, 66_000);
    for size in [65_535, 65_536, 65_537, 66_000] {
        assert_eq!(tiles.root(size).unwrap(), root_of(size), "size {size}");
    }
}
