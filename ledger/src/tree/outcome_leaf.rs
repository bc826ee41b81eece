//! One outcome as bytes, of which the tree over outcomes has a leaf for each entry: what the ledger made of the entry, told so that a
//! stranger can read it. Accounts and findings go by what they are about, never by their place in a table. Not here: the tree.

use uuid::Uuid;

use crate::account::{AccountNo, Class};
use crate::finding::FindingKind;
use crate::hash::Hash;
use crate::money::{Day, Fen};
use crate::outcome::{Now, Outcome, Posting};

/// What the outcome of an entry is tied to it by: its leaf, and its salt. The leaf alone would not do: paths give away the leaves of
/// neighbours, and most of an outcome can be guessed, so a guess at a neighbour's could be tried on the leaf of his outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EntryMark {
    /// The entry's leaf in the tree over entries.
    pub leaf: Hash,
    /// The random bytes in the entry.
    pub salt: [u8; 16],
}

/// What the numbers in an outcome stand for.
pub trait Known {
    /// What an account is for, and the id of whoever owns it.
    fn account(&self, account: AccountNo) -> (Class, Uuid);

    /// Of which kind a finding is, and the id of what it is about.
    fn finding(&self, number: u32) -> (FindingKind, Uuid);
}

const POSTED: u8 = 1;
const REFUSED: u8 = 2;
const DUPLICATE: u8 = 3;

/// What a posting takes.
const POSTING_BYTES: usize = 1 + 16 + 1 + 16 + 8 + 4;

/// How a statement stands that was said again, where it is not a refusal's code.
const COUNTS: &str = "counts";
const WITHDRAWN: &str = "withdrawn";
const DIFFERS: &str = "differs";

/// Appends the bytes of an outcome, by the state after it. This layout is signed and may never change; what comes new gets a verdict
/// of its own. Numbers are big-endian, a name is one byte of length and ASCII. A class is its place in the closed list, from 1: a thousand
/// postings must fit the 65,535 bytes that readers of tiled logs take.
///
/// Entry's leaf (32), its salt (16), verdict (1). Then by verdict: 1 posted, count (2) of postings, each the class that receives (1), its
/// owner (16), the class that gives (1), its owner (16), fen (8), booked day since 1970 (4), count (2) of findings, each name and
/// subject (16); 2 refused, name of the code, subject (16), figure (8); 3 said before, index of the first (8), name of how that stands.
pub fn write(out: &mut Vec<u8>, mark: &EntryMark, outcome: &Outcome, known: &impl Known) {
    out.extend_from_slice(&mark.leaf);
    out.extend_from_slice(&mark.salt);
    match outcome {
        Outcome::Posted { postings, findings } => {
            out.push(POSTED);
            out.extend_from_slice(&count(postings.len()));
            for posting in postings {
                out.extend_from_slice(&bytes_of(posting, known));
            }
            out.extend_from_slice(&count(findings.len()));
            for number in findings {
                let (kind, subject) = known.finding(*number);
                name(out, kind.name());
                out.extend_from_slice(subject.as_bytes());
            }
        }
        Outcome::Refused(refusal) => {
            out.push(REFUSED);
            name(out, refusal.code.name());
            out.extend_from_slice(refusal.subject.as_bytes());
            out.extend_from_slice(&refusal.figure.to_be_bytes());
        }
        Outcome::Duplicate { first, now } => {
            out.push(DUPLICATE);
            out.extend_from_slice(&first.to_be_bytes());
            name(out, stands(*now));
        }
    }
}

/// Laid out in one place, as most outcomes are postings.
fn bytes_of(posting: &Posting, known: &impl Known) -> [u8; POSTING_BYTES] {
    let ((to, receiver), (from, giver)) = (known.account(posting.debit), known.account(posting.credit));
    let mut bytes = [0; POSTING_BYTES];
    bytes[0] = to as u8 + 1;
    bytes[1..17].copy_from_slice(receiver.as_bytes());
    bytes[17] = from as u8 + 1;
    bytes[18..34].copy_from_slice(giver.as_bytes());
    bytes[34..42].copy_from_slice(&posting.fen.to_be_bytes());
    bytes[42..].copy_from_slice(&posting.booked.number().to_be_bytes());
    bytes
}

fn stands(now: Now) -> &'static str {
    match now {
        Now::Counts => COUNTS,
        Now::Refused(code) => code.name(),
        Now::Withdrawn => WITHDRAWN,
        Now::Differs => DIFFERS,
    }
}

/// An entry has some thousand postings at most.
fn count(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// Names of closed lists are short.
fn name(out: &mut Vec<u8>, name: &str) {
    out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(name.as_bytes());
}

/// An outcome read back from its bytes. Names stay text: whoever reads it may know fewer than whoever wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutcomeLeaf {
    /// Of which entry it is.
    pub mark: EntryMark,
    /// What became of it.
    pub verdict: LeafVerdict,
}

/// What became of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LeafVerdict {
    /// It counts.
    Posted {
        /// Money moved.
        postings: Vec<LeafPosting>,
        /// Findings it opened: name and subject.
        findings: Vec<(String, Uuid)>,
    },
    /// It was turned away.
    Refused {
        /// The name of the reason.
        code: String,
        /// What it is about, or nil.
        subject: Uuid,
        /// A figure.
        figure: i64,
    },
    /// It repeats an earlier one and changes nothing.
    Duplicate {
        /// The entry that said it.
        first: u64,
        /// How that stood: `counts`, `withdrawn`, `differs` or the name of a reason.
        now: String,
    },
}

/// One amount out of one account into another, each by its class, from 1, and its owner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeafPosting {
    /// What receives.
    pub debit: (u8, Uuid),
    /// What gives.
    pub credit: (u8, Uuid),
    /// How much.
    pub fen: Fen,
    /// The day it is booked on.
    pub booked: Day,
}

/// Reads the bytes of an outcome; nothing if they are none, or have another layout than [`write`] gives.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<OutcomeLeaf> {
    let mut rest = Rest(bytes);
    let mark = EntryMark { leaf: rest.take()?, salt: rest.take()? };
    let [verdict] = rest.take()?;
    let verdict = match verdict {
        POSTED => {
            let postings = (0..rest.count()?).map(|_| rest.posting()).collect::<Option<_>>()?;
            let findings = (0..rest.count()?).map(|_| rest.named()).collect::<Option<_>>()?;
            LeafVerdict::Posted { postings, findings }
        }
        REFUSED => {
            let (code, subject) = rest.named()?;
            LeafVerdict::Refused { code, subject, figure: i64::from_be_bytes(rest.take()?) }
        }
        DUPLICATE => LeafVerdict::Duplicate { first: u64::from_be_bytes(rest.take()?), now: rest.name()? },
        _ => return None,
    };
    rest.0.is_empty().then_some(OutcomeLeaf { mark, verdict })
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn count(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn name(&mut self) -> Option<String> {
        let [length] = self.take()?;
        let (name, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
        (!name.is_empty() && name.iter().all(plain)).then(|| String::from_utf8_lossy(name).into_owned())
    }

    fn named(&mut self) -> Option<(String, Uuid)> {
        Some((self.name()?, Uuid::from_bytes(self.take()?)))
    }

    fn side(&mut self) -> Option<(u8, Uuid)> {
        let [class] = self.take()?;
        Some((class, Uuid::from_bytes(self.take()?)))
    }

    fn posting(&mut self) -> Option<LeafPosting> {
        let (debit, credit) = (self.side()?, self.side()?);
        let (fen, days) = (i64::from_be_bytes(self.take()?), i32::from_be_bytes(self.take()?));
        (fen > 0).then(|| LeafPosting { debit, credit, fen, booked: Day::default().plus(days) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Code, Posting, Refusal};

    /// Accounts 1 and 2 are those of a line, finding 7 is about something.
    struct Two;

    impl Known for Two {
        fn account(&self, account: AccountNo) -> (Class, Uuid) {
            let class = if account == AccountNo::new(1) { Class::Applied } else { Class::Available };
            (class, Uuid::from_u128(0x11))
        }

        fn finding(&self, number: u32) -> (FindingKind, Uuid) {
            (FindingKind::LateCredit, Uuid::from_u128(number.into()))
        }
    }

    const MARK: EntryMark = EntryMark { leaf: [0xaa; 32], salt: [0xbb; 16] };

    fn bytes(outcome: &Outcome) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, &MARK, outcome, &Two);
        bytes
    }

    fn all() -> [Outcome; 4] {
        let day = Day::default().plus(19_000);
        let posting = Posting { debit: AccountNo::new(1), credit: AccountNo::new(2), fen: 165_000, booked: day };
        let subject = Uuid::from_u128(0x22);
        [
            Outcome::Posted { postings: vec![posting], findings: vec![7] },
            Outcome::Posted { postings: Vec::new(), findings: Vec::new() },
            Outcome::Refused(Refusal { code: Code::ToldOtherwise, subject, figure: -1 }),
            Outcome::Duplicate { first: 3, now: Now::Refused(Code::Overdrawn) },
        ]
    }

    #[test]
    fn bytes_are_frozen() {
        let head = format!("{}{}", "aa".repeat(32), "bb".repeat(16));
        let owner = "00000000000000000000000000000011";
        let posted = format!(
            "010001{applied}{owner}{available}{owner}{fen}{day}00010b{late}{subject}",
            applied = "0b",
            available = "0a",
            fen = "0000000000028488",
            day = "00004a38",
            late = crate::hash::hex(b"late_credit"),
            subject = "00000000000000000000000000000007",
        );
        let refused =
            format!("020e{}00000000000000000000000000000022ffffffffffffffff", crate::hash::hex(b"told_otherwise"));
        let duplicate = format!("03000000000000000309{}", crate::hash::hex(b"overdrawn"));
        for (outcome, want) in all().iter().zip([posted.as_str(), "0100000000", &refused, &duplicate]) {
            assert_eq!(crate::hash::hex(&bytes(outcome)), format!("{head}{want}"));
        }
    }

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        for outcome in all() {
            let bytes = bytes(&outcome);
            let leaf = read(&bytes).expect("an outcome");
            assert_eq!(leaf.mark, MARK);
            match (&outcome, &leaf.verdict) {
                (Outcome::Posted { postings, findings }, LeafVerdict::Posted { postings: read, findings: found }) => {
                    assert_eq!((postings.len(), findings.len()), (read.len(), found.len()));
                    let posting = read.first();
                    assert!(posting.is_none_or(|posting| posting.fen == postings[0].fen
                        && posting.booked == postings[0].booked
                        && posting.debit == (11, Uuid::from_u128(0x11))));
                }
                (Outcome::Refused(_), LeafVerdict::Refused { code, figure: -1, .. }) => {
                    assert_eq!(code, "told_otherwise");
                }
                (Outcome::Duplicate { .. }, LeafVerdict::Duplicate { first: 3, now }) => assert_eq!(now, "overdrawn"),
                _ => panic!("{leaf:?}"),
            }
            for length in 0..bytes.len() {
                assert_eq!(read(&bytes[..length]), None, "{length} bytes");
            }
            assert_eq!(read(&[&bytes[..], b"\0"].concat()), None, "a byte more");
        }
        assert_eq!(read(&[[0; 48].to_vec(), vec![4, 0]].concat()), None, "a verdict to come");
    }

    /// How a repeat stands is a word of its own or a refusal's code; none may be taken for the other.
    #[test]
    fn words_and_codes_are_apart() {
        assert!([COUNTS, WITHDRAWN, DIFFERS].iter().all(|word| Code::named(word).is_none()));
        let names = Code::ALL.iter().map(|code| code.name());
        for text in names.chain(FindingKind::all().into_iter().map(FindingKind::name)) {
            let mut bytes = Vec::new();
            name(&mut bytes, text);
            assert_eq!(Rest(&bytes).name().as_deref(), Some(text));
        }
        assert!(Class::ALL.iter().zip(0..).all(|(class, at)| *class as u8 == at), "a class is its place in the list");
    }
}
