//! The chain over outcomes: one SHA-256 value that stands for everything the ledger made of the entries so far.
//! Two ledgers that agree on it posted, refused and repeated the same. It says nothing about entries themselves.

use sha2::{Digest, Sha256};

use crate::hash::Hash;
use crate::outcome::{Now, Outcome};

/// What comes before the first outcome: 32 zero bytes.
const BEGINNING: Hash = [0; 32];

/// The chain so far: h(n) = SHA-256(h(n-1) || canonical bytes of outcome n).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutcomeChain {
    entries: u64,
    head: Hash,
}

impl Default for OutcomeChain {
    fn default() -> Self {
        Self { entries: 0, head: BEGINNING }
    }
}

impl OutcomeChain {
    /// A chain that was kept elsewhere.
    #[must_use]
    pub fn from_parts(entries: u64, head: Hash) -> Self {
        Self { entries, head }
    }

    /// Takes the outcome of the next entry.
    pub fn push(&mut self, outcome: &Outcome) {
        let mut hasher = Sha256::new();
        hasher.update(self.head);
        feed(self.entries, outcome, &mut |part| hasher.update(part));
        self.head = hasher.finalize().into();
        self.entries += 1;
    }

    /// How many outcomes there are.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The value after the last of them.
    #[must_use]
    pub fn head(&self) -> Hash {
        self.head
    }
}

/// The canonical bytes of an outcome, part by part. Written by hand, in big-endian numbers of fixed width: this layout is
/// signed and may never change, unlike what serde makes of the types.
///
/// Index (8), then by kind: 0, count of postings (4), each debit (4), credit (4), fen (8), booked day since 1970 (4), count
/// of findings (4), each number (4); 1, first entry (8), code of its refusal, 253 if it was
/// reversed, 252 if it does not count as the ledger holds other content, or 0 (1); 2, code (1), subject (16), figure (8).
fn feed(index: u64, outcome: &Outcome, put: &mut impl FnMut(&[u8])) {
    let mut head = [0; 9];
    head[..8].copy_from_slice(&index.to_be_bytes());
    match outcome {
        Outcome::Posted { postings, findings } => {
            put(&head);
            put(&count(postings.len()));
            for posting in postings {
                let mut row = [0; 20];
                row[..4].copy_from_slice(&posting.debit.number().to_be_bytes());
                row[4..8].copy_from_slice(&posting.credit.number().to_be_bytes());
                row[8..16].copy_from_slice(&posting.fen.to_be_bytes());
                row[16..].copy_from_slice(&posting.booked.number().to_be_bytes());
                put(&row);
            }
            put(&count(findings.len()));
            for finding in findings {
                put(&finding.to_be_bytes());
            }
        }
        Outcome::Duplicate { first, now } => {
            head[8] = 1;
            put(&head);
            put(&first.to_be_bytes());
            // Codes begin at 1, so zero says that it counts.
            put(&[match now {
                Now::Counts => 0,
                Now::Refused(code) => *code as u8,
                Now::Withdrawn => WITHDRAWN,
                Now::Differs => DIFFERS,
            }]);
        }
        Outcome::Refused(refusal) => {
            head[8] = 2;
            put(&head);
            put(&[refusal.code as u8]);
            put(refusal.subject.as_bytes());
            put(&refusal.figure.to_be_bytes());
        }
    }
}

/// Says of a duplicate that what it repeats was reversed; above all codes.
const WITHDRAWN: u8 = 253;

/// Says of a duplicate that what it repeats does not count.
const DIFFERS: u8 = 252;

/// An entry has at most some thousands of postings; its bytes hold no more.
fn count(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountNo;
    use crate::money::Day;
    use crate::outcome::{Code, Posting, Refusal};

    fn outcome_bytes(index: u64, outcome: &Outcome) -> Vec<u8> {
        let mut bytes = Vec::new();
        feed(index, outcome, &mut |part| bytes.extend_from_slice(part));
        bytes
    }

    fn posted() -> Outcome {
        let day = Day::default().plus(19_000);
        let posting = Posting { debit: AccountNo::new(1), credit: AccountNo::new(2), fen: 165_000, booked: day };
        Outcome::Posted { postings: vec![posting], findings: vec![7] }
    }

    #[test]
    fn bytes_are_frozen() {
        let hex = |outcome: &Outcome| crate::hash::hex(&outcome_bytes(258, outcome));
        let want = "00000000000001020000000001000000010000000200000000000284880000\
                    4a380000000100000007";
        assert_eq!(hex(&posted()), want);
        let duplicate = Outcome::Duplicate { first: 3, now: Now::Refused(Code::Overdrawn) };
        assert_eq!(hex(&duplicate), "000000000000010201000000000000000327");
        let refused = Outcome::Refused(Refusal { figure: -1, ..Refusal::plain(Code::ToldOtherwise) });
        assert_eq!(hex(&refused), "0000000000000102020100000000000000000000000000000000ffffffffffffffff");
    }

    #[test]
    fn chain_goes_on_where_it_was_kept() {
        let refused = Outcome::Refused(Refusal::plain(Code::BadShape));
        let mut whole = OutcomeChain::default();
        whole.push(&posted());
        let mut later = OutcomeChain::from_parts(whole.entries(), whole.head());
        whole.push(&refused);
        later.push(&refused);
        assert_eq!(whole, later);
        assert_eq!(whole.entries(), 2);
    }

    #[test]
    fn head_is_the_hash_of_head_and_bytes() {
        let mut chain = OutcomeChain::default();
        chain.push(&posted());
        let mut text = BEGINNING.to_vec();
        text.extend(outcome_bytes(0, &posted()));
        assert_eq!(chain.head(), Hash::from(Sha256::digest(text)));
    }

    #[test]
    fn order_and_kind_matter() {
        let refused = Outcome::Refused(Refusal::plain(Code::BadShape));
        let (mut one, mut other) = (OutcomeChain::default(), OutcomeChain::default());
        one.push(&posted());
        one.push(&refused);
        other.push(&refused);
        other.push(&posted());
        assert_ne!(one.head(), other.head());
    }
}
