//! Proofs in the tree of RFC 6962: that an entry is in it, and that a larger tree continues a smaller one. Making them
//! asks for hashes of complete subtrees, wherever these are kept; checking them needs nothing but the proof.

use crate::hash::Hash;
use crate::tree::merkle::{empty_root, node_hash};

/// Why a proof could not be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unprovable<E> {
    /// There is no such entry in a tree of this size, or no such smaller tree.
    OutOfRange {
        /// The index or the smaller size.
        asked: u64,
        /// Entries of the tree.
        size: u64,
    },
    /// The hash of a subtree could not be had.
    Hash(E),
}

/// The root of the complete subtree over the entries `[first, first + 2^level)`, where `first` is `index * 2^level`.
pub trait Subtrees {
    /// Why a hash could not be had.
    type Error;

    /// Its root.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

impl<E, F: FnMut(u32, u64) -> Result<Hash, E>> Subtrees for F {
    type Error = E;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, E> {
        self(level, index)
    }
}

/// The root of the tree over the first `size` entries.
///
/// # Errors
/// A hash could not be had.
pub fn root<S: Subtrees>(size: u64, hashes: &mut S) -> Result<Hash, S::Error> {
    range(0, size, hashes)
}

/// The path from entry `index` to the root over `size` entries, the lowest hash first.
///
/// # Errors
/// There is no such entry, or a hash could not be had.
pub fn prove_inclusion<S: Subtrees>(index: u64, size: u64, hashes: &mut S) -> Result<Vec<Hash>, Unprovable<S::Error>> {
    if index >= size {
        return Err(Unprovable::OutOfRange { asked: index, size });
    }
    let (mut begin, mut end) = (0, size);
    let mut path = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        let beside = if index < middle { (middle, end) } else { (begin, middle) };
        path.push(range(beside.0, beside.1, hashes).map_err(Unprovable::Hash)?);
        if index < middle {
            end = middle;
        } else {
            begin = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// What shows that the tree over `to` entries continues the tree over `from`, the lowest hash first.
///
/// # Errors
/// The first is not the smaller one, or a hash could not be had.
pub fn prove_consistency<S: Subtrees>(from: u64, to: u64, hashes: &mut S) -> Result<Vec<Hash>, Unprovable<S::Error>> {
    if from > to {
        return Err(Unprovable::OutOfRange { asked: from, size: to });
    }
    if from == 0 || from == to {
        return Ok(Vec::new());
    }
    let (mut begin, mut end) = (0, to);
    let mut path = Vec::new();
    while end != from {
        let middle = begin + split(end - begin);
        let beside = if from <= middle { (middle, end) } else { (begin, middle) };
        path.push(range(beside.0, beside.1, hashes).map_err(Unprovable::Hash)?);
        if from <= middle {
            end = middle;
        } else {
            begin = middle;
        }
    }
    // A smaller tree that is itself one complete subtree of the larger is known to whoever checks.
    if begin != 0 {
        path.push(range(begin, end, hashes).map_err(Unprovable::Hash)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` leads from the leaf of entry `index` to `root` over `size` entries (RFC 9162, 2.1.3.2).
#[must_use]
pub fn is_included(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for beside in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(beside, &hash);
            climb(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `path` shows that the tree `to` continues the tree `from`, each given by size and root (RFC 9162, 2.1.4.2).
/// The tree without entries is continued by every tree.
#[must_use]
pub fn is_consistent(from: (u64, &Hash), to: (u64, &Hash), path: &[Hash]) -> bool {
    let ((from, from_root), (to, to_root)) = (from, to);
    if from == 0 {
        return path.is_empty() && *from_root == empty_root() && (to > 0 || from_root == to_root);
    }
    if from >= to {
        return from == to && path.is_empty() && from_root == to_root;
    }
    let (mut node, mut last) = (from - 1, to - 1);
    let complete = node.trailing_ones();
    node >>= complete;
    last >>= complete;
    let (first, rest) = match (from.is_power_of_two(), path) {
        (true, rest) => (from_root, rest),
        (false, [first, rest @ ..]) => (first, rest),
        (false, []) => return false,
    };
    let (mut small, mut large) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            small = node_hash(beside, &small);
            large = node_hash(beside, &large);
            climb(&mut node, &mut last);
        } else {
            large = node_hash(&large, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && small == *from_root && large == *to_root
}

/// A node without a right neighbour moves up until it is one itself: levels without a sister have no hash in a proof.
fn climb(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

/// The largest power of two below `size`, which is 2 or more.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The root over `[begin, end)`. `begin` is a multiple of a power of two not below the length, as in every proof.
fn range<S: Subtrees>(begin: u64, end: u64, hashes: &mut S) -> Result<Hash, S::Error> {
    let mut peaks = Vec::new();
    let mut at = begin;
    while at < end {
        let level = (end - at).ilog2();
        peaks.push(hashes.subtree(level, at >> level)?);
        at += 1 << level;
    }
    let mut peaks = peaks.into_iter().rev();
    let Some(last) = peaks.next() else { return Ok(empty_root()) };
    Ok(peaks.fold(last, |right, left| node_hash(&left, &right)))
}
