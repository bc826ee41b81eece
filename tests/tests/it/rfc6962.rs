//! Proofs against the vectors of the reference implementation of RFC 6962, and at every size of a small tree.

use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::*;

/// Complete subtrees of leaves in memory.
fn subtree(leaves: &[Hash], level: u32, index: u64) -> Hash {
    let from = usize::try_from(index << level).expect("within the tree");
    let mut frontier = Frontier::new();
    leaves[from..from + (1 << level)].iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

fn hashes(leaves: &[Hash]) -> impl FnMut(u32, u64) -> Result<Hash, ()> {
    |level, index| Ok(subtree(leaves, level, index))
}

fn root_of(leaves: &[Hash]) -> Hash {
    root(leaves.len() as u64, &mut hashes(leaves)).expect("within the tree")
}

fn vectors() -> Vec<Hash> {
    let last: Vec<u8> = (0x60..0x70).collect();
    let texts: [&[u8]; 8] = [b"", b"\0", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", b"PQRSTUVW", &last];
    texts.iter().map(|text| leaf_hash(text)).collect()
}

fn hex(path: &[Hash]) -> Vec<String> {
    path.iter().map(|hash| hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()).collect()
}

#[test]
fn vectors_of_the_reference_implementation() {
    let leaves = vectors();
    let roots: Vec<String> = (1..=8).flat_map(|size| hex(&[root_of(&leaves[..size])])).collect();
    let want =
        "6e340b9cffb3 fac54203e7cc aeb6bcfe274b d37ee418976d 4e3bbb1f7b47 76e67dadbcdf ddb89be40380 5dc9da79a706";
    assert_eq!(roots.join(" "), want);
    let inclusion =
        |index, size| hex(&prove_inclusion(index, size, &mut hashes(&leaves)).expect("within the tree")).join(" ");
    assert_eq!(inclusion(0, 8), "96a296d224f2 5f083f0a1a33 6b47aaf29ee3");
    assert_eq!(inclusion(5, 8), "bc1a0643b12e ca854ea128ed d37ee418976d");
    assert_eq!(inclusion(2, 3), "fac54203e7cc");
    let consistency =
        |from, to| hex(&prove_consistency(from, to, &mut hashes(&leaves)).expect("within the tree")).join(" ");
    assert_eq!(consistency(1, 8), "96a296d224f2 5f083f0a1a33 6b47aaf29ee3");
    assert_eq!(consistency(6, 8), "0ebc5d3437fb ca854ea128ed d37ee418976d");
    assert_eq!(consistency(2, 5), "5f083f0a1a33 bc1a0643b12e");
    assert_eq!(consistency(4, 4), "");
}

#[test]
fn every_entry_is_shown_in_every_tree_and_nowhere_else() {
    let leaves: Vec<Hash> = (0..40_u8).map(|n| leaf_hash(&[n])).collect();
    for size in 1..=40_u64 {
        let root = root_of(&leaves[..usize::try_from(size).expect("within the tree")]);
        for index in 0..size {
            let leaf = leaves[usize::try_from(index).expect("within the tree")];
            let path = prove_inclusion(index, size, &mut hashes(&leaves)).expect("within the tree");
            assert!(is_included(&leaf, index, size, &path, &root));
            assert!(!is_included(&leaf_hash(b"other"), index, size, &path, &root));
            for other in (0..size + 2).filter(|other| *other != index) {
                assert!(!is_included(&leaf, other, size, &path, &root), "{index} as {other} of {size}");
            }
            refuses_bent_paths(&path, |bent| is_included(&leaf, index, size, bent, &root));
        }
        assert_eq!(
            prove_inclusion(size, size, &mut hashes(&leaves)),
            Err(Unprovable::OutOfRange { asked: size, size })
        );
    }
}

#[test]
fn every_tree_continues_every_smaller_one() {
    let leaves: Vec<Hash> = (0..33_u8).map(|n| leaf_hash(&[n])).collect();
    let roots: Vec<Hash> = (0..=33).map(|size| root_of(&leaves[..size])).collect();
    let other = leaf_hash(b"other");
    for to in 0..=33_u64 {
        for from in 0..=to {
            let (old, new) = (
                &roots[usize::try_from(from).expect("within the tree")],
                &roots[usize::try_from(to).expect("within the tree")],
            );
            let path = prove_consistency(from, to, &mut hashes(&leaves)).expect("within the tree");
            assert!(is_consistent((from, old), (to, new), &path), "{from} to {to}");
            assert!(!is_consistent((from, &other), (to, new), &path), "{from} to {to}");
            if from > 0 {
                assert!(!is_consistent((from, old), (to, &other), &path), "{from} to {to}");
                refuses_bent_paths(&path, |bent| is_consistent((from, old), (to, new), bent));
            }
        }
        assert!(prove_consistency(to + 1, to, &mut hashes(&leaves)).is_err());
    }
}

/// Longer, shorter, and with each bit of the first byte of each hash changed.
fn refuses_bent_paths(path: &[Hash], fits: impl Fn(&[Hash]) -> bool) {
    let mut longer = path.to_vec();
    longer.push([0; 32]);
    assert!(!fits(&longer));
    if !path.is_empty() {
        assert!(!fits(&path[1..]));
        assert!(!fits(&path[..path.len() - 1]));
    }
    for at in 0..path.len() {
        let mut bent = path.to_vec();
        bent[at][0] ^= 1;
        assert!(!fits(&bent));
    }
}

#[test]
fn a_hash_that_cannot_be_had_is_said() {
    let mut none = |level: u32, index: u64| -> Result<Hash, (u32, u64)> { Err((level, index)) };
    assert_eq!(prove_inclusion(0, 2, &mut none), Err(Unprovable::Hash((0, 1))));
    assert_eq!(root(6, &mut none), Err((2, 0)));
}
