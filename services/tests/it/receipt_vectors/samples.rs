//! Receipts made for the vectors: entries and outcomes of a ledger of a few, signed by keys of known seeds.

use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::{prove_inclusion, root};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::log_proof::LogProof;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Role, Signer};

pub(super) const ORIGIN: &str = "example.gov.cn/ledger";
pub(super) const SIZE: u64 = 13;
pub(super) const INDEX: u64 = 10;

pub(super) fn entry(index: u64) -> Vec<u8> {
    let event = crate::support::org(u128::from(index) + 100);
    let (content, mut bytes) = (proto::event::encode(&event), Vec::new());
    let (salt, recorded_ms) = ([u8::try_from(index).unwrap_or(0); 16], 1_790_000_000_000);
    let raw = proto::entry::Raw {
        recorded_ms,
        proof: ledger::entry::Proof::Named,
        again: None,
        salt,
        principal: "example/office",
        content: &content,
    };
    proto::entry::encode_into(&mut bytes, &raw).expect("an entry");
    bytes
}

pub(super) fn signer(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[seed; 32]).expect("a key")
}

/// What stands behind leaf and salt in the bytes of an outcome: refused, as most are here.
pub(super) const REFUSED: &[u8] = b"\x02\x09overdrawn\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x05";

/// The bytes of an outcome of an entry.
pub(super) fn outcome(index: u64, verdict: &[u8]) -> Vec<u8> {
    [&leaf_hash(&entry(index))[..], &[u8::try_from(index).unwrap_or(0); 16], verdict].concat()
}

/// One posting of a centum and one finding.
pub(super) fn posted(class: u8, fen: i64, finding: &[u8]) -> Vec<u8> {
    let (owner, day) = ([6; 16], 18_920_i32.to_be_bytes());
    let posting = [&[18][..], &owner, &[class], &owner, &fen.to_be_bytes(), &day].concat();
    [&[1, 0, 1][..], &posting, &[0, 1, u8::try_from(finding.len()).unwrap_or(0)], finding, &[7; 16]].concat()
}

/// The proof of a leaf among others, under what `sign` makes of their root.
pub(super) fn proof(index: u64, size: u64, leaf: &dyn Fn(u64) -> Vec<u8>, sign: &dyn Fn(Hash) -> Note) -> LogProof {
    let mut subtree = |level: u32, index: u64| {
        let mut tree = Frontier::new();
        (index << level..(index + 1) << level).for_each(|at| tree.push(leaf_hash(&leaf(at))));
        Ok::<Hash, ()>(tree.root())
    };
    let path = prove_inclusion(index, size, &mut subtree).expect("a path");
    LogProof { data: leaf(index), index, path, checkpoint: sign(root(size, &mut subtree).expect("a root")) }
}

pub(super) fn entry_proof() -> LogProof {
    let sign = |root| Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root }.sign(&signer(1));
    proof(INDEX, SIZE, &entry, &sign)
}

pub(super) fn outcomes(size: u64, root: Hash) -> Outcomes {
    Outcomes { origin: ORIGIN.to_owned(), size, root, books: Default::default() }
}

/// The proof of an outcome at a place, where the entry of the receipt came to `verdict`.
pub(super) fn outcome_proof(index: u64, size: u64, verdict: &[u8]) -> LogProof {
    let made = |at| outcome(at, if at == INDEX { verdict } else { REFUSED });
    proof(index, size, &made, &|root| outcomes(size, root).sign(&signer(1)))
}

/// A receipt of an entry that came to this.
pub(super) fn of(verdict: &[u8]) -> String {
    Receipt { entry: entry_proof(), outcome: outcome_proof(INDEX, SIZE, verdict) }.text()
}

/// The proof of an entry of these bytes in the place of the one there is.
pub(super) fn proof_of(bytes: &[u8]) -> LogProof {
    let said = |at| if at == INDEX { bytes.to_vec() } else { entry(at) };
    proof(INDEX, SIZE, &said, &|root| Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root }.sign(&signer(1)))
}

/// A receipt of an entry of these bytes, whose outcome names this salt.
pub(super) fn saying(bytes: &[u8], salt: [u8; 16]) -> String {
    let made = |at| if at == INDEX { [&leaf_hash(bytes)[..], &salt, REFUSED].concat() } else { outcome(at, REFUSED) };
    let outcome = proof(INDEX, SIZE, &made, &|root| outcomes(SIZE, root).sign(&signer(1)));
    Receipt { entry: proof_of(bytes), outcome }.text()
}
