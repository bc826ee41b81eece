//! The two trees over the same entries as tiles: what was said, and what was made of it. How tiles lie in files is in `tiles`, who
//! signs their roots in `notary`.

use std::path::Path;

use ledger::hash::Hash;
use ledger::tree::proof::Unprovable;

use crate::proof::tally::Tally;
use crate::proof::tiles::{TileError, Tiles};
use crate::record::leaves::Leaves;
use crate::record::log::Frame;

/// Paths or proofs of the same indexes and sizes in both trees, lowest hash first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TwoPaths {
    /// In the tree over entries.
    pub entries: Vec<Hash>,
    /// In the tree over outcomes.
    pub outcomes: Vec<Hash>,
}

/// Both trees of a ledger.
#[derive(Debug)]
pub(crate) struct Trees {
    pub(crate) entries: EntryTree,
    pub(crate) outcomes: OutcomeTree,
}

/// The tree over entries.
#[derive(Debug)]
pub(crate) struct EntryTree(pub(crate) Tiles);

/// The tree over outcomes.
#[derive(Debug)]
pub(crate) struct OutcomeTree(pub(crate) Tiles);

impl Trees {
    /// Those that a ledger under `data` keeps, as far as their tiles are whole.
    pub(crate) fn open(data: &Path) -> Result<Self, TileError> {
        let dir = Tiles::dir(data);
        let entries = EntryTree(Tiles::open(&dir)?);
        Ok(Self { entries, outcomes: OutcomeTree(Tiles::open(&dir.join("outcomes"))?) })
    }

    /// The roots over the first so many entries and their outcomes.
    pub(crate) fn roots(&self, size: u64) -> Result<(Hash, Hash), TileError> {
        Ok((self.entries.0.root(size)?, self.outcomes.0.root(size)?))
    }

    /// The paths from an entry and from its outcome to the roots over `size` of them.
    pub(crate) fn prove_inclusion(&self, index: u64, size: u64) -> Result<TwoPaths, Unprovable<TileError>> {
        let entries = self.entries.0.prove_inclusion(index, size)?;
        Ok(TwoPaths { entries, outcomes: self.outcomes.0.prove_inclusion(index, size)? })
    }

    /// What shows that the trees over `to` entries continue those over `from`.
    pub(crate) fn prove_consistency(&self, from: u64, to: u64) -> Result<TwoPaths, Unprovable<TileError>> {
        let entries = self.entries.0.prove_consistency(from, to)?;
        Ok(TwoPaths { entries, outcomes: self.outcomes.0.prove_consistency(from, to)? })
    }
}

impl EntryTree {
    /// Takes the entries of a frame that the tree does not have yet.
    pub(crate) fn take(&mut self, frame: &Frame) -> Result<(), TileError> {
        add(&mut self.0, frame.header().first_index, frame.leaves())
    }
}

impl OutcomeTree {
    /// Goes on from a tally of so many entries with the leaves behind its last whole tile. Tiles that end before it stay as they
    /// are, and [`OutcomeTree::is_of`] will say so.
    pub(crate) fn go_on(&mut self, entries: u64, tail: &[Hash]) -> Result<(), TileError> {
        add(&mut self.0, entries - tail.len() as u64, tail)
    }

    /// Takes the outcomes, from this index on, that the tree does not have yet.
    pub(crate) fn take(&mut self, first: u64, leaves: &Leaves) -> Result<(), TileError> {
        if first == self.0.size() { self.0.extend(leaves) } else { add(&mut self.0, first, &leaves.hashes) }
    }

    /// Whether it is the tree of a tally.
    pub(crate) fn is_of(&self, tally: &Tally) -> bool {
        let size = tally.entries();
        self.0.size() == size && self.0.root(size).is_ok_and(|root| root == tally.tree().root())
    }
}

fn add(tiles: &mut Tiles, first: u64, leaves: &[Hash]) -> Result<(), TileError> {
    for (leaf, index) in leaves.iter().zip(first..) {
        if index == tiles.size() {
            tiles.push(*leaf)?;
        }
    }
    Ok(())
}
