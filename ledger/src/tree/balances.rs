//! The tree over balances: a leaf for each account there is, in the order of class and owner, so that two leaves beside each other also
//! prove that there is no account between them. It is made when asked for and kept nowhere. Not here: who signs its root.

use uuid::Uuid;

use crate::account::Class;
use crate::hash::Hash;
use crate::tree::merkle::{Frontier, leaf_hash, node_hash};
use crate::tree::proof::{prove_inclusion, root};

/// What an account goes by in this tree: the place of its class in the closed list, from 1, and the id of its owner.
pub type AccountKey = (u8, Uuid);

/// Bytes of a leaf.
const LEAF: usize = 33;

/// The roots of subtrees of so many leaves are kept: one in 256 hashes, and below them little is hashed again for a path.
const KEPT: u32 = 8;

/// What stands on an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BalanceLeaf {
    /// Which account.
    pub key: AccountKey,
    /// Debits less credits, in fen.
    pub balance: i128,
}

impl BalanceLeaf {
    /// Of an account of this class and owner.
    #[must_use]
    pub fn new(class: Class, owner: Uuid, balance: i128) -> Self {
        Self { key: (class as u8 + 1, owner), balance }
    }

    /// Class (1), owner (16), balance (16, big-endian, two's complement). This layout is signed and may never change.
    #[must_use]
    pub fn bytes(&self) -> [u8; LEAF] {
        let mut bytes = [0; LEAF];
        bytes[0] = self.key.0;
        bytes[1..17].copy_from_slice(self.key.1.as_bytes());
        bytes[17..].copy_from_slice(&self.balance.to_be_bytes());
        bytes
    }

    /// Reads the bytes; nothing if they are no leaf.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (class, rest) = bytes.split_first()?;
        let (owner, rest) = rest.split_first_chunk()?;
        let balance = i128::from_be_bytes(rest.try_into().ok()?);
        (*class > 0).then(|| Self { key: (*class, Uuid::from_bytes(*owner)), balance })
    }
}

/// A leaf with its place and its path to the root, the lowest hash first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacedLeaf {
    /// The leaf.
    pub leaf: BalanceLeaf,
    /// Its place, from 0.
    pub index: u64,
    /// The path.
    pub path: Vec<Hash>,
}

/// All balances.
#[derive(Clone, Debug)]
pub struct BalanceTree {
    /// In order.
    leaves: Vec<[u8; LEAF]>,
    kept: Vec<Hash>,
}

impl BalanceTree {
    /// Of these accounts, in any order.
    #[must_use]
    pub fn of(leaves: impl Iterator<Item = BalanceLeaf>) -> Self {
        let mut leaves: Vec<_> = leaves.map(|leaf| leaf.bytes()).collect();
        leaves.sort_unstable();
        let kept = leaves.chunks_exact(1 << KEPT).map(over).collect();
        Self { leaves, kept }
    }

    /// How many accounts there are.
    #[must_use]
    pub fn accounts(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let Ok(root) = root(self.accounts(), &mut |level, index| self.subtree(level, index));
        root
    }

    /// What proves how an account stands: its leaf alone, or, where there is none, those on both sides of its place, of which the first
    /// or the last has only one.
    #[must_use]
    pub fn prove(&self, (class, owner): AccountKey) -> Vec<PlacedLeaf> {
        let wanted = [&[class][..], owner.as_bytes()].concat();
        let at = self.leaves.partition_point(|leaf| leaf[..17] < wanted[..]);
        let found = self.leaves.get(at).is_some_and(|leaf| leaf[..17] == wanted[..]);
        let places = if found { at..at + 1 } else { at.saturating_sub(1)..(at + 1).min(self.leaves.len()) };
        places.filter_map(|at| self.placed(at)).collect()
    }

    fn placed(&self, at: usize) -> Option<PlacedLeaf> {
        let leaf = BalanceLeaf::read(self.leaves.get(at)?)?;
        let path = prove_inclusion(at as u64, self.accounts(), &mut |level, index| self.subtree(level, index)).ok()?;
        Some(PlacedLeaf { leaf, index: at as u64, path })
    }

    /// Asked only for subtrees that are complete.
    #[allow(clippy::unnecessary_wraps)]
    fn subtree(&self, level: u32, index: u64) -> Result<Hash, std::convert::Infallible> {
        // As many leaves as lie in memory have places that a usize holds.
        let at = index as usize;
        Ok(match level.checked_sub(KEPT) {
            None => over(&self.leaves[at << level..(at + 1) << level]),
            Some(0) => self.kept[at],
            Some(_) => {
                let (Ok(left), Ok(right)) =
                    (self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1));
                node_hash(&left, &right)
            }
        })
    }
}

fn over(leaves: &[[u8; LEAF]]) -> Hash {
    let mut tree = Frontier::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::proof::is_included;

    fn leaf(at: u128) -> BalanceLeaf {
        let class = if at.is_multiple_of(3) { Class::Available } else { Class::Spent };
        BalanceLeaf::new(class, Uuid::from_u128(at * 10), 7 - at as i128)
    }

    #[test]
    fn bytes_are_frozen() {
        let leaf = BalanceLeaf::new(Class::Available, Uuid::from_u128(0x11), 165_000);
        let hex = format!("0a{:032x}{:032x}", 0x11, 165_000);
        assert_eq!(crate::hash::hex(&leaf.bytes()), hex);
        let below = BalanceLeaf { balance: -1, ..leaf };
        assert_eq!(crate::hash::hex(&below.bytes()), format!("0a{:032x}{}", 0x11, "ff".repeat(16)));
        for leaf in [leaf, below] {
            assert_eq!(BalanceLeaf::read(&leaf.bytes()), Some(leaf));
            assert_eq!(BalanceLeaf::read(&leaf.bytes()[..32]), None);
            assert_eq!(BalanceLeaf::read(&[&leaf.bytes()[..], b"\0"].concat()), None);
        }
        assert_eq!(BalanceLeaf::read(&[0; LEAF]), None, "there is no class 0");
    }

    /// Of any size, also where hashes are kept, each account is proved by its own leaf and no other by any.
    #[test]
    fn whatever_is_asked_for_is_proved_present_or_absent() {
        for size in [1, 2, 3, 255, 256, 257, 600] {
            let tree = BalanceTree::of((0..size).rev().map(leaf));
            let mut plain = Frontier::new();
            let mut sorted: Vec<_> = (0..size).map(leaf).collect();
            sorted.sort_by_key(|leaf| leaf.key);
            sorted.iter().for_each(|leaf| plain.push(leaf_hash(&leaf.bytes())));
            assert_eq!(tree.root(), plain.root(), "{size}");
            for at in (0..size).step_by(size.div_ceil(12) as usize) {
                let leaf = leaf(at);
                let [found] = <[_; 1]>::try_from(tree.prove(leaf.key)).expect("its leaf");
                assert_eq!(found.leaf, leaf);
                let hash = leaf_hash(&leaf.bytes());
                assert!(is_included(&hash, found.index, tree.accounts(), &found.path, &tree.root()), "{at} of {size}");
                let beside = (leaf.key.0, Uuid::from_u128(at * 10 + 1));
                let places = tree.prove(beside);
                assert!(!places.is_empty() && places.iter().all(|placed| placed.leaf.key != beside));
                match &places[..] {
                    [left, right] => {
                        assert!(left.index + 1 == right.index && left.leaf.key < beside && beside < right.leaf.key)
                    }
                    [one] => assert!(one.index + 1 == tree.accounts() && one.leaf.key < beside),
                    _ => panic!("{places:?}"),
                }
            }
            let first = tree.prove((1, Uuid::nil()));
            assert!(matches!(&first[..], [one] if one.index == 0));
        }
    }
}
