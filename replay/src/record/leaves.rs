//! What a frame adds to a tree over the record, that of its entries or that of their outcomes: leaves, and the roots of the tiles they
//! complete. How tiles are kept and proofs are given is not known here.

use ledger::hash::Hash;
use ledger::tree::merkle::Frontier;

/// Levels of the tree that one tile spans.
pub(crate) const HEIGHT: u32 = 8;

/// What a tree gained with the entries of a frame, as it was computed on the way.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// The leaf of each entry.
    pub hashes: Vec<Hash>,
    /// The root of each tile of leaves that these completed.
    pub tiles: Vec<Hash>,
}

impl Leaves {
    /// Adds a leaf to the tree and takes note of it.
    pub(crate) fn push(&mut self, tree: &mut Frontier, leaf: Hash) {
        self.hashes.push(leaf);
        tree.push_telling(leaf, |level, root| {
            if level == HEIGHT {
                self.tiles.push(*root);
            }
        });
    }
}
