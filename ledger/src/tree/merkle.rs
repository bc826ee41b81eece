//! The RFC 6962 tree: hashes, and the frontier that grows with each entry and knows the root.
//! It deliberately holds no proofs, no tiles and no storage: only what growing and checking it needs.

use crate::hash::{Hash, sha256};
use serde::{Deserialize, Serialize};

/// The leaf of one entry: SHA-256(0x00 || entry bytes).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256([&[0], entry])
}

/// An inner node: SHA-256(0x01 || left || right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256([&[1], left, right])
}

/// The root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    sha256([])
}

/// The right edge of the tree: the roots of its largest complete subtrees, left to right.
///
/// There is one for each set bit of the size, so 64 hashes stand for any record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier that was kept elsewhere; `None` if the number of peaks does not fit the size.
    #[must_use]
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Adds the next leaf. Costs one node hash on average.
    pub fn push(&mut self, leaf: Hash) {
        self.push_telling(leaf, |_, _| {});
    }

    /// As [`Frontier::push`]; `done` is told level and root of each subtree above the leaf that this completes, so that
    /// whoever keeps the tree need not hash it again.
    pub fn push_telling(&mut self, leaf: Hash, mut done: impl FnMut(u32, &Hash)) {
        let mut node = leaf;
        // Each trailing one bit of the size is a complete subtree as large as the one just finished.
        for below in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
                done(below + 1, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root over all leaves pushed so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => empty_root(),
            Some(last) => peaks.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The complete subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hex;

    /// The definition of RFC 6962 2.1, word for word, as a second opinion.
    fn by_definition(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => leaf_hash(one),
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&by_definition(&leaves[..split]), &by_definition(&leaves[split..]))
            }
        }
    }

    #[test]
    fn root_is_the_definition_at_every_size() {
        let mut frontier = Frontier::new();
        let mut leaves: Vec<Vec<u8>> = Vec::new();
        for size in 0..130_u32 {
            assert_eq!(frontier.root(), by_definition(&leaves), "size {size}");
            assert_eq!(frontier.size(), u64::from(size));
            let leaf = size.to_be_bytes().repeat(size as usize % 40);
            frontier.push(leaf_hash(&leaf));
            leaves.push(leaf);
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(hex(&empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(&leaf_hash(&[])), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn parts_must_fit() {
        let mut frontier = Frontier::new();
        (0..11_u8).for_each(|n| frontier.push(leaf_hash(&[n])));
        let peaks = frontier.peaks().to_vec();
        assert_eq!(Frontier::from_parts(11, peaks.clone()), Some(frontier));
        assert_eq!(Frontier::from_parts(12, peaks), None);
    }
}
