//! Roots and proofs against an independent crate: trees of chance sizes, each side's proofs checked by the other.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::{is_consistent, is_included, prove_consistency, prove_inclusion, root};
use sha2::Sha256;
use tests::history::chance::Chance;

const TREES: u64 = 40;
const QUESTIONS: usize = 40;

struct Both {
    entries: Vec<Vec<u8>>,
    theirs: Vec<RootHash<Sha256>>,
    tree: MemoryBackedTree<Sha256, Vec<u8>>,
}

/// A tree of entries of chance lengths, with their root at every size.
fn grow(chance: &mut Chance) -> Both {
    let mut both = Both { entries: Vec::new(), theirs: Vec::new(), tree: MemoryBackedTree::new() };
    for _ in 0..=chance.below(600) {
        both.theirs.push(both.tree.root());
        let entry: Vec<u8> = (0..chance.below(90)).map(|_| chance.draw() as u8).collect();
        both.tree.push(entry.clone());
        both.entries.push(entry);
    }
    both.theirs.push(both.tree.root());
    both
}

impl Both {
    fn subtree(&self, level: u32, index: u64) -> Result<Hash, ()> {
        let from = usize::try_from(index << level).map_err(|_| ())?;
        let mut frontier = Frontier::new();
        let leaves = self.entries.get(from..from + (1 << level)).ok_or(())?;
        leaves.iter().for_each(|entry| frontier.push(leaf_hash(entry)));
        Ok(frontier.root())
    }

    fn root(&self, size: usize) -> Hash {
        root(size as u64, &mut |level, index| self.subtree(level, index)).expect("within the tree")
    }
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(32).map(|hash| hash.try_into().expect("32 bytes")).collect()
}

#[test]
fn roots_and_proofs_are_those_of_an_independent_crate() {
    for seed in 0..TREES {
        let mut chance = Chance::new(seed);
        let both = grow(&mut chance);
        let size = both.entries.len();
        let ours = both.root(size);
        assert_eq!(ours.as_slice(), both.theirs[size].as_bytes().as_slice(), "seed {seed}");
        for _ in 0..QUESTIONS {
            inclusion(&both, chance.below(size), &ours);
            consistency(&both, 1 + chance.below(size), &ours);
        }
    }
}

fn inclusion(both: &Both, index: usize, ours: &Hash) {
    let size = both.entries.len() as u64;
    let theirs = both.tree.prove_inclusion(index);
    let leaf = leaf_hash(&both.entries[index]);
    assert!(is_included(&leaf, index as u64, size, &hashes(theirs.as_bytes()), ours));
    let path = prove_inclusion(index as u64, size, &mut |level, at| both.subtree(level, at)).expect("provable");
    assert_eq!(path.concat(), theirs.as_bytes());
    let back = InclusionProof::<Sha256>::try_from_bytes(path.concat()).expect("whole hashes");
    both.tree.root().verify_inclusion(&both.entries[index], index as u64, &back).expect("they agree");
}

fn consistency(both: &Both, from: usize, ours: &Hash) {
    let size = both.entries.len();
    let theirs = both.tree.prove_consistency(size - from);
    let before = both.root(from);
    let (old, new) = ((from as u64, &before), (size as u64, ours));
    let path = prove_consistency(old.0, new.0, &mut |level, at| both.subtree(level, at)).expect("provable");
    assert!(is_consistent(old, new, &path), "{from} to {size}");
    assert!(is_consistent(old, new, &hashes(theirs.as_bytes())), "{from} to {size}");
    let back = ConsistencyProof::<Sha256>::try_from_bytes(path.concat()).expect("whole hashes");
    both.tree.root().verify_consistency(&both.theirs[from], &back).expect("they agree");
}
