//! The tree over balances: a leaf for each account there is, in the order of class and owner, so that two leaves beside each other also
//! prove that there is no account between them. A leaf names its account and seals what stands on it: whoever is shown a leaf, or the hash
//! of one, learns no balance and can try none. It is made when asked for and kept nowhere. Not here: who signs its root.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::account::Class;
use crate::hash::Hash;
use crate::tree::merkle::{Frontier, leaf_hash, node_hash};
use crate::tree::proof::{prove_inclusion, root};

/// What an account goes by in this tree: the place of its class in the closed list, from 1, and the id of its owner.
pub type AccountKey = (u8, Uuid);

/// Bytes of a leaf.
const LEAF: usize = 49;

/// Bytes that open a seal.
const OPENING: usize = 32;

/// The roots of subtrees of so many leaves are kept: one in 256 hashes, and below them little is hashed again for a path.
const KEPT: u32 = 8;

/// What stands on an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccountStands {
    /// Which account.
    pub key: AccountKey,
    /// Debits less credits, in fen.
    pub balance: i128,
}

impl AccountStands {
    /// Of an account of this class and owner.
    #[must_use]
    pub fn new(class: Class, owner: Uuid, balance: i128) -> Self {
        Self { key: (class as u8 + 1, owner), balance }
    }
}

/// What salts are made of: known to whoever has all entries, as he knows all balances anyway, and to nobody else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SaltSource {
    /// The random bytes of all entries, exclusive-or: who lacks those of a single entry knows nothing of it.
    pub salts: u128,
    /// How many entries there are.
    pub entries: u64,
}

impl SaltSource {
    /// What opens the leaf of an account: its salt is the first half of SHA-256 over the salts of all entries (16), their number (8), and the
    /// account's class (1) and owner (16).
    #[must_use]
    pub fn opening(&self, stands: &AccountStands) -> SealOpening {
        let digest = Sha256::new()
            .chain_update(self.salts.to_be_bytes())
            .chain_update(self.entries.to_be_bytes())
            .chain_update([stands.key.0])
            .chain_update(stands.key.1.as_bytes())
            .finalize();
        let mut salt = [0; 16];
        salt.copy_from_slice(&digest[..16]);
        SealOpening { salt, balance: stands.balance }
    }

    fn leaf(&self, stands: &AccountStands) -> BalanceLeaf {
        BalanceLeaf { key: stands.key, seal: self.opening(stands).seal() }
    }
}

/// What a seal was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealOpening {
    /// Bytes nobody can guess.
    pub salt: [u8; 16],
    /// Debits less credits, in fen.
    pub balance: i128,
}

impl SealOpening {
    /// Salt (16), balance (16, big-endian, two's complement). What is signed rests on this layout: it may never change.
    #[must_use]
    pub fn bytes(&self) -> [u8; OPENING] {
        let mut bytes = [0; OPENING];
        bytes[..16].copy_from_slice(&self.salt);
        bytes[16..].copy_from_slice(&self.balance.to_be_bytes());
        bytes
    }

    /// Reads the bytes; nothing if they are no opening.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (salt, balance) = bytes.split_first_chunk()?;
        Some(Self { salt: *salt, balance: i128::from_be_bytes(balance.try_into().ok()?) })
    }

    /// SHA-256 over the bytes.
    #[must_use]
    pub fn seal(&self) -> Hash {
        Sha256::digest(self.bytes()).into()
    }
}

/// The leaf of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BalanceLeaf {
    /// Which account.
    pub key: AccountKey,
    /// Over what stands on it.
    pub seal: Hash,
}

impl BalanceLeaf {
    /// Class (1), owner (16), seal (32). This layout is signed and may never change.
    #[must_use]
    pub fn bytes(&self) -> [u8; LEAF] {
        let mut bytes = [0; LEAF];
        bytes[0] = self.key.0;
        bytes[1..17].copy_from_slice(self.key.1.as_bytes());
        bytes[17..].copy_from_slice(&self.seal);
        bytes
    }

    /// Reads the bytes; nothing if they are no leaf.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (class, rest) = bytes.split_first()?;
        let (owner, rest) = rest.split_first_chunk()?;
        let seal = rest.try_into().ok()?;
        (*class > 0).then(|| Self { key: (*class, Uuid::from_bytes(*owner)), seal })
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

/// What proves how an account stands, or that there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BalanceProof {
    /// Its leaf alone, or, where there is none, those on both sides of its place, of which the first or the last has only one.
    pub places: Vec<PlacedLeaf>,
    /// What opens its leaf; nothing if there is none.
    pub opening: Option<SealOpening>,
}

/// All balances.
#[derive(Clone, Debug)]
pub struct BalanceTree {
    source: SaltSource,
    /// In order.
    accounts: Vec<AccountStands>,
    kept: Vec<Hash>,
}

impl BalanceTree {
    /// Of these accounts, in any order.
    #[must_use]
    pub fn of(source: SaltSource, accounts: impl Iterator<Item = AccountStands>) -> Self {
        let mut accounts: Vec<_> = accounts.collect();
        accounts.sort_unstable_by_key(|stands| stands.key);
        let kept = accounts.chunks_exact(1 << KEPT).map(|piece| over(&source, piece)).collect();
        Self { source, accounts, kept }
    }

    /// How many accounts there are.
    #[must_use]
    pub fn accounts(&self) -> u64 {
        self.accounts.len() as u64
    }

    /// After how many entries they stood so.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.source.entries
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let Ok(root) = root(self.accounts(), &mut |level, index| self.subtree(level, index));
        root
    }

    /// What proves how an account stands, or that there is none.
    #[must_use]
    pub fn prove(&self, wanted: AccountKey) -> BalanceProof {
        let at = self.accounts.partition_point(|stands| stands.key < wanted);
        let found = self.accounts.get(at).filter(|stands| stands.key == wanted);
        let end = (at + 1).min(self.accounts.len());
        let places = if found.is_some() { at..end } else { at.saturating_sub(1)..end };
        let opening = found.map(|stands| self.source.opening(stands));
        BalanceProof { places: places.filter_map(|at| self.placed(at)).collect(), opening }
    }

    fn placed(&self, at: usize) -> Option<PlacedLeaf> {
        let leaf = self.source.leaf(self.accounts.get(at)?);
        let path = prove_inclusion(at as u64, self.accounts(), &mut |level, index| self.subtree(level, index)).ok()?;
        Some(PlacedLeaf { leaf, index: at as u64, path })
    }

    /// Asked only for subtrees that are complete.
    #[allow(clippy::unnecessary_wraps)]
    fn subtree(&self, level: u32, index: u64) -> Result<Hash, std::convert::Infallible> {
        // As many leaves as lie in memory have places that a usize holds.
        let at = index as usize;
        Ok(match level.checked_sub(KEPT) {
            None => over(&self.source, &self.accounts[at << level..(at + 1) << level]),
            Some(0) => self.kept[at],
            Some(_) => {
                let (Ok(left), Ok(right)) =
                    (self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1));
                node_hash(&left, &right)
            }
        })
    }
}

fn over(source: &SaltSource, accounts: &[AccountStands]) -> Hash {
    let mut tree = Frontier::new();
    accounts.iter().for_each(|stands| tree.push(leaf_hash(&source.leaf(stands).bytes())));
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::proof::is_included;

    const SOURCE: SaltSource = SaltSource { salts: 0x5a17, entries: 900 };

    fn stands(at: u128) -> AccountStands {
        let class = if at.is_multiple_of(3) { Class::Available } else { Class::Spent };
        AccountStands::new(class, Uuid::from_u128(at * 10), 7 - at as i128)
    }

    #[test]
    fn bytes_are_frozen() {
        for (balance, tail) in [(165_000, format!("{:032x}", 165_000)), (-1, "ff".repeat(16))] {
            let opening = SealOpening { salt: [0x22; 16], balance };
            assert_eq!(crate::hash::hex(&opening.bytes()), format!("{}{tail}", "22".repeat(16)));
            assert_eq!(SealOpening::read(&opening.bytes()), Some(opening));
            assert_eq!(SealOpening::read(&opening.bytes()[..31]), None);
            assert_eq!(SealOpening::read(&[&opening.bytes()[..], b"\0"].concat()), None);
        }
        let leaf = BalanceLeaf { key: stands(0).key, seal: [0x33; 32] };
        assert_eq!(crate::hash::hex(&leaf.bytes()), format!("0a{}{}", "00".repeat(16), "33".repeat(32)));
        assert_eq!(BalanceLeaf::read(&leaf.bytes()), Some(leaf));
        assert_eq!(BalanceLeaf::read(&leaf.bytes()[..48]), None);
        assert_eq!(BalanceLeaf::read(&[&leaf.bytes()[..], b"\0"].concat()), None);
        assert_eq!(BalanceLeaf::read(&[0; LEAF]), None, "there is no class 0");
    }

    /// What is shown of one account at one time opens no other, and not the same one at another time.
    #[test]
    fn each_account_has_a_salt_of_its_own_at_each_time() {
        let salt = |source: SaltSource, at| source.opening(&stands(at)).salt;
        let later = SaltSource { entries: 901, ..SOURCE };
        let other = SaltSource { salts: 0x5a16, ..SOURCE };
        let salts = [salt(SOURCE, 1), salt(SOURCE, 2), salt(later, 1), salt(other, 1)];
        assert!((1..4).all(|at| !salts[at..].contains(&salts[at - 1])), "{salts:?}");
        let more = AccountStands { balance: 8, ..stands(1) };
        assert_eq!(SOURCE.opening(&more).salt, salts[0], "what stands on it is no part of its salt");
    }

    /// Of any size, also where hashes are kept, each account is proved by its own leaf and no other by any.
    #[test]
    fn whatever_is_asked_for_is_proved_present_or_absent() {
        for size in [1, 2, 3, 255, 256, 257, 600] {
            let tree = BalanceTree::of(SOURCE, (0..size).rev().map(stands));
            let mut plain = Frontier::new();
            let mut sorted: Vec<_> = (0..size).map(stands).collect();
            sorted.sort_by_key(|stands| stands.key);
            sorted.iter().for_each(|stands| plain.push(leaf_hash(&SOURCE.leaf(stands).bytes())));
            assert_eq!(tree.root(), plain.root(), "{size}");
            for at in (0..size).step_by(size.div_ceil(12) as usize) {
                let stands = stands(at);
                let proof = tree.prove(stands.key);
                let [found] = <[_; 1]>::try_from(proof.places).expect("its leaf");
                let opening = proof.opening.expect("it is there");
                assert_eq!((opening.balance, opening.seal()), (stands.balance, found.leaf.seal));
                let hash = leaf_hash(&found.leaf.bytes());
                assert!(is_included(&hash, found.index, tree.accounts(), &found.path, &tree.root()), "{at} of {size}");
                let beside = (stands.key.0, Uuid::from_u128(at * 10 + 1));
                let BalanceProof { places, opening } = tree.prove(beside);
                assert!(opening.is_none() && !places.is_empty());
                match &places[..] {
                    [left, right] => {
                        assert!(left.index + 1 == right.index && left.leaf.key < beside && beside < right.leaf.key);
                    }
                    [one] => assert!(one.index + 1 == tree.accounts() && one.leaf.key < beside),
                    _ => panic!("{places:?}"),
                }
            }
            let first = tree.prove((1, Uuid::nil())).places;
            assert!(matches!(&first[..], [one] if one.index == 0));
        }
    }
}
